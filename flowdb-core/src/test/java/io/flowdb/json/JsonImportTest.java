package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.StoreSnapshot;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.MissingKeyException;
import io.flowdb.error.StorageException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.internal.json.DocumentCodec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Lines of an import are found wherever a read of the input ends. */
class JsonImportTest {
    private static final int MAX_BYTES = 150_000;

    @Test
    void importJson_linesOfAnyLength_areReadOrReportedByNumber() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
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

    private static ImportResult read(JsonDB db, String text, ImportOptions options) {
        return db.importJson("s", new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)), options);
    }

    /** The limit is one of what is stored: white space between names and values is not. */
    @Test
    void importJson_lineWithWhiteSpaceBeyondTheLimit_isReadIfItsDocumentFits() {
        try (JsonDB db = JsonDB.on(new MemoryStore(), JsonLimits.DEFAULT.withMaxDocumentBytes(1024))) {
            db.createObjectStore("s", "id");
            String fits = "{ \"id\": 1, \"p\": \"" + "x".repeat(1024 - "{'id':1,'p':''}".length()) + "\" }";
            String longer = fits.replace("x\"", "xx\"").replace("1,", "2,");
            String muchLonger = "{\"id\":3" + " ".repeat(4200) + "}";
            assertThat(fits.length()).isGreaterThan(1024);

            ImportResult result = read(
                    db, String.join("\n", fits, longer, muchLonger, "{\"id\":4}"), ImportOptions.DEFAULT.skippingBad());

            assertThat(result.problems()).extracting(ImportResult.Problem::line).containsExactly(2L, 3L);
            assertThat(result.problems())
                    .allSatisfy(p -> assertThat(p.message()).contains("1024"));
            assertThat(db.getAllKeys("s", KeyRange.all(), 10)).containsExactly(1L, 4L);
        }
    }

    /**
     * The documents of a batch that failed kept the keys it had generated for them, and replaced what had been stored
     * under these meanwhile.
     */
    @Test
    void importJson_keyOfFailedBatchIsTakenMeanwhile_generatesAnother() {
        try (Engine engine = Engine.open(Config.builder().inMemory(true).build())) {
            BusyStore store = new BusyStore(engine);
            try (JsonDB db = JsonDB.on(store)) {
                db.createObjectStore(
                        StoreSchema.of("s", "id").withAutoIncrement().withIndex(IndexSchema.unique("u", "u")));
                db.put("s", AbstractTransactionTest.json("{\"id\":1,\"u\":\"taken\"}"));
                store.third = () -> db.put("s", AbstractTransactionTest.json("{\"id\":2,\"u\":\"other\"}"));

                ImportResult result = read(
                        db, "{\"u\":\"a\"}\n{\"u\":\"taken\"}\n{\"u\":\"b\"}", ImportOptions.DEFAULT.skippingBad());

                assertThat(result.imported()).isEqualTo(2);
                assertThat(db.get("s", 2).get("u").stringValue()).isEqualTo("other");
                assertThat(db.getAll("s", KeyRange.all(), 10))
                        .extracting(document -> document.get("u").stringValue())
                        .containsExactlyInAnyOrder("taken", "other", "a", "b");
            }
        }
    }

    /** Somebody else writes when the third snapshot is taken, the first one behind those of a batch that fails. */
    private static final class BusyStore extends PassThroughStore {
        private @Nullable Runnable third;
        private int snapshots;

        BusyStore(Engine engine) {
            super(engine);
        }

        @Override
        public StoreSnapshot snapshot() {
            Runnable writer = third;
            if (writer != null && ++snapshots == 3) {
                third = null;
                writer.run();
            }
            return super.snapshot();
        }
    }

    /**
     * A document that was beyond a limit ended the import with that limit alone: which of a million lines it was,
     * nobody said.
     */
    @Test
    void importJson_documentThatIsRefused_isNamedByItsLine() {
        Map<String, Class<? extends RuntimeException>> refused = Map.of(
                "{\"id\":2,\"v\":" + "[".repeat(101) + "]".repeat(101) + "}",
                LimitExceededException.class,
                "{\"id\":\"" + "k".repeat(40_000) + "\"}",
                LimitExceededException.class,
                "{\"id\":2,\"u\":\"" + "k".repeat(40_000) + "\"}",
                LimitExceededException.class,
                "{\"id\":{}}",
                InvalidKeyException.class,
                "{\"u\":2}",
                MissingKeyException.class,
                "{\"id\":2,\"u\":1}",
                UniqueViolationException.class);
        refused.forEach((bad, cause) -> {
            for (String text : List.of(
                    "{\"id\":1,\"u\":1}\n" + bad + "\n{\"id\":3}", "[{\"id\":1,\"u\":1},\n" + bad + ",{\"id\":3}]")) {
                try (JsonDB db = JsonDB.on(new MemoryStore())) {
                    db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u"));
                    assertThatThrownBy(() -> read(db, text, ImportOptions.DEFAULT))
                            .isInstanceOf(InvalidQueryException.class)
                            .hasMessageContaining("line 2")
                            .hasMessageContaining("(1 imported)")
                            .hasCauseInstanceOf(cause);
                    assertThat(db.getAllKeys("s", KeyRange.all(), 9)).containsExactly(1L);
                    ImportResult result = read(db, text, ImportOptions.DEFAULT.skippingBad());
                    assertThat(result.imported()).isEqualTo(2);
                    assertThat(result.problems())
                            .extracting(ImportResult.Problem::line)
                            .containsExactly(2L);
                }
            }
        });
    }

    /** The exception of the number's class came out of the import, and no line was named or skipped. */
    @Test
    void importJson_exponentThatNoDecimalHas_isABadLine() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            String lines = "{\"id\":1}\n{\"id\":2,\"v\":1E+2147483648}\n{\"id\":3,\"v\":1e-99999999999}\n{\"id\":4}\n";
            ImportResult result = read(db, lines, ImportOptions.DEFAULT.skippingBad());

            assertThat(result.imported()).isEqualTo(2);
            assertThat(result.problems()).extracting(ImportResult.Problem::line).containsExactly(2L, 3L);
            assertThatThrownBy(() -> read(db, lines, ImportOptions.DEFAULT))
                    .isInstanceOf(InvalidQueryException.class)
                    .hasMessageContaining("line 2")
                    .hasMessageContaining("exponent");
            assertThatThrownBy(() -> read(db, "[{\"id\":5},\n{\"v\":1E+2147483648}]", ImportOptions.DEFAULT))
                    .isInstanceOf(InvalidQueryException.class)
                    .hasMessageContaining("line 2");
        }
    }

    /**
     * An element that is well-formed and yet no document is left out by its number, and what comes behind it is read.
     * Those that are nested far too deep, or have a number that is too long or with too large an exponent, ended the
     * import, also where bad ones were to be left out.
     */
    @Test
    void importJson_arrayElementThatIsNoDocument_isLeftOutByItsNumber() {
        List<String> bad = List.of(
                "5",
                "\"text\"",
                "null",
                "true",
                "[1,{\"id\":[2]}]",
                "{}",
                "{\"id\":null}",
                "{\"id\":{\"a\":[]}}",
                "{\"id\":2,\"u\":1}",
                "{\"id\":2,\"id\":2}",
                "{\"id\":2,\"v\":" + "[".repeat(100) + "]".repeat(100) + "}",
                "{\"id\":2,\"v\":[1," + "[{\"x\":1,\"y\":".repeat(20_000) + "1" + "}]".repeat(20_000) + "],\"w\":[{}]}",
                "{\"id\":2,\"v\":[" + "1".repeat(1_001) + ",{\"x\":1}]}",
                "{\"id\":2,\"v\":[{\"x\":" + "1".repeat(200_000) + "},{}]}",
                "{\"id\":2,\"v\":[{\"x\":-0." + "1".repeat(2_000) + "},{}]}",
                "1".repeat(2_000),
                "{\"id\":2,\"v\":[{\"x\":1E+2147483648},{}]}",
                "1e-99999999999");
        for (String separator : List.of(",", "\n,\n")) {
            StringBuilder text = new StringBuilder("[{\"id\":1,\"u\":1}");
            bad.forEach(element -> text.append(separator).append(element));
            text.append(separator).append("{\"id\":3,\"v\":" + "[".repeat(99) + "]".repeat(99) + "}]");
            for (int batch : List.of(1, 2, 1000)) {
                try (JsonDB db = JsonDB.on(new MemoryStore())) {
                    db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u"));
                    ImportResult result = read(
                            db,
                            text.toString(),
                            ImportOptions.DEFAULT.withBatchSize(batch).skippingBad());
                    assertThat(result.problems())
                            .extracting(ImportResult.Problem::element)
                            .isEqualTo(LongStream.rangeClosed(2, bad.size() + 1)
                                    .boxed()
                                    .toList());
                    assertThat(result.skipped()).isEqualTo(bad.size());
                    assertThat(db.getAllKeys("s", KeyRange.all(), 9)).containsExactly(1L, 3L);
                }
            }
        }
        for (String element : bad) {
            try (JsonDB db = JsonDB.on(new MemoryStore())) {
                db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u"));
                String text = "[{\"id\":1,\"u\":1}, " + element + "]";
                assertThatThrownBy(() -> read(db, text, ImportOptions.DEFAULT))
                        .isInstanceOf(InvalidQueryException.class)
                        .hasMessageContaining("line 1, element 2: ")
                        .hasMessageContaining("(1 imported)")
                        .cause()
                        .isNotNull();
            }
        }
    }

    /** An array behind an empty line was taken for lines. */
    @Test
    void importJson_whiteSpaceBefore_changesNothingButLineNumbers() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            assertThat(read(db, "\uFEFF \n\r\n [{\"id\":1},\n{\"id\":2}]\n\n", ImportOptions.DEFAULT)
                            .imported())
                    .isEqualTo(2);
            assertThat(read(db, "\n\n{\"id\":3}\nbad\n", ImportOptions.DEFAULT.skippingBad())
                            .problems())
                    .extracting(ImportResult.Problem::line)
                    .containsExactly(4L);
            assertThatThrownBy(() -> read(db, "\n[{\"id\":1},\n{}]", ImportOptions.DEFAULT))
                    .isInstanceOf(InvalidQueryException.class)
                    .hasMessageContaining("line 3");
        }
    }

    /** What looked like the begin of a byte order mark was passed over with the two bytes behind it. */
    @Test
    void importJson_brokenByteOrderMark_isABadLine() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            for (int[] mark : new int[][] {{0xef}, {0xef, 0xbb}, {0xef, 'a', 'b'}}) {
                ByteArrayOutputStream text = new ByteArrayOutputStream();
                for (int b : mark) {
                    text.write(b);
                }
                text.writeBytes("{\"id\":1}".getBytes(StandardCharsets.UTF_8));
                assertThatThrownBy(() ->
                                db.importJson("s", new ByteArrayInputStream(text.toByteArray()), ImportOptions.DEFAULT))
                        .isInstanceOf(InvalidQueryException.class)
                        .hasMessageContaining("line 1");
            }
            assertThat(db.count("s")).isZero();
        }
    }

    /** An element of an array with a name twice ended the import, also where bad documents are to be left out. */
    @Test
    void importJson_arrayElementWithANameTwice_isABadDocument() {
        String text = "[{\"id\":1},\n{\"id\":2,\"a\":{\"b\":1,\"b\":[{}],\"c\":[1,{}]},\"d\":[]},\n{\"id\":3}]";
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            ImportResult result = read(db, text, ImportOptions.DEFAULT.skippingBad());
            assertThat(result.problems()).extracting(ImportResult.Problem::line).containsExactly(2L);
            assertThat(db.getAllKeys("s", KeyRange.all(), 9)).containsExactly(1L, 3L);
            assertThatThrownBy(() -> read(db, text, ImportOptions.DEFAULT))
                    .isInstanceOf(InvalidQueryException.class)
                    .hasMessageContaining("line 2");
        }
    }

    /**
     * What was left out did not count, so the progress of a file with many bad lines stood still and never came to its
     * end.
     */
    @Test
    void importJson_progress_countsWhatIsStoredAndWhatIsLeftOut() {
        String text = "{\"id\":1}\n{\n{\n{\n{\"id\":2}\n{\"no\":1}\n{\"id\":3}\n\n{\"id\":4}\n{\n";
        List<Long> progress = new ArrayList<>();
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            ImportOptions options = ImportOptions.DEFAULT.withBatchSize(2).withProgress(progress::add);
            ImportResult result = read(db, text, options.skippingBad());
            assertThat(result.imported()).isEqualTo(4);
            assertThat(result.skipped()).isEqualTo(5);
            assertThat(progress).containsExactly(2L, 5L, 7L, 9L);

            progress.clear();
            assertThatThrownBy(() -> read(db, text, options)).isInstanceOf(InvalidQueryException.class);
            assertThat(progress).containsExactly(1L);

            progress.clear();
            String refused = "{\"id\":5}\n{\"no\":1}\n{\"id\":6}\n";
            assertThatThrownBy(() -> read(db, refused, options)).isInstanceOf(InvalidQueryException.class);
            assertThat(progress).as("before a document that cannot be stored").containsExactly(1L);

            progress.clear();
            read(db, "{\n".repeat(7), options.skippingBad());
            assertThat(progress).containsExactly(2L, 4L, 6L, 7L);
            progress.clear();
            read(db, "\n \n", options);
            assertThat(progress).isEmpty();
        }
    }

    /** A thousand documents were held whatever they take: a gigabyte, where each takes one megabyte. */
    @Test
    void importJson_largeDocuments_areStoredAFewAtATime() {
        String document = "{\"id\":%d,\"text\":\"" + "x".repeat(3 << 20) + "\"}";
        for (String[] form : new String[][] {{"", "\n", ""}, {"[", ",", "]"}}) {
            List<String> documents =
                    IntStream.range(0, 9).mapToObj(document::formatted).toList();
            String text = form[0] + String.join(form[1], documents) + form[2];
            List<Long> progress = new ArrayList<>();
            try (JsonDB db = JsonDB.on(new MemoryStore())) {
                db.createObjectStore("s", "id");
                ImportResult result = read(db, text, ImportOptions.DEFAULT.withProgress(progress::add));
                assertThat(result.imported()).isEqualTo(9);
                assertThat(progress).containsExactly(3L, 6L, 9L);
                assertThat(db.count("s")).isEqualTo(9);
            }
        }
    }

    /** The tree of an element was built whatever its length: one without an end took all memory. */
    @Test
    void importJson_arrayElementWithoutEnd_isRefusedByItsLength() {
        for (String begin :
                List.of("[{\"id\":1},\n{\"id\":2,\"t\":\"", "[{\"id\":1},\n{\"id\":2,\"t\":[", "[{\"id\":1},\n")) {
            String endless = begin.endsWith("[") ? "1," : begin.endsWith("\"") ? "xx" : " ";
            InputStream input = new SequenceInputStream(
                    new ByteArrayInputStream(begin.getBytes(StandardCharsets.UTF_8)), new InputStream() {
                        private long at;

                        @Override
                        public int read() {
                            return endless.charAt((int) (at++ % endless.length()));
                        }
                    });
            try (JsonDB db = JsonDB.on(new MemoryStore(), JsonLimits.DEFAULT.withMaxDocumentBytes(MAX_BYTES))) {
                db.createObjectStore("s", "id");
                assertThatThrownBy(() -> db.importJson("s", input, ImportOptions.DEFAULT.skippingBad()))
                        .as(begin)
                        .isInstanceOf(InvalidQueryException.class)
                        .hasMessageContaining("line 2")
                        .hasMessageContaining("limit of " + MAX_BYTES);
            }
        }
    }

    /** What stands in no array was left unread without a word, and a comma too many was an exception of the parser. */
    @Test
    void importJson_brokenArray_isAnErrorWithItsLine() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            for (String broken : List.of(
                    "[{\"id\":1},\n]",
                    "[{\"id\":1}\n,",
                    "[{\"id\":1}\n",
                    "[{\"id\":1}]\n{\"id\":2}",
                    "[{\"id\":1}]\n]",
                    "[{\"id\":1}]\nx",
                    "[{\"id\":1}\n{\"id\":2}]")) {
                assertThatThrownBy(() -> read(db, broken, ImportOptions.DEFAULT.skippingBad()))
                        .as(broken)
                        .isInstanceOf(InvalidQueryException.class)
                        .hasMessageContaining("line 2");
            }
        }
    }

    @Test
    void importJson_inputThatFails_isAnErrorOfStorage() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            for (String begin : List.of("[{\"id\":1},", "{\"id\":1}\n")) {
                InputStream failing = new SequenceInputStream(
                        new ByteArrayInputStream(begin.getBytes(StandardCharsets.UTF_8)), new InputStream() {
                            @Override
                            public int read() throws IOException {
                                throw new IOException("made for the test");
                            }
                        });
                assertThatThrownBy(() -> db.importJson("s", failing, ImportOptions.DEFAULT))
                        .as(begin)
                        .isInstanceOf(StorageException.class)
                        .hasRootCauseMessage("made for the test");
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

    private static final String MIXED = """
            {"id":1,"u":"a"}
            {"id":2,"u":"a"}
            no json
            {"id":3,"u":"b"}
            {"id":3,"u":"c"}
            {"u":"no key"}
            {"id":4,"u":"b"}
            [5]
            {"id":6,"u":"c"}
            {"id":7,"id":8}
            """;

    private static JsonDB unique() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u"));
        return db;
    }

    /**
     * Lines that could not be read were reported before earlier ones that could not be stored, which took the places of
     * the first hundred.
     */
    @Test
    void importJson_badLinesOfAllKinds_areReportedInOrder() {
        for (int batchSize : new int[] {1, 1000}) {
            JsonDB db = unique();
            ImportResult result =
                    read(db, MIXED, ImportOptions.DEFAULT.skippingBad().withBatchSize(batchSize));
            assertThat(result.problems().stream().map(ImportResult.Problem::line))
                    .containsExactly(2L, 3L, 6L, 8L, 9L, 10L);
            assertThat(result.skipped()).isEqualTo(6);
            assertThat(result.imported()).isEqualTo(4);
            assertThat(db.getAllKeys("s", KeyRange.all(), 9)).containsExactly(1L, 3L, 4L);
            assertThat(db.verifyIndexes("s").problems()).isEmpty();

            String lines = "{}\n".repeat(150) + "no json\n".repeat(150);
            assertThat(read(db, lines, ImportOptions.DEFAULT.skippingBad()).problems())
                    .extracting(ImportResult.Problem::line)
                    .isEqualTo(LongStream.rangeClosed(1, 100).boxed().toList());
        }
    }

    /**
     * What stood before the line at which the import stopped was stored or not, as the batches fell, and an earlier bad
     * line was not named.
     */
    @Test
    void importJson_thatStopsAtABadLine_hasStoredThoseBefore() {
        for (int batchSize : new int[] {1, 2, 1000}) {
            ImportOptions options = ImportOptions.DEFAULT.withBatchSize(batchSize);
            JsonDB db = unique();
            assertThatThrownBy(() -> read(db, MIXED, options))
                    .isInstanceOf(InvalidQueryException.class)
                    .hasMessageContaining("line 2")
                    .hasMessageContaining("(1 imported)");
            assertThat(db.count("s")).isEqualTo(1);
            for (String bad : List.of("{\"id\":3,\"id\":3}", "no json", "{\"id\":{}}")) {
                assertThatThrownBy(() -> read(db, "{\"id\":1}\n{\"id\":2}\n" + bad + "\n{\"id\":4}", options))
                        .hasMessageContaining("line 3")
                        .hasMessageContaining("(2 imported)");
                assertThatThrownBy(() -> read(db, "[{\"id\":1},\n{\"id\":2},\n" + bad + ",\n{\"id\":4}]", options))
                        .hasMessageContaining("line 3")
                        .hasMessageContaining("(2 imported)");
                assertThat(db.getAllKeys("s", KeyRange.all(), 9)).containsExactly(1L, 2L);
                db.clear("s");
            }
        }
    }
}
