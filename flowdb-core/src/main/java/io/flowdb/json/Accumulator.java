package io.flowdb.json;

import io.flowdb.internal.json.KeyPath;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyTags;
import io.flowdb.internal.json.KeyWriter;
import java.math.BigDecimal;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Sums up the values at a path. Threads: one. */
final class Accumulator {
    /** A sum is exact, so numbers that are very far apart would make it very long. */
    static final int MAX_EXPONENT = 1000;

    private final KeyPath path;
    private long count;
    private long numbers;
    private BigDecimal sum = BigDecimal.ZERO;
    private boolean tooFarApart;
    private byte @Nullable [] min;
    private byte @Nullable [] max;

    Accumulator(KeyPath path) {
        this.path = path;
    }

    void add(JsonNode document) {
        count++;
        JsonNode value = path.find(document);
        if (value == null) {
            return;
        }
        if (value.isNumber()) {
            numbers++;
            add(value.decimalValue());
        }
        KeyWriter writer = new KeyWriter();
        if (writer.addJson(value) && writer.byteAt(0) != KeyTags.NULL) {
            byte[] key = writer.toBytes();
            min = min == null || Arrays.compareUnsigned(key, min) < 0 ? key : min;
            max = max == null || Arrays.compareUnsigned(key, max) > 0 ? key : max;
        }
    }

    private void add(BigDecimal value) {
        tooFarApart |=
                Math.abs((long) value.precision() - value.scale()) > MAX_EXPONENT || value.scale() > 2 * MAX_EXPONENT;
        sum = tooFarApart ? sum : sum.add(value);
    }

    Aggregate result() {
        return new Aggregate(
                count,
                numbers,
                tooFarApart ? null : sum,
                min == null ? null : KeyReader.decode(min),
                max == null ? null : KeyReader.decode(max));
    }
}
