package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.OrderedStore;
import io.flowdb.error.ConflictException;
import io.flowdb.error.DocumentExistsException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.error.SchemaConflictException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.TransactionClosedException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The fixture of the acceptance cases, and those of transactions, concurrency and migrations. */
abstract class AbstractTransactionTest {
    final AtomicLong clock = new AtomicLong(1_000_000_000_000_000L);
    OrderedStore store;
    JsonDB db;

    /** A new store with this clock. */
    abstract OrderedStore newStore(LongSupplier clockMicros);

    /** The same data after a restart of the store. */
    abstract OrderedStore restarted(OrderedStore store);

    abstract void close(OrderedStore store);

    @BeforeEach
    void open() {
        store = newStore(clock::get);
        db = JsonDB.on(store, JsonLimits.DEFAULT, clock::get);
    }

    @AfterEach
    void close() {
        db.close();
        close(store);
    }

    void reopen() {
        db.close();
        store = restarted(store);
        db = JsonDB.on(store, JsonLimits.DEFAULT, clock::get);
    }

    static ObjectNode json(String text) {
        return (ObjectNode) DocumentCodec.MAPPER.readTree(text.replace('\'', '"'));
    }

    static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    static List<String> ids(List<JsonNode> documents) {
        return documents.stream().map(document -> document.get("id").asString()).toList();
    }

    void users() {
        db.createObjectStore(StoreSchema.of("users", "id")
                .withUniqueIndex("by_email", "email")
                .withIndex("by_city_age", "city", "age")
                .withMultiEntryIndex("by_tag", "tags"));
    }

    /** A write that tells whether a document is there has read it, also if it changes nothing or is taken back. */
    @Test
    void write_thatToldOfADocument_isChecked() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1}"));
        List<Consumer<JsonTransaction>> reads = List.of(
                t -> assertThat(t.delete("s", 2)).isFalse(),
                t -> assertThatThrownBy(() -> t.add("s", json("{'id':1}"))).isInstanceOf(DocumentExistsException.class),
                t -> assertThat(t.update("s", 2, document -> document)).isNull(),
                t -> assertThat(t.update("s", 1, document -> null)).isNull(),
                t -> {
                    Savepoint savepoint = t.savepoint();
                    t.put("s", json("{'id':1,'taken':'back'}"));
                    t.rollbackTo(savepoint);
                });
        for (int i = 0; i < reads.size(); i++) {
            JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s");
            reads.get(i).accept(transaction);
            transaction.put("s", json("{'id':3}"));
            db.put("s", json("{'id':1,'changed':" + i + "}"));
            db.put("s", json("{'id':2}"));
            assertThatThrownBy(transaction::commit).as("case " + i).isInstanceOf(ConflictException.class);
            db.delete("s", 2);
        }
    }

    /**
     * Entries of the transaction are gathered when an index is read: before, between and after its writes, and after a
     * return to a savepoint.
     */
    @Test
    void indexReads_whenever_seeTheWritesOfTheTransaction() {
        users();
        db.put("users", json("{'id':'a','email':'a@x','city':'P','age':1}"));
        for (int firstRead = 0; firstRead < 5; firstRead++) {
            try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "users")) {
                List<Runnable> steps = List.of(
                        () -> t.put("users", json("{'id':'b','email':'b@x','city':'P','age':2}")),
                        () -> t.put("users", json("{'id':'a','email':'z@x','city':'Q','age':1}")),
                        () -> t.put("users", json("{'id':'b','email':'a@x','city':'Q','age':2}")),
                        () -> {});
                List<List<String>> inP = List.of(List.of("a", "b"), List.of("b"), List.of(), List.of());
                List<List<String>> withMail = List.of(List.of("a"), List.of(), List.of("b"), List.of("b"));
                Savepoint savepoint = null;
                for (int i = 0; i < steps.size(); i++) {
                    steps.get(i).run();
                    if (i == 1) {
                        savepoint = t.savepoint();
                    }
                    if (i >= firstRead) {
                        assertThat(ids(t.getByIndex("users", "by_city_age", List.of("P"))))
                                .isEqualTo(inP.get(i));
                        assertThat(ids(t.getByIndex("users", "by_email", "a@x")))
                                .isEqualTo(withMail.get(i));
                    }
                }
                t.rollbackTo(savepoint);
                assertThat(ids(t.getByIndex("users", "by_city_age", List.of("P"))))
                        .isEqualTo(inP.get(1));
                assertThat(ids(t.getByIndex("users", "by_email", "a@x"))).isEqualTo(withMail.get(1));
                assertThat(ids(t.getByIndex("users", "by_email", "z@x"))).containsExactly("a");
            }
        }
    }

    @Test
    void createIndex_whileOthersWrite_missesNothing() throws Exception {
        db.createObjectStore("s", "id");
        for (int i = 0; i < 5000; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i % 50 + "}"));
        }
        AtomicBoolean done = new AtomicBoolean();
        List<Callable<Void>> writers = new ArrayList<>();
        for (int w = 0; w < 3; w++) {
            int writer = w;
            writers.add(() -> {
                for (int i = writer; !done.get(); i += 7) {
                    db.put("s", json("{'id':" + i % 6000 + ",'v':" + i % 51 + "}"));
                    db.delete("s", (i * 3) % 6000);
                }
                return null;
            });
        }
        writers.add(() -> {
            db.createIndex("s", IndexSchema.of("by_v", "v"));
            db.createIndex("s", IndexSchema.unique("by_id", "id"));
            done.set(true);
            return null;
        });
        inParallel(writers);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        long counted = db.count("s");
        assertThat(db.query("s").whereRange("v", 0, 100).count()).isEqualTo(counted);
    }

    @Test
    void transaction_readsItsOwnWritesInEveryRead() {
        users();
        db.put("users", json("{'id':1,'email':'a','city':'X','age':1}"));
        db.put("users", json("{'id':2,'email':'b','city':'X','age':2}"));
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "users")) {
            t.put("users", json("{'id':1,'email':'a','city':'Y','age':1}"));
            t.add("users", json("{'id':0,'email':'c','city':'X','age':3}"));
            t.delete("users", 2);
            t.add("users", json("{'id':2,'email':'d','city':'X','age':0}"));
            assertThat(t.getAllKeys("users", KeyRange.all(), 9)).containsExactly(0L, 1L, 2L);
            assertThat(t.count("users")).isEqualTo(3);
            assertThat(ids(t.getByIndex("users", "by_city_age", "X"))).containsExactly("2", "0");
            assertThat(t.getByIndex("users", "by_email", "b")).isEmpty();
            assertThat(ids(t.query("users")
                            .whereEq("city", "X")
                            .orderBy("age", Direction.DESC)
                            .collect()))
                    .containsExactly("0", "2");
            assertThat(t.clear("users")).isEqualTo(3);
            assertThat(t.count("users")).isZero();
            t.add("users", json("{'id':5,'email':'a'}"));
            assertThat(db.count("users")).isEqualTo(2);
            t.commit();
            assertThatThrownBy(() -> t.get("users", 1)).isInstanceOf(TransactionClosedException.class);
        }
        assertThat(db.getAllKeys("users", KeyRange.all(), 9)).containsExactly(5L);
        assertThat(db.count("users")).isEqualTo(1);
        assertThat(db.verifyIndexes("users").isClean()).isTrue();
    }

    @Test
    void transaction_misuse_throwsAtTheCall() {
        users();
        db.createObjectStore("other", "id");
        assertThatThrownBy(() -> db.transaction(TransactionMode.READ_WRITE, "none"))
                .isInstanceOf(StoreNotFoundException.class);
        try (JsonTransaction t = db.transaction(TransactionMode.READ_ONLY, "users")) {
            assertThatThrownBy(() -> t.put("users", json("{'id':1}"))).isInstanceOf(ReadOnlyTransactionException.class);
            assertThatThrownBy(() -> t.get("other", 1))
                    .isInstanceOf(StoreNotFoundException.class)
                    .hasMessage("No store 'other': the transaction was begun for [users]");
        }
    }

    /** A transaction begun for every store there is said of one that is not, that it had been begun for the others. */
    @Test
    void transaction_storeThatIsNotThere_saysWhichAre() {
        users();
        try (JsonTransaction t = db.transaction(TransactionMode.READ_ONLY, "users")) {
            assertThatThrownBy(() -> t.get("none", 1))
                    .isInstanceOf(StoreNotFoundException.class)
                    .hasMessage("No store 'none': existing: [users]");
        }
    }

    @Test
    void transactions_lostUpdateWriteSkewPhantom_conflict() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
        db.put("s", json("{'id':1,'v':1}"));
        db.put("s", json("{'id':2,'v':1}"));
        assertConflict(
                t -> t.put("s", json("{'id':1,'v':" + (t.get("s", 1).get("v").intValue() + 1) + "}")),
                t -> t.put("s", json("{'id':1,'v':" + (t.get("s", 1).get("v").intValue() + 1) + "}")));
        assertConflict(t -> t.put("s", t.get("s", 1)), t -> {
            t.get("s", 1);
            t.put("s", json("{'id':3}"));
        });
        assertConflict(t -> t.add("s", json("{'id':50,'v':9}")), t -> {
            assertThat(t.getByIndex("s", "by_v", 9)).isEmpty();
            t.put("s", json("{'id':51}"));
        });
        assertConflict(t -> t.add("s", json("{'id':60}")), t -> {
            t.count("s");
            t.put("s", json("{'id':3}"));
        });
        assertConflict(t -> t.add("s", json("{'id':70}")), t -> t.add("s", json("{'id':70}")));
        assertConflict(t -> t.delete("s", 70), t -> {
            assertThat(t.query("s").where(Filter.gt("id", 65)).exists()).isTrue();
            t.put("s", json("{'id':3}"));
        });
    }

    private interface Body {
        void run(JsonTransaction transaction);
    }

    private void assertConflict(Body winner, Body loser) {
        try (JsonTransaction first = db.transaction(TransactionMode.READ_WRITE, "s");
                JsonTransaction second = db.transaction(TransactionMode.READ_WRITE, "s")) {
            winner.run(first);
            loser.run(second);
            first.commit();
            assertThatThrownBy(second::commit).isInstanceOfSatisfying(ConflictException.class, e -> {
                assertThat(e.retryable()).isTrue();
                assertThat(e.store()).isEqualTo("s");
            });
        }
    }

    @Test
    void snapshotIsolation_allowsWriteSkewButNoLostUpdate() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1}"));
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, Isolation.SNAPSHOT, List.of("s"))) {
            t.get("s", 1);
            t.put("s", json("{'id':2}"));
            db.put("s", json("{'id':1,'x':1}"));
            t.commit();
        }
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, Isolation.SNAPSHOT, List.of("s"))) {
            t.put("s", json("{'id':1}"));
            db.put("s", json("{'id':1,'x':2}"));
            assertThatThrownBy(t::commit).isInstanceOf(ConflictException.class);
        }
    }

    @Test
    void increments_fromEightThreads_areAllThere() throws Exception {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'n':0}"));
        List<Callable<Void>> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            boolean viaUpdate = i % 2 == 0;
            threads.add(() -> {
                for (int j = 0; j < 100; j++) {
                    if (viaUpdate) {
                        db.update(
                                "s",
                                1,
                                d -> ((ObjectNode) d).put("n", d.get("n").intValue() + 1));
                    } else {
                        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
                            int n = t.get("s", 1).get("n").intValue();
                            return t.put("s", json("{'id':1,'n':" + (n + 1) + "}"));
                        });
                    }
                }
                return null;
            });
        }
        inParallel(threads);
        assertThat(db.get("s", 1).get("n").intValue()).isEqualTo(800);
    }

    @Test
    void migrations_runOnceInOrderAndAtomically() {
        db.createObjectStore("old", "id");
        db.put("old", json("{'id':1,'name':'Ann Lee'}"));
        db.put("old", json("{'id':2,'name':'Bob Ray'}"));
        Migration first = Migration.of(1, "people with first names", m -> {
            m.createObjectStore(StoreSchema.of("people", "id").withIndex("by_last", "last"));
            try (DocumentScan scan = m.documents().scan("old")) {
                scan.forEachRemaining(d -> m.documents()
                        .put(
                                "people",
                                ((ObjectNode) d.json())
                                        .put(
                                                "last",
                                                d.json().get("name").asString().split(" ")[1])));
            }
            m.createIndex("people", IndexSchema.unique("by_name", "name"));
            assertThat(m.documents().getByIndex("people", "by_name", "Ann Lee")).hasSize(1);
            m.deleteIndex("people", "by_last");
            m.deleteObjectStore("old");
        });
        Migration failing = Migration.of(2, "fails", m -> {
            m.documents().clear("people");
            m.createIndex("people", IndexSchema.of("x", "x"));
            throw new IllegalStateException("on purpose");
        });
        assertThatThrownBy(() -> db.migrate(List.of(first, failing))).hasMessage("on purpose");
        assertThat(db.schemaVersion()).isEqualTo(1);
        assertThat(db.storeNames()).containsExactly("people");
        assertThat(db.count("people")).isEqualTo(2);
        assertThat(db.verifyIndexes("people").problems()).isEmpty();
        Migration outside = Migration.of(2, "outside", m -> db.put("people", json("{'id':3}")));
        assertThatThrownBy(() -> db.migrate(List.of(outside))).isInstanceOf(IllegalStateException.class);
        Migration second =
                Migration.of(2, "index on last name", m -> m.createIndex("people", IndexSchema.of("l", "last")));
        assertThat(db.migrate(List.of(first, second))).isEqualTo(1);
        assertThat(db.migrate(List.of(first, second))).isZero();
        reopen();
        assertThat(db.schemaVersion()).isEqualTo(2);
        assertThat(ids(db.getByIndex("people", "l", "Ray"))).containsExactly("2");
        assertThat(db.verifyIndexes("people").problems()).isEmpty();
        assertThatThrownBy(() -> db.migrate(List.of(Migration.of(2, "edited", m -> {}))))
                .isInstanceOf(SchemaConflictException.class);
    }

    static void inParallel(List<Callable<Void>> tasks) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(tasks.size());
        try {
            for (Future<Void> future : threads.invokeAll(tasks)) {
                future.get();
            }
        } finally {
            threads.shutdown();
        }
    }
}
