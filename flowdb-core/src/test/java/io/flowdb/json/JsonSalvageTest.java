package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.Preconditions;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.ChangeGapException;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.json.KeyLayout;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What {@link JsonDB#salvage} makes of damaged databases: at random, and record by record.
 * {@code -Dflowdb.test.seed=N} runs one random case again, {@code -Dflowdb.test.salvageCases=N} more of them.
 */
class JsonSalvageTest {
    private static final int CASES = Integer.getInteger("flowdb.test.salvageCases", 30);
    private static final StoreSchema USERS = StoreSchema.of("users", "id")
            .withUniqueIndex("by_email", "email")
            .withIndex("by_age", "age")
            .withMultiEntryIndex("by_tag", "tags");

    @TempDir
    private Path directory;

    private Path damaged;
    private Path target;

    @BeforeEach
    void paths() {
        damaged = directory.resolve("damaged");
        target = directory.resolve("target");
    }

    private static Config config(Path dataDir) {
        return Config.builder()
                .dataDir(dataDir)
                .memtableSize(64 << 10)
                .blockSize(512)
                .walSegmentSize(64 << 10)
                .build();
    }

    private static JsonNode user(int id, String email, int age) {
        return json("{'id':" + id + ",'email':'" + email + "','age':" + age + ",'tags':['t" + age % 7 + "','all']}");
    }

    private static void tenUsers(JsonDB db) {
        db.createObjectStore(USERS);
        for (int i = 0; i < 10; i++) {
            db.put("users", user(i, i + "@example.org", 20 + i));
        }
    }

    /** Changes records below the documents, as damage that was not noticed, or a lost delete, would. */
    private void changeRecords(Consumer<WriteBatch> change) {
        try (Engine engine = Engine.open(config(damaged))) {
            WriteBatch batch = new WriteBatch();
            change.accept(batch);
            engine.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
        }
    }

    private byte[] record(byte[] key) {
        try (Engine engine = Engine.open(config(damaged))) {
            return engine.latest().get(key).value();
        }
    }

    /** An id of a form that is never written leads back to where the search for ids has been. */
    @Test
    void keysWithoutStoreOrIndex_areRemovedAndTold() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
        }
        List<byte[]> strays = List.of(
                new byte[] {1},
                new byte[] {1, 0, 9},
                new byte[] {1, (byte) 240},
                new byte[] {1, (byte) 240, 0, 9},
                new byte[] {1, (byte) 243, -1, -1, -1, -1, 9},
                new byte[] {1, (byte) 255, 1},
                new byte[] {2, 0},
                new byte[] {2, (byte) 241, 0, 1},
                new byte[] {4});
        changeRecords(batch -> strays.forEach(key -> batch.put(key, "{}".getBytes(StandardCharsets.UTF_8))));

        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        assertThat(report.documents()).containsExactly(Map.entry("users", 10L));
        assertThat(report.problems())
                .containsExactly(
                        "6 records were removed whose keys name no store or index",
                        "1 records were removed whose keys name no store or index",
                        "2 records were removed whose keys name no store or index");
        try (Engine engine = Engine.open(config(target))) {
            assertThat(strays)
                    .allSatisfy(key -> assertThat(engine.latest().get(key)).isNull());
        }
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.getStore("users")).isEqualTo(USERS);
            assertThat(db.verifyIndexes("users").isClean()).isTrue();
        }
    }

    @Test
    void undamaged_isComplete() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
            db.changes().close();
            db.put("users", user(10, "10@example.org", 30));
        }

        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        assertThat(report.problems()).isEmpty();
        assertThat(report.isComplete()).isTrue();
        assertThat(report.documents()).containsExactly(Map.entry("users", 11L));
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.getStore("users")).isEqualTo(USERS);
            assertThat(db.verifyIndexes("users").isClean()).isTrue();
            db.changes(db.lastSeqno()).close(); // still recorded
        }
    }

    @Test
    void lostCatalog_isRefusedAtOpen_andStoresAreRecovered() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
            db.createObjectStore(StoreSchema.of("orders", "head.number").withAutoIncrement());
            db.put("orders", json("{'qty':7,'head':{'number':7,'by':1}}"));
            db.put("orders", json("{'qty':7,'head':{'number':8,'by':8}}"));
            db.putAuto("orders", json("{'qty':9}"));
        }
        changeRecords(batch -> batch.delete(KeyLayout.catalog()));

        assertThatThrownBy(() -> JsonDB.open(config(damaged)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("document catalog")
                .hasMessageContaining("it is missing, there are documents of store number 1");
        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        assertThat(report.storage().isComplete()).isTrue();
        assertThat(report.isComplete()).isFalse();
        assertThat(String.join("\n", report.problems()))
                .contains("store number 1 is gone; its 10 documents are in store 'recovered_1'", "key path 'id'")
                .contains("store number 5 is gone; its 3 documents are in store 'recovered_5'", "'head.number'")
                .contains("entries of index number 2 were removed");
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.storeNames()).containsExactly("recovered_1", "recovered_5");
            assertThat(db.get("recovered_1", 3)).isEqualTo(user(3, "3@example.org", 23));
            assertThat(db.getStore("recovered_5"))
                    .isEqualTo(StoreSchema.of("recovered_5", "head.number").withAutoIncrement());
            assertThat(db.putAuto("recovered_5", json("{'qty':1}"))).isEqualTo(10L);
            tenUsers(db); // numbered behind all that was there
            assertThat(db.verifyIndexes("users").isClean()).isTrue();
            assertThat(db.count("recovered_1")).isEqualTo(10);
        }
    }

    @Test
    void olderCatalog_isRefusedAtOpen_andWhatItDoesNotKnowIsRecovered() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
        }
        byte[] older = record(KeyLayout.catalog());
        try (JsonDB db = JsonDB.open(config(damaged))) {
            db.createObjectStore(StoreSchema.of("recovered_5", "n").withIndex("by_v", "v"));
            db.put("recovered_5", json("{'n':'a','v':1}"));
            db.createIndex("users", IndexSchema.of("by_id", "id"));
        }
        changeRecords(batch -> batch.put(KeyLayout.catalog(), older));

        assertThatThrownBy(() -> JsonDB.open(config(damaged)))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("it is not the last one, there are documents of store number 5");
        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        assertThat(report.documents().toString()).isEqualTo("{recovered_5=1, users=10}");
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.getStore("users")).isEqualTo(USERS);
            assertThat(db.getStore("recovered_5")).isEqualTo(StoreSchema.of("recovered_5", "n"));
            db.createIndex("users", IndexSchema.of("by_id", "id"));
            assertThat(db.getByIndex("users", "by_id", 4)).hasSize(1);
            assertThat(db.verifyIndexes("users").isClean()).isTrue();
        }
    }

    @Test
    void indexEntriesThatAreMissingOrLeftOver_areBuiltAnew() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
        }
        changeRecords(batch -> batch.deleteRange(KeyLayout.index(2), KeyLayout.index(3))
                .put(new byte[] {2, 3, 0x20, (byte) 0xA1, 2, 0, 0x20, (byte) 0xA1, 99, 0}, new byte[0]));

        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        assertThat(report.problems())
                .containsExactly("indexes of store 'users' did not agree with its documents and were built anew");
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.getStore("users")).isEqualTo(USERS);
            assertThat(db.verifyIndexes("users").isClean()).isTrue();
            assertThat(db.getByIndex("users", "by_email", "4@example.org")).hasSize(1);
        }
    }

    @Test
    void documentsThatShareAUniqueValue_areKept_andTheIndexIsLeftOut() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
        }
        byte[] key = {1, 1, 0x20, (byte) 0xA1, 5, 0}; // user 4
        byte[] back = new String(record(key), StandardCharsets.ISO_8859_1)
                .replace("4@", "7@")
                .getBytes(StandardCharsets.ISO_8859_1);
        changeRecords(batch -> batch.put(key, back));

        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        assertThat(String.join("\n", report.problems())).contains("7@example.org", "'by_email'", "is left out");
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.getStore("users").indexes())
                    .extracting(IndexSchema::name)
                    .containsExactlyInAnyOrder("by_age", "by_tag");
            assertThat(db.count("users")).isEqualTo(10);
            assertThat(db.verifyIndexes("users").isClean()).isTrue();
            db.put("users", user(4, "4@example.org", 24));
            assertThat(db.applyStore(USERS)).hasSize(1);
        }
    }

    @Test
    void documentsThatCannotBeRead_areRemoved() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
        }
        changeRecords(batch -> batch.put(new byte[] {1, 1, 0x20, (byte) 0xA1, 5, 0}, new byte[] {1, 2, 3})
                .put(new byte[] {1, 1, 0x20, (byte) 0xA1, 6, 0}, new byte[0]));

        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        assertThat(String.join("\n", report.problems())).contains("2 documents of store 'users' could not be read");
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.count("users")).isEqualTo(8);
            assertThat(db.verifyIndexes("users").isClean()).isTrue();
        }
    }

    @Test
    void recordedChangesOfADamagedDatabase_areRemoved() throws IOException {
        long seqno;
        try (JsonDB db = JsonDB.open(config(damaged))) {
            db.changes().close();
            tenUsers(db);
            seqno = db.lastSeqno() - 3;
            db.engine().orElseThrow().flush();
        }
        Path table = files(damaged.resolve("sst")).get(0);
        byte[] bytes = Files.readAllBytes(table);
        bytes[bytes.length / 2] ^= 1;
        Files.write(table, bytes);

        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        assertThat(String.join("\n", report.problems())).contains("kept for change feeds was removed");
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThatThrownBy(() -> db.changes(seqno).close()).isInstanceOf(ChangeGapException.class);
        }
    }

    @Test
    void failureLeavesTheTargetEmpty() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
        }
        byte[] newer = new String(record(KeyLayout.catalog()), StandardCharsets.UTF_8)
                .replace("\"format\":1", "\"format\":99")
                .getBytes(StandardCharsets.UTF_8);
        changeRecords(batch -> batch.put(KeyLayout.catalog(), newer));

        assertThatThrownBy(() -> JsonDB.salvage(damaged, target)).isInstanceOf(UnsupportedFormatException.class);

        assertThat(target).isEmptyDirectory();
    }

    @Test
    void recordsOfOthersInTheStore_stay() {
        try (JsonDB db = JsonDB.open(config(damaged))) {
            tenUsers(db);
        }
        byte[] key = "~mine".getBytes(StandardCharsets.UTF_8);
        changeRecords(batch -> batch.put(key, new byte[] {1}).delete(KeyLayout.catalog()));

        JsonDB.salvage(damaged, target);

        try (Engine engine = Engine.open(config(target))) {
            assertThat(engine.latest().get(key).value()).containsExactly(1);
        }
    }

    @Test
    void randomDamage_leavesDocumentsThatWereWritten_withIndexesThatAgree() throws IOException {
        Long one = Long.getLong("flowdb.test.seed");
        long first = one != null ? one : System.nanoTime();
        for (long seed = first; seed < first + (one != null ? 1 : CASES); seed++) {
            Path root = Files.createDirectory(directory.resolve("seed" + seed));
            damaged = root.resolve("damaged");
            target = root.resolve("target");
            try {
                randomCase(new Random(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e, e);
            }
        }
    }

    private void randomCase(Random random) throws IOException {
        TreeMap<String, Set<JsonNode>> versions = new TreeMap<>();
        try (JsonDB db = JsonDB.open(config(damaged))) {
            if (random.nextInt(3) == 0) {
                db.changes().close();
            }
            int stores = 1 + random.nextInt(3);
            for (int step = 0; step < 600; step++) {
                String store = "users" + random.nextInt(stores);
                db.createObjectStore(new StoreSchema(store, "id", false, null, USERS.indexes()));
                int id = random.nextInt(150);
                int action = random.nextInt(100);
                if (action < 80) {
                    JsonNode user = user(id, random.nextInt(400) + "@example.org", random.nextInt(90));
                    try {
                        db.put(store, user);
                        versions.computeIfAbsent(store + "/" + id, key -> new HashSet<>())
                                .add(user);
                    } catch (UniqueViolationException e) {
                        assertThat(e.index()).isEqualTo("by_email");
                    }
                } else if (action < 90) {
                    db.delete(store, id);
                } else if (action < 93) {
                    db.deleteRange(store, KeyRange.bound(id, id + 5, false, true));
                } else if (action < 94) {
                    db.deleteObjectStore(store);
                } else if (action < 97) {
                    db.engine().orElseThrow().flush();
                }
            }
        }
        for (int i = random.nextInt(4); i >= 0; i--) {
            damageOne(random);
        }

        JsonSalvageReport report = JsonDB.salvage(damaged, target);

        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.engine().orElseThrow().verify().problems()).isEmpty();
            assertThat(db.storeNames())
                    .containsExactlyElementsOf(report.documents().keySet());
            for (String store : db.storeNames()) {
                assertThat(db.verifyIndexes(store).problems()).as(store).isEmpty();
                if (!store.startsWith("recovered_")
                        && db.getStore(store).indexes().size() < 3) {
                    assertThat(report.problems()).anyMatch(line -> line.contains("'by_email' of store '" + store));
                }
                assertThat(db.count(store)).isEqualTo(report.documents().get(store));
                try (DocumentScan scan = db.scan(store)) {
                    scan.stream()
                            .forEach(document -> assertThat(versions.entrySet().stream()
                                            .filter(each -> store.startsWith("recovered_")
                                                    || each.getKey().startsWith(store + "/"))
                                            .anyMatch(each -> each.getValue().contains(document.json())))
                                    .as("%s: %s", store, document)
                                    .isTrue());
                }
                db.put(store, user(7, "7@new.example.org", 7));
            }
            db.createObjectStore(new StoreSchema("fresh", "id", false, null, USERS.indexes()));
            db.put("fresh", user(1, "1@example.org", 1));
            assertThat(db.count("fresh")).isEqualTo(1);
            assertThat(db.verifyIndexes("fresh").isClean()).isTrue();
        }
    }

    private void damageOne(Random random) throws IOException {
        List<Path> all = Stream.of(damaged, damaged.resolve("sst"), damaged.resolve("wal"))
                .flatMap(each -> files(each).stream())
                .filter(file -> !file.endsWith("LOCK"))
                .toList();
        Path file = all.get(random.nextInt(all.size()));
        byte[] bytes = Files.readAllBytes(file);
        int at = bytes.length == 0 ? 0 : random.nextInt(bytes.length);
        switch (random.nextInt(all.size() > 1 ? 4 : 3)) {
            case 0 -> Files.write(file, Arrays.copyOf(bytes, at));
            case 1 -> {
                Arrays.fill(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(2000)), (byte) 0);
                Files.write(file, bytes);
            }
            case 2 -> {
                if (bytes.length > 0) {
                    bytes[at] ^= (byte) (1 << random.nextInt(8));
                }
                Files.write(file, bytes);
            }
            default -> Files.delete(file);
        }
    }

    private static List<Path> files(Path in) {
        try (Stream<Path> files = Files.exists(in) ? Files.list(in) : Stream.empty()) {
            return files.filter(Files::isRegularFile).sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
