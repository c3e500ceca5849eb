package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.awaitLatch;
import static io.flowdb.json.AbstractJsonDbTest.ids;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.StoreCursor;
import io.flowdb.WriteBatch;
import io.flowdb.error.ConflictException;
import io.flowdb.error.UniqueViolationException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Indexes made within a migration. They were built in the buffer of its transaction, so a store larger than the buffer
 * could not get one.
 */
class MigrationIndexTest {
    private static final int DOCUMENTS = 6000;

    private final MemoryStore store = new MemoryStore();
    private JsonDB db = JsonDB.on(store, JsonLimits.DEFAULT.withMaxTransactionBytes(64 << 10));

    @TempDir
    Path directory;

    private void fill() {
        db.createObjectStore("s", "id");
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(json("{'id':" + i + ",'v':" + i % 10 + ",'u':" + i + ",'tags':['a','t" + i % 3 + "']}"));
        }
        db.putAll("s", documents);
    }

    private void migrate(Consumer<MigrationTransaction> steps) {
        db.migrate(List.of(Migration.of(db.schemaVersion() + 1, "step", steps)));
    }

    static void assertNothingLeftBehind(MemoryStore store, JsonDB db) {
        Catalog catalog = Catalog.fromBytes(store.latest().get(Catalog.KEY).value());
        long expected = 0;
        for (StoreDef def : catalog.stores()) {
            assertThat(def.indexes).noneMatch(index -> index.building);
            for (IndexDef index : def.indexes) {
                expected += count(store, index.prefix, index.end);
            }
            assertThat(db.verifyIndexes(def.name).problems()).isEmpty();
        }
        assertThat(count(store, new byte[] {2}, new byte[] {3}))
                .as("entries of all indexes")
                .isEqualTo(expected);
    }

    private static long count(MemoryStore store, byte[] start, byte[] end) {
        try (StoreCursor cursor = store.latest().scan(start, end, false)) {
            long count = 0;
            while (cursor.next()) {
                count++;
            }
            return count;
        }
    }

    @Test
    void createIndex_ofAStoreLargerThanTheBuffer_isBuiltInPartsAndUsableAtOnce() {
        fill();
        AtomicLong largest = new AtomicLong();
        store.committed = batch -> largest.accumulateAndGet(batch.size(), Math::max);
        migrate(m -> {
            m.documents().put("s", json("{'id':-1,'v':3,'u':'new'}"));
            m.documents().delete("s", 3);
            m.createIndex("s", IndexSchema.of("v", "v"));
            m.createIndex("s", IndexSchema.unique("u", "u"));
            m.createIndex("s", IndexSchema.multiEntry("tags", "tags"));
            m.documents().put("s", json("{'id':13,'v':4,'u':13}"));
            assertThat(m.documents().query("s").whereEq("v", 3).count()).isEqualTo(DOCUMENTS / 10 - 1);
            assertThat(m.documents().getByIndex("s", "v", 3)).hasSize(DOCUMENTS / 10 - 1);
            assertThat(ids(m.documents().getByIndex("s", "u", "new"))).containsExactly("-1");
            assertThat(m.documents().getByIndex("s", "u", 3)).isEmpty();
            assertThat(m.documents().getByIndex("s", "tags", "a")).hasSize(DOCUMENTS - 2);
            assertThat(m.getStore("s").indexes()).hasSize(3);
        });
        assertThat(largest.get()).as("operations of one commit").isBetween(100L, 6000L);
        assertThat(db.getByIndex("s", "v", 4)).hasSize(DOCUMENTS / 10 + 1);
        assertThat(ids(db.getByIndex("s", "u", 13))).containsExactly("13");
        assertThat(db.count("s")).isEqualTo(DOCUMENTS);
        assertNothingLeftBehind(store, db);
    }

    @Test
    void uniqueIndex_duplicates_abortTheStepWithNothingChanged() {
        fill();
        byte[] catalog = store.latest().get(Catalog.KEY).value();
        assertThatThrownBy(() -> migrate(m -> {
                    m.documents().put("s", json("{'id':-1,'u':'x'}"));
                    m.createIndex("s", IndexSchema.of("v", "v"));
                    m.createIndex("s", IndexSchema.unique("w", "v"));
                }))
                .isInstanceOfSatisfying(UniqueViolationException.class, e -> {
                    assertThat(e.index()).isEqualTo("w");
                    assertThat((List<?>) e.otherKey()).hasSize(10);
                });
        assertThatThrownBy(() -> migrate(m -> {
                    m.documents().put("s", json("{'id':-1,'u':77}"));
                    m.createIndex("s", IndexSchema.unique("u", "u"));
                }))
                .as("a document of the step and one from before")
                .isInstanceOf(UniqueViolationException.class);
        assertThatThrownBy(() -> migrate(m -> {
                    m.createIndex("s", IndexSchema.unique("u", "u"));
                    m.documents().put("s", json("{'id':-1,'u':77}"));
                }))
                .as("a document written behind the index")
                .isInstanceOf(UniqueViolationException.class);
        assertThat(db.get("s", -1)).isNull();
        assertThat(db.getStore("s").indexes()).isEmpty();
        assertThat(db.schemaVersion()).isZero();
        assertThat(withoutIds(store.latest().get(Catalog.KEY).value())).isEqualTo(withoutIds(catalog));
        assertNothingLeftBehind(store, db);
        migrate(m -> {
            m.documents().put("s", json("{'id':77,'u':'other'}"));
            m.documents().put("s", json("{'id':-1,'u':77}"));
            m.createIndex("s", IndexSchema.unique("u", "u"));
        });
        assertThat(ids(db.getByIndex("s", "u", 77))).containsExactly("-1");
        assertNothingLeftBehind(store, db);
    }

    private static String withoutIds(byte[] catalog) {
        return new String(catalog, StandardCharsets.UTF_8).replaceAll("\"nextId\":\\d+", "");
    }

    @Test
    void uniqueIndex_refusalThatTheStepCatches_leavesNoEntries() {
        fill();
        migrate(m -> {
            assertThatThrownBy(() -> m.createIndex("s", IndexSchema.unique("i", "v")))
                    .isInstanceOf(UniqueViolationException.class);
            m.createIndex("s", IndexSchema.of("i", "v"));
            m.createIndex("s", IndexSchema.of("gone", "v"));
            m.deleteIndex("s", "gone");
        });
        assertThat(db.getByIndex("s", "i", 3)).hasSize(DOCUMENTS / 10);
        assertThat(db.getStore("s").indexes()).hasSize(1);
        assertNothingLeftBehind(store, db);
    }

    @Test
    void createIndex_duringAWalk_leavesTheWalkAsItWas() {
        fill();
        migrate(m -> {
            long seen = 0;
            try (DocumentScan scan = m.documents().scan("s")) {
                while (scan.hasNext()) {
                    scan.next();
                    if (seen++ == 100) {
                        m.createIndex("s", IndexSchema.of("v", "v"));
                    }
                }
            }
            assertThat(seen).isEqualTo(DOCUMENTS);
        });
        assertThat(store.openSnapshots.get()).isZero();
        assertNothingLeftBehind(store, db);
    }

    /**
     * Whatever commit of the migration the crash prevents: everything is as before, and the migration can be made
     * again.
     */
    @Test
    void crash_beforeAnyCommitOfTheMigration_leavesEverythingAsBefore() {
        fill();
        List<JsonNode> before = db.getAll("s", KeyRange.all(), Integer.MAX_VALUE);
        List<MemoryStore> images = new ArrayList<>();
        store.beforeCommit = () -> images.add(store.image());
        Consumer<MigrationTransaction> steps = m -> {
            m.documents().delete("s", 5);
            m.createIndex("s", IndexSchema.of("v", "v"));
            m.documents().put("s", json("{'id':-1,'v':3,'u':'new'}"));
            m.createIndex("s", IndexSchema.unique("u", "u"));
        };
        migrate(steps);
        assertThat(images).hasSizeGreaterThan(8);
        for (MemoryStore image : images) {
            db = JsonDB.on(image);
            assertThat(db.schemaVersion()).isZero();
            assertThat(db.getStore("s").indexes()).isEmpty();
            assertThat(db.getAll("s", KeyRange.all(), Integer.MAX_VALUE)).isEqualTo(before);
            assertNothingLeftBehind(image, db);
        }
        migrate(steps);
        assertThat(db.getByIndex("s", "v", 3)).hasSize(DOCUMENTS / 10 + 1);
        assertNothingLeftBehind((MemoryStore) db.store(), db);
    }

    /** A commit of a writer that had begun before the migration would have no entries in its indexes. */
    @Test
    void commit_begunBeforeTheMigration_conflictsWhileItRuns() throws Exception {
        fill();
        JsonTransaction begun = db.transaction(TransactionMode.READ_WRITE, "s");
        begun.put("s", json("{'id':'late','v':3}"));
        CountDownLatch updating = new CountDownLatch(1);
        CountDownLatch migrating = new CountDownLatch(1);
        FutureTask<JsonNode> update = new FutureTask<>(() -> db.update("s", 7, document -> {
            updating.countDown();
            awaitLatch(migrating);
            return ((ObjectNode) document).put("v", "updated");
        }));
        new Thread(update).start();
        awaitLatch(updating);
        migrate(m -> {
            FutureTask<Object> commit = new FutureTask<>(() -> {
                assertThatThrownBy(begun::commit)
                        .isInstanceOfSatisfying(
                                ConflictException.class, e -> assertThat(e).hasMessageContaining("the schema"));
                return null;
            });
            new Thread(commit).start();
            try {
                commit.get();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
            migrating.countDown();
            m.createIndex("s", IndexSchema.of("v", "v"));
        });
        update.get();
        assertThat(ids(db.getByIndex("s", "v", "updated"))).containsExactly("7");
        assertThat(db.get("s", "late")).isNull();
        assertNothingLeftBehind(store, db);
    }

    /**
     * Who wanted to write while the begin of an index build was committed waited for its end, though writes go on
     * during a build.
     */
    @Test
    void transaction_whileABuildIsAnnounced_doesNotWaitForTheBuild() {
        fill();
        CountDownLatch begun = new CountDownLatch(1);
        Thread writer = new Thread(() -> {
            db.transaction(TransactionMode.READ_WRITE, "s").close();
            begun.countDown();
        });
        AtomicLong commits = new AtomicLong();
        store.beforeCommit = () -> {
            if (commits.incrementAndGet() == 1) {
                writer.start();
                await().until(() ->
                        writer.getState() == Thread.State.WAITING || writer.getState() == Thread.State.TIMED_WAITING);
            } else {
                awaitLatch(begun);
            }
        };
        db.createIndex("s", IndexSchema.of("v", "v"));
        assertThat(commits.get()).isGreaterThan(3);
    }

    /**
     * What a crash has left of an index that was being built made a read-only opening fail, as it tried to remove it.
     */
    @Test
    void readOnlyOpening_withAnUnfinishedIndex_reads() {
        Config config = Config.of(directory.resolve("db"));
        try (Engine engine = Engine.open(config)) {
            try (JsonDB writer = JsonDB.on(engine)) {
                writer.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
                writer.put("s", json("{'id':1,'v':2}"));
            }
            String catalog = new String(engine.latest().get(Catalog.KEY).value(), StandardCharsets.UTF_8);
            assertThat(catalog).contains("\"building\":false");
            engine.write(new WriteBatch()
                    .put(
                            Catalog.KEY,
                            catalog.replace("\"building\":false", "\"building\":true")
                                    .getBytes(StandardCharsets.UTF_8)));
        }
        try (JsonDB reader = JsonDB.open(
                Config.builder().dataDir(directory.resolve("db")).readOnly(true).build())) {
            assertThat(reader.getStore("s").indexes()).isEmpty();
            assertThat(ids(reader.query("s").whereEq("v", 2).collect())).containsExactly("1");
        }
    }
}
