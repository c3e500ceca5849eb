package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.json.DocumentCodec;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Lines of an import are found wherever a read of the input ends. */
class JsonImportTest {
    private static final int MAX_BYTES = 150_000;

    @Test
    void importJson_linesOfAnyLength_areReadOrReportedByNumber() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 20; run++) {
            StringBuilder text = new StringBuilder();
            List<JsonNode> expected = new ArrayList<>();
            List<Long> bad = new ArrayList<>();
            int lines = 1 + random.nextInt(40);
            for (int number = 1; number <= lines; number++) {
                text.append(line(random, number, expected, bad)).append(number < lines || run % 2 == 0 ? "\n" : "");
            }
            try (JsonDB db = JsonDB.on(new MemoryStore(), JsonLimits.DEFAULT.withMaxDocumentBytes(MAX_BYTES))) {
                db.createObjectStore("s", "id");
                byte[] utf8 = text.toString().getBytes(StandardCharsets.UTF_8);

                ImportResult result = db.importJson("s", inPieces(utf8, random), ImportOptions.DEFAULT.skippingBad());

                assertThat(db.getAll("s", KeyRange.all(), 1_000))
                        .as("seed " + seed)
                        .isEqualTo(expected);
                assertThat(result.imported()).isEqualTo(expected.size());
                assertThat(result.problems())
                        .as("seed " + seed)
                        .extracting(ImportResult.Problem::line)
                        .isEqualTo(bad);
            }
        }
    }

    private static String line(Random random, int number, List<JsonNode> expected, List<Long> bad) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return " \r";
        }
        int length = kind < 5 ? random.nextInt(100) : kind < 9 ? random.nextInt(140_000) : MAX_BYTES + 1;
        String json = "{\"id\":" + number + ",\"t\":\"" + "xé".repeat(length / 3) + "\"}";
        if (length > MAX_BYTES) {
            bad.add((long) number);
        } else if (kind == 1) {
            bad.add((long) number);
            return json + "}";
        } else {
            expected.add(DocumentCodec.MAPPER.readTree(json));
        }
        return json + (random.nextBoolean() ? "\r" : "");
    }

    /** Gives a few bytes at a time, or all that is wanted. */
    private static InputStream inPieces(byte[] bytes, Random random) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public synchronized int read(byte[] to, int from, int length) {
                return super.read(to, from, random.nextBoolean() ? length : Math.min(length, 1 + random.nextInt(500)));
            }
        };
    }
}
