package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineOnFiles;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Random migrations, which write documents, make and drop indexes, read through them and fail, against a map of
 * documents: all of a step is there afterwards or nothing, also after a crash or power cut in its midst.
 * {@code -Dflowdb.test.seed=N} repeats the random choices.
 */
class MigrationModelTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int MIGRATIONS = 250;
    private static final List<IndexSchema> INDEXES = List.of(
            IndexSchema.of("v", "v"),
            IndexSchema.unique("u", "u"),
            IndexSchema.multiEntry("tags", "tags"),
            IndexSchema.of("vu", "v", "u"));

    private final Random random = new Random(SEED);
    private TreeMap<Long, JsonNode> documents = new TreeMap<>();
    private Set<String> indexes = new HashSet<>();

    private static final class OnPurpose extends RuntimeException {}

    /** What a crash has left, and what must be found in it. */
    private record Crash(MemoryStore image, int version, Map<Long, JsonNode> documents, Set<String> indexes) {}

    @Test
    void migrations_random_areAllOrNothing() {
        System.out.println("migrations seed " + SEED);
        MemoryStore store = new MemoryStore();
        JsonDB db = JsonDB.on(store);
        db.createObjectStore("s", "id");
        List<Crash> crashes = new ArrayList<>();
        int refused = 0;
        for (int i = 0; i < MIGRATIONS; i++) {
            int version = db.schemaVersion();
            TreeMap<Long, JsonNode> before = new TreeMap<>(documents);
            Set<String> indexesBefore = new HashSet<>(indexes);
            store.beforeCommit = () -> {
                if (random.nextInt(12) == 0) {
                    crashes.add(new Crash(store.image(), version, before, indexesBefore));
                }
            };
            try {
                db.migrate(List.of(Migration.of(version + 1, "step", this::step)));
                assertThat(hasDuplicates()).as("seed %d", SEED).isFalse();
                assertThat(db.schemaVersion()).isEqualTo(version + 1);
            } catch (OnPurpose | UniqueViolationException e) {
                assertThat(e instanceof OnPurpose || hasDuplicates())
                        .as("seed %d, migration %d: %s", SEED, i, e)
                        .isTrue();
                documents = new TreeMap<>(before);
                indexes = new HashSet<>(indexesBefore);
                assertThat(db.schemaVersion()).isEqualTo(version);
                refused++;
            }
            store.beforeCommit = () -> {};
            check(store, db, documents, indexes);
        }
        assertThat(refused).as("seed %d", SEED).isBetween(MIGRATIONS / 10, MIGRATIONS * 9 / 10);
        assertThat(crashes).hasSizeGreaterThan(5);
        for (Crash crash : crashes) {
            JsonDB found = JsonDB.on(crash.image);
            assertThat(found.schemaVersion()).isEqualTo(crash.version);
            check(crash.image, found, crash.documents, crash.indexes);
        }
    }

    private static void check(MemoryStore store, JsonDB db, Map<Long, JsonNode> documents, Set<String> indexes) {
        assertThat(db.getAll("s", KeyRange.all(), 1000)).as("seed %d", SEED).isEqualTo(List.copyOf(documents.values()));
        assertThat(db.count("s")).isEqualTo(documents.size());
        assertThat(db.getStore("s").indexes().stream().map(IndexSchema::name))
                .as("seed %d", SEED)
                .containsExactlyInAnyOrderElementsOf(indexes);
        MigrationIndexTest.assertNothingLeftBehind(store, db);
    }

    /** Whether documents share a value of the unique index, if there is one. */
    private boolean hasDuplicates() {
        return indexes.contains("u") && !isUnique();
    }

    private boolean isUnique() {
        Set<JsonNode> seen = new HashSet<>();
        return documents.values().stream().allMatch(document -> !document.has("u") || seen.add(document.get("u")));
    }

    private void step(MigrationTransaction m) {
        for (int i = random.nextInt(25); i >= 0; i--) {
            long id = random.nextInt(40);
            switch (random.nextInt(10)) {
                case 0 -> {
                    assertThat(m.documents().delete("s", id)).isEqualTo(documents.remove(id) != null);
                }
                case 1 -> {
                    m.documents().deleteRange("s", KeyRange.bound(id, id + 3, false, true));
                    documents.subMap(id, id + 3).clear();
                }
                case 2, 3 -> changeIndex(m, INDEXES.get(random.nextInt(INDEXES.size())));
                case 4, 5 -> read(m);
                case 6 -> otherStore(m, id);
                default -> {
                    ObjectNode document = document(id);
                    m.documents().put("s", document);
                    documents.put(id, document);
                }
            }
        }
        if (random.nextInt(5) == 0) {
            throw new OnPurpose();
        }
    }

    /**
     * A store that is made and deleted within the step, with documents that share a unique value: nobody will ever see
     * them.
     */
    private void otherStore(MigrationTransaction m, long id) {
        m.createObjectStore(StoreSchema.of("other", "id").withUniqueIndex("u", "u"));
        m.documents().putAll("other", List.of(document(id), document(100)));
        m.documents().put("other", json("{'id':'a','u':1}"));
        m.documents().put("other", json("{'id':'b','u':1}"));
        m.createIndex("other", IndexSchema.of("v", "v"));
        assertThat(m.documents().count("other")).isEqualTo(4);
        m.deleteObjectStore("other");
    }

    private ObjectNode document(long id) {
        ObjectNode document = json("{}").put("id", (int) id).put("v", random.nextInt(5));
        if (random.nextInt(3) > 0) {
            document.put("u", random.nextInt(300));
        }
        document.putArray("tags").add(random.nextInt(3)).add(random.nextInt(3));
        return document;
    }

    private void changeIndex(MigrationTransaction m, IndexSchema index) {
        if (indexes.remove(index.name())) {
            m.deleteIndex("s", index.name());
        } else if (!index.unique() || isUnique()) {
            m.createIndex("s", index);
            indexes.add(index.name());
        } else {
            assertThatThrownBy(() -> m.createIndex("s", index)).isInstanceOf(UniqueViolationException.class);
        }
    }

    private void read(MigrationTransaction m) {
        DocumentOperations own = m.documents();
        assertThat(own.getAll("s", KeyRange.all(), 1000))
                .as("seed %d", SEED)
                .isEqualTo(List.copyOf(documents.values()));
        int v = random.nextInt(5);
        List<JsonNode> expected = documents.values().stream()
                .filter(document -> document.get("v").intValue() == v)
                .toList();
        assertThat(own.query("s").whereEq("v", v).collect()).as("seed %d", SEED).isEqualTo(expected);
        if (indexes.contains("v")) {
            assertThat(own.getByIndex("s", "v", v)).as("seed %d", SEED).isEqualTo(expected);
        }
        if (indexes.contains("u") && isUnique()) {
            for (JsonNode document : documents.values()) {
                if (document.has("u")) {
                    assertThat(own.getByIndex("s", "u", document.get("u").intValue()))
                            .as("seed %d", SEED)
                            .containsExactly(document);
                }
            }
        }
        if (indexes.contains("tags")) {
            assertThat(own.getByIndex("s", "tags", 1)).as("seed %d", SEED).hasSize((int) documents.values().stream()
                    .filter(document -> document.get("tags").valueStream().anyMatch(tag -> tag.intValue() == 1))
                    .count());
        }
    }

    /** The power is cut at each call to the file system while a migration with three indexes runs. */
    @Test
    void powerCut_duringAMigration_leavesAllOrNothing() {
        System.out.println("powerCut_duringAMigration seed " + SEED);
        Config config = Config.builder()
                .dataDir(Path.of("/data/migration").toAbsolutePath())
                .memtableSize(64 << 10)
                .maxFrozenMemtables(64)
                .autoBackground(false)
                .build();
        JsonLimits limits = JsonLimits.DEFAULT.withMaxTransactionBytes(64 << 10);
        FaultyFileSystem files = new FaultyFileSystem();
        List<FaultyFileSystem> cuts = new ArrayList<>();
        Consumer<MigrationTransaction> steps = m -> {
            m.documents().put("s", json("{'id':7,'v':'new','u':'new'}"));
            m.createIndex("s", IndexSchema.of("v", "v"));
            m.documents().delete("s", 8);
            m.createIndex("s", IndexSchema.unique("u", "u"));
        };
        List<Migration> migrations = List.of(Migration.of(1, "indexes", steps));
        try (Engine engine = EngineOnFiles.open(config, files);
                JsonDB db = JsonDB.on(engine, limits)) {
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("tags", "tags"));
            List<ObjectNode> many = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                many.add(json("{'id':" + i + ",'v':" + i % 7 + ",'u':" + i + "}"));
            }
            db.putAll("s", many);
            files.setFault((call, path) -> {
                if (call.isChanging()) {
                    cuts.add(files.afterPowerCut(Loss.values()[random.nextInt(Loss.values().length)], random));
                }
            });
            db.migrate(migrations);
            files.setFault((call, path) -> {});
            cuts.add(files.afterPowerCut(Loss.ALL, random));
        }
        assertThat(cuts).hasSizeGreaterThan(10);
        int before = 0;
        for (FaultyFileSystem cut : cuts) {
            try (Engine engine = EngineOnFiles.open(config, cut);
                    JsonDB db = JsonDB.on(engine, limits)) {
                boolean done = db.schemaVersion() == 1;
                before += done ? 0 : 1;
                assertThat(done || cut != cuts.get(cuts.size() - 1))
                        .as("acknowledged")
                        .isTrue();
                assertThat(db.count("s")).as("seed %d", SEED).isEqualTo(done ? 4999 : 5000);
                assertThat(db.get("s", 7).get("u").isString()).isEqualTo(done);
                assertThat(db.getStore("s").indexes()).hasSize(done ? 3 : 1);
                DocumentPowerCutTest.assertNothingLeftBehind(db, engine);
                assertThat(db.verifyIndexes("s").problems()).as("seed %d", SEED).isEmpty();
                assertThat(db.migrate(migrations)).isEqualTo(done ? 0 : 1);
                assertThat(db.getByIndex("s", "v", 1)).hasSize(714);
                assertThat(db.verifyIndexes("s").problems()).isEmpty();
                DocumentPowerCutTest.assertNothingLeftBehind(db, engine);
            }
        }
        assertThat(before).isPositive();
    }
}
