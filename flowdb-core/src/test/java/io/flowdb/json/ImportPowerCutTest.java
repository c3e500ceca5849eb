package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineOnFiles;
import io.flowdb.SyncMode;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import io.flowdb.testing.TinyFiles;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Cuts the power at every change that an import makes to the file system. What is found afterwards is what the progress
 * had announced, or more of the next batch: all of it, or, where that has a bad document, some of it in order. The
 * import is then done again over what was found, and ends with the documents, the numbers and the bad lines that a
 * model gives. An import that stops at the first bad document has stored what its message says.
 *
 * <p>{@code -Dflowdb.test.seed=N} repeats the random choices, {@code -Dflowdb.test.operations=N} sets the number of
 * seeds.
 */
class ImportPowerCutTest {
    private static final Path DIRECTORY = Path.of("/data/import").toAbsolutePath();
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int IMPORTS = 3 * Integer.getInteger("flowdb.test.operations", 2);
    private static final int DOCUMENTS = 60;
    private static final int KEYS = 40;

    private Random random = new Random();
    private boolean array;
    private int batchSize;
    /** One document a line; null is one that cannot be read. */
    private final List<@Nullable ObjectNode> input = new ArrayList<>();

    private int checked;
    private int withinABatch;

    /** Documents by id, and what an import onto them does. */
    private final class Model {
        final TreeMap<Integer, JsonNode> documents;
        /** After each commit, beginning with none. */
        final List<TreeMap<Integer, JsonNode>> states = new ArrayList<>();
        /** Positions in {@link #states} after each batch. */
        final List<Integer> batches = new ArrayList<>(List.of(0));
        /** Documents stored and left out after each batch. */
        final List<Long> done = new ArrayList<>(List.of(0L));

        final List<Long> badLines = new ArrayList<>();
        int imported;

        Model(TreeMap<Integer, JsonNode> start) {
            documents = new TreeMap<>(start);
            states.add(start);
        }

        /** Imports all, or up to the first bad document. */
        Model run(boolean skipping) {
            List<Integer> batch = new ArrayList<>();
            for (int line = 1; line <= input.size(); line++) {
                if (input.get(line - 1) != null) {
                    batch.add(line);
                } else if (skipping) {
                    badLines.add((long) line);
                } else {
                    if (end(batch, false)) {
                        badLines.add((long) line);
                    }
                    return this;
                }
                if (batch.size() == batchSize && !end(batch, skipping)) {
                    return this;
                }
            }
            end(batch, skipping);
            badLines.sort(null);
            return this;
        }

        /** Stores a batch as a whole or, if that cannot be, one by one; false if the import ends there. */
        private boolean end(List<Integer> batch, boolean skipping) {
            TreeMap<Integer, JsonNode> all = new TreeMap<>(documents);
            if (batch.stream().allMatch(line -> put(all, line)) && isUnique(all)) {
                store(all, batch.size());
            } else {
                for (int line : batch) {
                    TreeMap<Integer, JsonNode> one = new TreeMap<>(documents);
                    if (put(one, line) && isUnique(one)) {
                        store(one, 1);
                    } else {
                        badLines.add((long) line);
                        if (!skipping) {
                            return false;
                        }
                    }
                }
            }
            if (!batch.isEmpty()) {
                batches.add(states.size() - 1);
                done.add((long) imported + badLines.size());
            }
            batch.clear();
            return true;
        }

        /** Position of the last batch that had ended when so many documents were done. */
        int batchAt(long progress) {
            int batch = batches.size() - 1;
            while (done.get(batch) > progress) {
                batch--;
            }
            return batch;
        }

        private void store(TreeMap<Integer, JsonNode> next, int count) {
            if (count > 0) {
                imported += count;
                documents.clear();
                documents.putAll(next);
                states.add(next);
            }
        }

        private boolean put(TreeMap<Integer, JsonNode> to, int line) {
            ObjectNode document = input.get(line - 1);
            if (!document.has("id")) {
                return false;
            }
            to.put(document.get("id").intValue(), document);
            return true;
        }

        private boolean isUnique(TreeMap<Integer, JsonNode> all) {
            Set<JsonNode> values = new HashSet<>();
            return all.values().stream().allMatch(document -> !document.has("u") || values.add(document.get("u")));
        }
    }

    /** What a power cut has left, and the progress that had been announced. */
    private record Cut(FaultyFileSystem files, Loss loss, long progress) {}

    private static Config config() {
        return TinyFiles.in(DIRECTORY, SyncMode.always()).build();
    }

    private void makeInput(Random choices) {
        array = choices.nextBoolean();
        batchSize = 1 + choices.nextInt(12);
        int bad = choices.nextInt(3) == 0 ? 1 : 6 + choices.nextInt(20);
        input.clear();
        for (int i = 0; i < DOCUMENTS; i++) {
            ObjectNode document = json("{}").put("v", choices.nextInt(5)).put("text", "é".repeat(choices.nextInt(900)));
            if (choices.nextInt(3 * bad) > 0) {
                document.put("id", choices.nextInt(KEYS));
            }
            if (choices.nextInt(bad) > 0) {
                document.put("u", choices.nextInt(10 * KEYS));
            } else {
                document.put("u", 1);
            }
            document.putArray("tags").add(choices.nextInt(4)).add(choices.nextInt(4));
            input.add(!array && choices.nextInt(3 * bad) == 0 ? null : document);
        }
    }

    /** One document a line, in an array or not. */
    private byte[] text() {
        List<String> lines = new ArrayList<>();
        for (ObjectNode document : input) {
            lines.add(document == null ? "{\"id\": 3" : document.toString());
        }
        String text = array ? "[" + String.join(",\n", lines) + "]" : String.join("\n", lines);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private ImportResult read(JsonDB db, ImportOptions options) {
        return db.importJson("s", new ByteArrayInputStream(text()), options.withBatchSize(batchSize));
    }

    private static TreeMap<Integer, JsonNode> documents(JsonDB db) {
        TreeMap<Integer, JsonNode> documents = new TreeMap<>();
        db.getAll("s", KeyRange.all(), 1000)
                .forEach(document -> documents.put(document.get("id").intValue(), document));
        assertThat(db.count("s")).isEqualTo(documents.size());
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        return documents;
    }

    private static void create(JsonDB db) {
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("vt", "v", "text")
                .withUniqueIndex("u", "u")
                .withMultiEntryIndex("tags", "tags"));
    }

    @Test
    void powerCut_withinAnImport_leavesWhatTheProgressSaysOrMore() {
        System.out.println("import seed " + SEED);
        for (long seed = SEED; seed < SEED + IMPORTS; seed++) {
            random = new Random(seed);
            makeInput(random);
            try {
                run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ", batches of " + batchSize + ": " + e, e);
            }
        }
        System.out.printf("%d power cuts, %d within a batch%n", checked, withinABatch);
        assertThat(checked).isGreaterThan(IMPORTS * DOCUMENTS / 12);
        assertThat(withinABatch).isPositive();
    }

    private void run() {
        FaultyFileSystem files = new FaultyFileSystem();
        List<Cut> cuts = new ArrayList<>();
        Model model = new Model(new TreeMap<>()).run(true);
        try (Engine engine = EngineOnFiles.open(config(), files);
                JsonDB db = JsonDB.on(engine)) {
            create(db);
            long[] progress = {0};
            files.setFault((call, path) -> {
                if (call.isChanging()) {
                    Loss loss = Loss.values()[random.nextInt(Loss.values().length)];
                    cuts.add(new Cut(files.afterPowerCut(loss, random), loss, progress[0]));
                }
            });
            ImportResult result = read(db, ImportOptions.DEFAULT.skippingBad().withProgress(done -> {
                assertThat(done).isGreaterThan(progress[0]);
                progress[0] = done;
                if (random.nextInt(4) == 0) {
                    engine.flush();
                }
            }));
            files.setFault((call, path) -> {});
            assertThat(progress[0]).isEqualTo(DOCUMENTS);
            compare(db, result, model);
        }
        cuts.forEach(cut -> check(cut, model));
        stopAtTheFirst();
    }

    private void compare(JsonDB db, ImportResult result, Model model) {
        assertThat(documents(db)).isEqualTo(model.documents);
        assertThat(result.imported()).isEqualTo(model.imported);
        assertThat(result.skipped()).isEqualTo(model.badLines.size());
        assertThat(result.problems()).extracting(ImportResult.Problem::line).isEqualTo(model.badLines);
    }

    private void check(Cut cut, Model model) {
        checked++;
        try (Engine engine = EngineOnFiles.open(config(), cut.files);
                JsonDB db = JsonDB.on(engine)) {
            TreeMap<Integer, JsonNode> found = documents(db);
            int batch = model.batchAt(cut.progress);
            int announced = model.batches.get(batch);
            int most = model.batches.get(Math.min(batch + 1, model.batches.size() - 1));
            assertThat(model.states.subList(announced, most + 1))
                    .as("%s behind batch %d", cut.loss, batch)
                    .contains(found);
            withinABatch += model.states
                            .subList(announced + 1, Math.max(most, announced + 1))
                            .contains(found)
                    ? 1
                    : 0;
            ImportResult again = read(db, ImportOptions.DEFAULT.skippingBad());
            compare(db, again, new Model(found).run(true));
        }
    }

    private void stopAtTheFirst() {
        JsonDB db = JsonDB.on(new MemoryStore());
        create(db);
        Model model = new Model(new TreeMap<>()).run(false);
        if (model.badLines.isEmpty()) {
            assertThat(read(db, ImportOptions.DEFAULT).imported()).isEqualTo(DOCUMENTS);
        } else {
            assertThatThrownBy(() -> read(db, ImportOptions.DEFAULT))
                    .isInstanceOf(InvalidQueryException.class)
                    .hasMessageMatching(".*, line " + model.badLines.get(0) + "(, element \\d+)?: .*")
                    .hasMessageContaining("(" + model.imported + " imported)");
        }
        assertThat(documents(db)).isEqualTo(model.documents);
    }
}
