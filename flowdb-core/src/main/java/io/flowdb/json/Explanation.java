package io.flowdb.json;

import io.flowdb.StoreReader.Range;
import io.flowdb.error.CorruptionException;
import io.flowdb.internal.json.KeyReader;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Describes a finished run of a query. */
final class Explanation {
    /** Bounds that are shown. */
    private static final int MAX_BOUNDS = 20;

    private Explanation() {}

    static Explain of(Reads reads, QueryRun run, boolean sorted, long nanos) {
        Set<String> indexes = new LinkedHashSet<>();
        List<String> bounds = new ArrayList<>();
        int ranges = 0;
        for (Access access : run.plan().accesses()) {
            IndexDef index = access.index();
            if (index != null) {
                indexes.add(index.schema.name());
            }
            int prefix = index == null ? reads.def().prefix.length : index.prefix.length;
            ranges += access.ranges().size();
            for (Range range : access.ranges()) {
                if (bounds.size() < MAX_BOUNDS) {
                    bounds.add("[" + show(range.start(), prefix) + " .. " + show(range.end(), prefix) + ")");
                }
            }
        }
        if (ranges > bounds.size()) {
            bounds.add("... and " + (ranges - bounds.size()) + " more");
        }
        return new Explain(
                reads.def().name,
                indexes.isEmpty() ? null : String.join(" + ", indexes),
                bounds,
                run.plan().reverse(),
                run.entriesRead(),
                run.documentsRead(),
                run.rows(),
                sorted,
                run.indexOnly(),
                nanos);
    }

    /** The values that a bound begins with, and what follows them in hexadecimal. */
    private static String show(byte[] key, int prefix) {
        StringBuilder text = new StringBuilder();
        int at = prefix;
        try {
            while (at < key.length) {
                KeyReader reader = new KeyReader(key, at);
                Object value = reader.next();
                text.append(text.isEmpty() ? "" : ", ").append(value);
                at = reader.position();
            }
        } catch (CorruptionException e) {
            text.append(text.isEmpty() ? "" : ", ")
                    .append("0x")
                    .append(HexFormat.of().formatHex(key, at, key.length));
        }
        return text.toString();
    }
}
