package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.CommitOutcome;
import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.Preconditions;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.IndexNotFoundException;
import io.flowdb.error.StoreNotFoundException;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Whoever only reads never waits for a change of the schema, and sees documents and definitions that belong together.
 * Read-only transactions, queries and reads of ranges waited for the end of a migration, and for the commit of every
 * other change of the schema.
 */
class ReadsDuringSchemaChangesTest {
    private static final int DOCUMENTS = 50;

    private final ExecutorService others = Executors.newCachedThreadPool();
    private final Engine engine = Engine.open(Config.builder().inMemory(true).build());
    private final HeldStore store = new HeldStore(engine);
    private final JsonDB db = JsonDB.on(store);

    /** Runs something before each commit, and between its end and its return. */
    private static final class HeldStore extends PassThroughStore {
        volatile Runnable before = () -> {};
        volatile Runnable after = () -> {};

        HeldStore(Engine engine) {
            super(engine);
        }

        @Override
        public CommitOutcome commit(WriteBatch batch, Preconditions preconditions, WriteOptions options) {
            before.run();
            CommitOutcome outcome = super.commit(batch, preconditions, options);
            after.run();
            return outcome;
        }
    }

    @AfterEach
    void close() {
        others.shutdownNow();
        db.close();
        engine.close();
    }

    /** What {@code read} says in another thread. */
    private void inAnotherThread(Runnable read) {
        Future<?> reading = others.submit(read);
        try {
            reading.get(20, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("a reader waits, or has seen something else", e);
        }
    }

    private void generation(DocumentOperations documents, int generation) {
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.put("s", json("{'id':" + i + ",'g':" + generation + ",'tags':['a','b']}"));
        }
    }

    private void prepare() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("g1", "g").withMultiEntryIndex("tags", "tags"));
        db.createObjectStore("gone", "id");
        db.put("gone", json("{'id':1}"));
        generation(db, 1);
    }

    /**
     * The state in which all documents are of {@code generation}, and an index is named after it; the other one and its
     * store are not there.
     */
    private void checkReads(int generation) {
        String index = "g" + generation;
        String other = "g" + (3 - generation);
        try (JsonTransaction t = db.transaction(TransactionMode.READ_ONLY, "s")) {
            checkReads(t, generation);
            assertThatThrownBy(() -> t.getByIndex("s", other, generation)).isInstanceOf(IndexNotFoundException.class);
            t.commit();
        }
        checkReads(db, generation);
        assertThatThrownBy(() -> db.getByIndex("s", other, generation)).isInstanceOf(IndexNotFoundException.class);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        assertThat(db.exportJson("s", new ByteArrayOutputStream(), ExportFormat.NDJSON, n -> {}))
                .isEqualTo(DOCUMENTS);
        assertThat(db.getStore("s").index(index)).isPresent();
        if (generation == 1) {
            assertThat(db.getAll("gone", KeyRange.all(), 10)).hasSize(1);
        } else {
            assertThatThrownBy(() -> db.transaction(TransactionMode.READ_ONLY, "gone"))
                    .isInstanceOf(StoreNotFoundException.class);
        }
    }

    private static void checkReads(DocumentOperations reads, int generation) {
        String index = "g" + generation;
        assertThat(reads.getByIndex("s", index, generation)).hasSize(DOCUMENTS);
        assertThat(reads.query("s").whereEq("g", generation).count()).isEqualTo(DOCUMENTS);
        assertThat(reads.query("s").whereEq("g", generation).explain().index()).isEqualTo(index);
        assertThat(reads.query("s").whereEq("tags", "a").collect()).hasSize(DOCUMENTS);
        assertThat(reads.getAll("s", KeyRange.bound(0, 9, false, false), 100))
                .hasSize(10)
                .allMatch(document -> document.get("g").intValue() == generation);
        assertThat(reads.getAllKeys("s", KeyRange.all(), 100)).hasSize(DOCUMENTS);
        assertThat(reads.getAll("s", List.of(1, 2)))
                .allMatch(document -> document.get("g").intValue() == generation);
        assertThat(reads.count("s", KeyRange.lowerBound(10))).isEqualTo(DOCUMENTS - 10);
        assertThat(reads.get("s", 1).get("g").intValue()).isEqualTo(generation);
        try (DocumentScan scan = reads.scan("s")) {
            assertThat(scan.next()).isNotNull();
        }
        try (JsonCursor cursor = reads.openCursor("s", index, KeyRange.all(), CursorDirection.PREV)) {
            assertThat(cursor.next()).isTrue();
            assertThat(cursor.key()).isEqualTo((long) generation);
        }
    }

    /** Documents, definitions and indexes of the second generation, with {@code during} after each part. */
    private Consumer<MigrationTransaction> steps(Runnable during) {
        return m -> {
            during.run();
            generation(m.documents(), 2);
            during.run();
            m.createIndex("s", IndexSchema.of("g2", "g"));
            during.run();
            m.deleteIndex("s", "g1");
            m.deleteObjectStore("gone");
            during.run();
        };
    }

    @Test
    void reads_whileAMigrationRuns_seeTheStateBeforeIt() {
        prepare();
        AtomicInteger seen = new AtomicInteger();
        db.migrate(List.of(Migration.of(
                1,
                "second generation",
                steps(() -> inAnotherThread(() -> {
                    checkReads(1);
                    assertThat(db.schemaVersion()).isZero();
                    seen.incrementAndGet();
                })))));
        assertThat(seen).hasValue(4);
        checkReads(2);
    }

    @Test
    void reads_whileAMigrationFails_seeTheStateBeforeIt() {
        prepare();
        List<Migration> failing = List.of(Migration.of(1, "fails", m -> {
            steps(() -> {}).accept(m);
            throw new IllegalStateException("on purpose");
        }));
        store.before = () -> inAnotherThread(() -> checkReads(1));
        store.after = store.before;
        assertThatThrownBy(() -> db.migrate(failing)).hasMessage("on purpose");
        checkReads(1);
    }

    /**
     * A commit is held back before it has begun, and again when it is done and has not returned: readers have the old
     * state, then the new one.
     */
    @Test
    void reads_whileACatalogIsCommitted_seeTheStateBeforeOrBehind() {
        prepare();
        AtomicBoolean done = new AtomicBoolean();
        store.before = () -> inAnotherThread(() -> checkReads(1));
        store.after = () -> inAnotherThread(() -> {
            done.set(!db.getAll("s", KeyRange.all(), 1)
                    .get(0)
                    .get("g")
                    .toString()
                    .equals("1"));
            checkBehind(done.get());
        });
        db.migrate(List.of(Migration.of(1, "second generation", steps(() -> {}))));
        assertThat(done).isTrue();
        checkReads(2);
    }

    /**
     * The same as {@link #checkReads(int)}, but for what single reads of the newest definition say while it is on its
     * way.
     */
    private void checkBehind(boolean done) {
        try (JsonTransaction t = db.transaction(TransactionMode.READ_ONLY, "s")) {
            checkReads(t, done ? 2 : 1);
        }
        checkReads(db, done ? 2 : 1);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    @Test
    void reads_whileDefinitionsAreCommitted_seeTheStateBeforeOrBehind() {
        prepare();
        List<Runnable> changes = List.of(
                () -> db.createIndex("s", IndexSchema.of("more", "id")),
                () -> db.createObjectStore(StoreSchema.of("more", "id").withIndex("v", "v")),
                () -> db.deleteIndex("s", "more"),
                () -> db.deleteObjectStore("gone"),
                () -> db.changes().close());
        for (Runnable change : changes) {
            AtomicInteger held = new AtomicInteger();
            store.before = () -> inAnotherThread(() -> {
                checkReads(db, 1);
                held.incrementAndGet();
            });
            store.after = store.before;
            change.run();
            assertThat(held.get()).isPositive();
            store.before = () -> {};
            store.after = store.before;
        }
        assertThat(db.storeNames()).containsExactly("more", "s");
    }

    /** A deletion that was overtaken too often has the database to itself. */
    @Test
    void reads_whileARangeDeleteIsAlone_goOn() {
        prepare();
        AtomicInteger commits = new AtomicInteger();
        AtomicBoolean inside = new AtomicBoolean();
        store.before = () -> {
            if (!inside.compareAndSet(false, true)) {
                return;
            }
            try {
                if (commits.getAndIncrement() < 8) {
                    db.put("s", json("{'id':" + commits + ",'g':1,'tags':['a','b']}"));
                } else {
                    inAnotherThread(() -> checkReads(1));
                }
            } finally {
                inside.set(false);
            }
        };
        assertThat(db.deleteRange("s", KeyRange.all())).isEqualTo(DOCUMENTS);
        assertThat(commits).hasValue(9);
        assertThat(db.count("s")).isZero();
    }

    /** Writers wait for the end of a migration, and find what it has left. */
    @Test
    void writes_thatBeginWhileAMigrationRuns_comeBehindIt() throws Exception {
        prepare();
        AtomicReference<Future<Integer>> written = new AtomicReference<>();
        AtomicReference<Future<Integer>> transaction = new AtomicReference<>();
        db.migrate(List.of(Migration.of(1, "second generation", m -> {
            steps(() -> {}).accept(m);
            written.set(others.submit(() -> {
                AtomicInteger found = new AtomicInteger();
                db.update("s", 1, document -> {
                    found.set(document.get("g").intValue());
                    return document;
                });
                return found.get();
            }));
            transaction.set(others.submit(() -> {
                try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
                    int found = t.get("s", 2).get("g").intValue();
                    t.put("s", json("{'id':1000,'g':2}"));
                    t.commit();
                    return found;
                }
            }));
        })));
        assertThat(written.get().get(20, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(transaction.get().get(20, TimeUnit.SECONDS)).isEqualTo(2);
    }

    /**
     * Threads read while migrations follow each other: each finds all documents of one generation, and the index that
     * belongs to it alone.
     */
    @Test
    void reads_besideManyMigrations_findDocumentsAndDefinitionsThatBelongTogether() throws Exception {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("g0", "g"));
        generation(db, 0);
        AtomicBoolean end = new AtomicBoolean();
        List<Future<Integer>> readers = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            readers.add(others.submit(() -> readGenerations(end)));
        }
        int last = 60;
        for (int i = 1; i <= last; i++) {
            int generation = i;
            db.migrate(List.of(Migration.of(generation, "generation " + generation, m -> {
                generation(m.documents(), generation);
                m.createIndex("s", IndexSchema.of("g" + generation, "g"));
                m.deleteIndex("s", "g" + (generation - 1));
            })));
        }
        end.set(true);
        for (Future<Integer> reader : readers) {
            assertThat(reader.get(60, TimeUnit.SECONDS)).isEqualTo(last);
        }
    }

    private int readGenerations(AtomicBoolean end) {
        int newest = 0;
        boolean ended;
        do {
            ended = end.get();
            try (JsonTransaction t = db.transaction(TransactionMode.READ_ONLY, "s")) {
                int generation = t.get("s", 0).get("g").intValue();
                assertThat(generation).isGreaterThanOrEqualTo(newest);
                newest = generation;
                assertThat(t.getByIndex("s", "g" + generation, generation)).hasSize(DOCUMENTS);
                for (int other : List.of(generation - 1, generation + 1)) {
                    assertThatThrownBy(() -> t.getByIndex("s", "g" + other, generation))
                            .isInstanceOf(IndexNotFoundException.class);
                }
            }
        } while (!ended);
        return newest;
    }
}
