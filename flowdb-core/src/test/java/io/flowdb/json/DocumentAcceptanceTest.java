package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.ids;
import static io.flowdb.json.AbstractJsonDbTest.inParallel;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineOnFiles;
import io.flowdb.SyncMode;
import io.flowdb.error.ConflictException;
import io.flowdb.error.DocumentExistsException;
import io.flowdb.error.IndexNotFoundException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.MissingKeyException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** The acceptance cases T-46 to T-71 of the document layer, one test each, on the engine. */
class DocumentAcceptanceTest {
    private static final Path DIRECTORY = Path.of("/data/acceptance").toAbsolutePath();

    private final AtomicLong clock = new AtomicLong(1_000_000_000_000_000L);
    private FaultyFileSystem files = new FaultyFileSystem();
    private Engine engine;
    private JsonDB db;

    private Config config() {
        return Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(256 << 10)
                .walSyncMode(SyncMode.always())
                .clockMicros(clock::get)
                .build();
    }

    @BeforeEach
    void open() {
        engine = EngineOnFiles.open(config(), files);
        db = JsonDB.on(engine);
    }

    @AfterEach
    void close() {
        db.close();
        engine.close();
    }

    private void reopen() {
        close();
        open();
    }

    /** The process dies and everything that was not synced is gone. */
    private void crash() {
        FaultyFileSystem found = files.afterPowerCut(Loss.ALL, new Random(1));
        close();
        files = found;
        open();
    }

    private void assertAgreement(String store) {
        assertThat(db.verifyIndexes(store).problems()).isEmpty();
    }

    /** T-46: put, get, delete, count and scan; a missing store, index or key field is a typed error with its facts. */
    @Test
    void basics_andMistakes_areTyped() {
        db.createObjectStore("s", "meta.id");
        assertThat(db.put("s", json("{'meta':{'id':2},'v':'b'}"))).isEqualTo(2L);
        assertThat(db.put("s", json("{'meta':{'id':1},'v':'a'}"))).isEqualTo(1L);
        assertThat(db.get("s", 1)).isEqualTo(json("{'meta':{'id':1},'v':'a'}"));
        assertThat(db.count("s")).isEqualTo(2);
        try (DocumentScan scan = db.scan("s")) {
            assertThat(scan.stream().map(Document::key)).containsExactly(1L, 2L);
        }
        assertThat(db.delete("s", 1)).isTrue();
        assertThat(db.delete("s", 1)).isFalse();
        assertThat(db.get("s", 1)).isNull();
        assertThat(db.count("s")).isEqualTo(1);
        assertThatThrownBy(() -> db.put("none", json("{'id':1}"))).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> db.getByIndex("s", "none", 1)).isInstanceOf(IndexNotFoundException.class);
        assertThatThrownBy(() -> db.put("s", json("{'meta':{}}")))
                .isInstanceOfSatisfying(MissingKeyException.class, e -> {
                    assertThat(e.store()).isEqualTo("s");
                    assertThat(e.path()).isEqualTo("meta.id");
                });
        assertThatThrownBy(() -> db.add("s", json("{'meta':{'id':2}}"))).isInstanceOf(DocumentExistsException.class);
    }

    /** T-47: whatever was flushed when, the newest write is read, through the key and through the index. */
    @Test
    void writes_acrossFlushes_newestWins() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        db.put("s", json("{'id':1,'v':1}"));
        engine.flush();
        assertFound(1);
        db.put("s", json("{'id':1,'v':2}"));
        assertFound(2);
        engine.flush();
        assertFound(2);
        db.delete("s", 1);
        assertFound(0);
        engine.flush();
        assertFound(0);
        engine.compact();
        assertFound(0);
        db.put("s", json("{'id':1,'v':1}"));
        assertFound(1);
        reopen();
        assertFound(1);
    }

    private void assertFound(int value) {
        assertThat(db.get("s", 1)).isEqualTo(value == 0 ? null : json("{'id':1,'v':" + value + "}"));
        for (int v = 1; v <= 2; v++) {
            assertThat(db.getByIndex("s", "v", v)).hasSize(v == value ? 1 : 0);
            assertThat(db.query("s").whereEq("v", v).count()).isEqualTo(v == value ? 1 : 0);
        }
        assertThat(db.count("s")).isEqualTo(value == 0 ? 0 : 1);
        assertAgreement("s");
    }

    /**
     * T-50: an index that is deleted and created again under its name holds every document once and nothing of before.
     */
    @Test
    void index_deletedAndCreatedAgain_isComplete() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        for (int i = 0; i < 100; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i % 5 + ",'w':" + i % 3 + "}"));
        }
        engine.flush();
        db.deleteIndex("s", "v");
        assertThatThrownBy(() -> db.getByIndex("s", "v", 1)).isInstanceOf(IndexNotFoundException.class);
        db.delete("s", 1);
        db.put("s", json("{'id':6,'v':0}"));
        db.createIndex("s", IndexSchema.of("v", "v"));
        assertThat(db.getByIndex("s", "v", 1)).hasSize(18);
        assertAgreement("s");
        db.deleteIndex("s", "v");
        db.createIndex("s", IndexSchema.of("v", "w"));
        assertThat(db.getByIndex("s", "v", 0)).hasSize(33);
        reopen();
        assertThat(db.getByIndex("s", "v", 0)).hasSize(33);
        assertAgreement("s");
    }

    /**
     * T-51: one document for a value; null and absent never conflict; an index over duplicates is refused with the
     * values.
     */
    @Test
    void uniqueIndex_secondDocument_isRefused() {
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("email", "email"));
        db.put("s", json("{'id':1,'email':'a'}"));
        db.put("s", json("{'id':1,'email':'a','n':2}"));
        assertThatThrownBy(() -> db.put("s", json("{'id':2,'email':'a'}")))
                .isInstanceOfSatisfying(UniqueViolationException.class, e -> {
                    assertThat(e.store()).isEqualTo("s");
                    assertThat(e.index()).isEqualTo("email");
                    assertThat(e.otherKey()).isEqualTo(1L);
                });
        for (int i = 3; i < 6; i++) {
            db.put("s", json("{'id':" + i + ",'email':null,'v':" + i / 2 + "}"));
            db.put("s", json("{'id':" + 10 * i + ",'v':" + i / 2 + "}"));
        }
        assertThat(db.count("s")).isEqualTo(7);
        assertThatThrownBy(() -> db.createIndex("s", IndexSchema.unique("v", "v")))
                .isInstanceOfSatisfying(
                        UniqueViolationException.class,
                        e -> assertThat((List<?>) e.otherKey()).isEqualTo(List.of(2L, 1L)));
        assertThat(db.getStore("s").index("v")).isEmpty();
        assertAgreement("s");
    }

    /** T-52: puts and deletes that go on while an index is built are all in it. */
    @Test
    void createIndex_underLoad_missesNoPut() throws Exception {
        db.createObjectStore("s", "id");
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < 6000; i++) {
            documents.add(json("{'id':" + i + ",'v':" + i % 50 + ",'t':[" + i % 3 + "," + i % 5 + "]}"));
        }
        db.putAll("s", documents);
        AtomicBoolean built = new AtomicBoolean();
        AtomicInteger writes = new AtomicInteger();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            Random random = new Random(w);
            tasks.add(() -> {
                while (!built.get()) {
                    int id = random.nextInt(7000);
                    if (random.nextInt(3) == 0) {
                        db.delete("s", id);
                    } else {
                        db.put("s", json("{'id':" + id + ",'v':" + random.nextInt(50) + ",'t':[1,7]}"));
                    }
                    writes.incrementAndGet();
                }
                return null;
            });
        }
        tasks.add(() -> {
            db.createIndex("s", IndexSchema.of("by_v", "v"));
            db.createIndex("s", IndexSchema.multiEntry("by_t", "t"));
            db.createIndex("s", IndexSchema.unique("by_id", "id"));
            built.set(true);
            return null;
        });
        inParallel(tasks);
        assertThat(writes.get()).isPositive();
        assertAgreement("s");
        assertThat(db.query("s").whereRange("v", 0, 50).count()).isEqualTo(db.count("s"));
    }

    /** T-53: one entry for each distinct element; entries go with their elements; queries give each document once. */
    @Test
    void multiEntry_followsItsArray() {
        db.createObjectStore(StoreSchema.of("s", "id").withMultiEntryIndex("tag", "tags"));
        db.put("s", json("{'id':1,'tags':['a','b','a']}"));
        db.put("s", json("{'id':2,'tags':[]}"));
        db.put("s", json("{'id':3,'tags':'b'}"));
        assertThat(ids(db.getByIndex("s", "tag", "a"))).containsExactly("1");
        assertThat(ids(db.getByIndex("s", "tag", "b"))).containsExactly("1", "3");
        assertThat(ids(db.getByIndex("s", "tag", KeyRange.all()))).containsExactly("1", "3");
        assertThat(ids(db.query("s").whereIn("tags", List.of("a", "b")).collect()))
                .containsExactly("1", "3");
        assertThat(db.query("s").whereEq("tags", "b").explain().index()).isEqualTo("tag");
        db.put("s", json("{'id':1,'tags':['b']}"));
        assertThat(db.getByIndex("s", "tag", "a")).isEmpty();
        assertThat(ids(db.query("s").whereEq("tags", "b").collect())).containsExactly("1", "3");
        assertAgreement("s");
    }

    /** T-54: all values, leading values, and a range on the second one; the same inside a transaction. */
    @Test
    void compositeIndex_matchesWholeLeadingAndRange() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("city_age", "city", "age"));
        for (int i = 0; i < 20; i++) {
            db.put("s", json("{'id':" + i + ",'city':'" + (char) ('A' + i % 2) + "','age':" + i + "}"));
        }
        assertComposite(db);
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), transaction -> {
            transaction.delete("s", 4);
            transaction.put("s", json("{'id':4,'city':'A','age':4}"));
            transaction.put("s", json("{'id':99,'city':'C','age':4}"));
            assertComposite(transaction);
            return null;
        });
        assertComposite(db);
    }

    private static void assertComposite(DocumentOperations on) {
        assertThat(ids(on.getByIndex("s", "city_age", List.of("A", 4)))).containsExactly("4");
        assertThat(on.getByIndex("s", "city_age", List.of("A"))).hasSize(10);
        assertThat(ids(on.getByIndex("s", "city_age", KeyRange.bound(List.of("A", 4), List.of("A", 10), false, true))))
                .containsExactly("4", "6", "8");
        assertThat(ids(on.rangeByIndex("s", "city_age", List.of("B", 15), List.of("B", 19))))
                .containsExactly("15", "17");
        JsonQuery query = on.query("s").whereEq("city", "A").whereRange("age", 4, 10);
        assertThat(ids(query.collect())).containsExactly("4", "6", "8");
        assertThat(query.explain().index()).isEqualTo("city_age");
    }

    /** T-56: keys of different types are different and ordered; U+0000 in text is refused unless it is allowed. */
    @Test
    void primaryKeys_ofAllTypes_areDistinctAndOrdered() {
        db.createObjectStore("s", "id");
        for (String key : List.of("10", "'true'", "2", "true", "'1'", "1", "false", "''", "[1,2]", "[1]")) {
            db.put("s", json("{'id':" + key + "}"));
        }
        assertThat(db.getAllKeys("s", KeyRange.all(), 100))
                .containsExactly(false, true, 1L, 2L, 10L, "", "1", "true", List.of(1L), List.of(1L, 2L));
        assertThatThrownBy(() -> db.put("s", json("{}").put("id", "a\u0000b"))).isInstanceOf(InvalidKeyException.class);
        assertThatThrownBy(() -> db.put("s", json("{'id':null}"))).isInstanceOf(MissingKeyException.class);
        db.close();
        db = JsonDB.on(engine, JsonLimits.DEFAULT.withAllowNulInKeys(true));
        db.put("s", json("{}").put("id", "a\u0000b"));
        db.put("s", json("{}").put("id", "a"));
        db.put("s", json("{}").put("id", "a\u0001"));
        assertThat(db.getAllKeys("s", KeyRange.prefix("a"), 9)).containsExactly("a", "a\u0000b", "a\u0001");
        assertThat(db.get("s", "a\u0000b")).isNotNull();
    }

    /** T-57: generated keys count from 1, follow explicit ones, and are never used twice. */
    @Test
    void putAuto_neverReusesAKey() throws Exception {
        db.createObjectStore(StoreSchema.of("n", "id").withAutoIncrement());
        assertThat(IntStream.range(0, 3).mapToObj(i -> db.putAuto("n", json("{}"))))
                .containsExactly(1L, 2L, 3L);
        reopen();
        assertThat(db.putAuto("n", json("{}"))).isEqualTo(4L);
        db.put("n", json("{'id':100}"));
        assertThat(db.putAuto("n", json("{}"))).isEqualTo(101L);
        Set<Object> keys = ConcurrentHashMap.newKeySet();
        try (JsonTransaction aborted = db.transaction(TransactionMode.READ_WRITE, "n")) {
            for (int i = 0; i < 3; i++) {
                keys.add(aborted.putAuto("n", json("{}")));
            }
        }
        assertThat(keys.add(db.putAuto("n", json("{}")))).isTrue();
        db.inTransaction(TransactionMode.READ_WRITE, List.of("n"), transaction -> {
            for (int i = 0; i < 3; i++) {
                assertThat(keys.add(transaction.putAuto("n", json("{}")))).isTrue();
            }
            return null;
        });
        crash();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            tasks.add(() -> {
                for (int i = 0; i < 40; i++) {
                    assertThat(keys.add(db.putAuto("n", json("{}")))).isTrue();
                }
                return null;
            });
        }
        inParallel(tasks);
        assertThat(keys).hasSize(3 + 1 + 3 + 320);
        db.put("n", json("{'id':" + (1L << 53) + "}"));
        assertThatThrownBy(() -> db.putAuto("n", json("{}"))).isInstanceOf(LimitExceededException.class);
    }

    /** T-59: an expired document is absent from every read, and its unique value is free. */
    @Test
    void ttl_expired_isAbsentEverywhere() {
        db.createObjectStore(StoreSchema.of("t", "id")
                .withUniqueIndex("u", "u")
                .withMultiEntryIndex("m", "m")
                .withTtl(Duration.ofSeconds(10)));
        db.put("t", json("{'id':1,'u':'a','m':[1,2]}"));
        db.put("t", json("{'id':2,'u':'b','m':[1]}"), PutOptions.withoutExpiry());
        clock.addAndGet(10_000_000);
        for (boolean flushed : List.of(false, true)) {
            if (flushed) {
                engine.flush();
                engine.compact();
            }
            assertThat(db.get("t", 1)).isNull();
            assertThat(db.exists("t", 1)).isFalse();
            assertThat(db.count("t")).isEqualTo(1);
            assertThat(db.getAllKeys("t", KeyRange.all(), 9)).containsExactly(2L);
            assertThat(ids(db.getByIndex("t", "m", 1))).containsExactly("2");
            assertThat(db.query("t").whereEq("u", "a").exists()).isFalse();
            assertThat(db.query("t").whereEq("m", 1).count()).isEqualTo(1);
            try (JsonCursor cursor = db.openCursor("t", "m", KeyRange.all(), CursorDirection.PREVUNIQUE)) {
                assertThat(cursor.next()).isTrue();
                assertThat(cursor.primaryKey()).isEqualTo(2L);
                assertThat(cursor.next()).isFalse();
            }
        }
        db.add("t", json("{'id':3,'u':'a'}"));
        db.add("t", json("{'id':1,'u':'c'}"));
        assertAgreement("t");
    }

    /** T-61: each document once, with and without an index, and whichever of two like-named indexes is there. */
    @Test
    void whereIn_withIndexesOfSimilarNames_givesEachDocumentOnce() {
        db.createObjectStore("plain", "id");
        db.createObjectStore(StoreSchema.of("indexed", "id")
                .withIndex("by_email", "email")
                .withIndex("by_email2", "email2")
                .withMultiEntryIndex("by_tag", "tags"));
        for (int i = 0; i < 30; i++) {
            for (String store : List.of("plain", "indexed")) {
                db.put(
                        store,
                        json("{'id':" + i + ",'email':'e" + i % 6 + "','email2':'e" + i % 4 + "','tags':[" + i % 3 + ","
                                + i % 2 + "]}"));
            }
        }
        for (String path : List.of("email", "email2")) {
            List<String> expected = ids(
                    db.query("plain").whereIn(path, List.of("e1", "e2", "e1")).collect());
            assertThat(expected).hasSize(path.equals("email") ? 10 : 15).doesNotHaveDuplicates();
            JsonQuery query = db.query("indexed").whereIn(path, List.of("e1", "e2", "e1"));
            assertThat(ids(query.collect())).isEqualTo(expected);
            assertThat(query.explain().index()).isEqualTo(path.equals("email") ? "by_email" : "by_email2");
        }
        assertThat(ids(db.query("indexed").whereIn("tags", List.of(0, 1)).collect()))
                .isEqualTo(ids(db.query("plain").whereIn("tags", List.of(0, 1)).collect()))
                .doesNotHaveDuplicates();
    }

    /**
     * T-60 and the rest of T-64 are laws: {@link DocumentLawTest}, {@link CursorLawTest}. T-64: a walk holds what it
     * needs, not the store.
     */
    @Test
    void cursor_overManyDocuments_streamsAndStaysOnItsState() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        String text = "x".repeat(8000);
        for (int from = 0; from < 4000; from += 500) {
            int start = from;
            db.putAll(
                    "s",
                    IntStream.range(start, start + 500)
                            .mapToObj(i ->
                                    json("{'id':" + i + ",'v':" + i % 10 + "}").put("text", text))
                            .toList());
            engine.flush();
        }
        try (JsonCursor walk = db.openCursor("s", KeyRange.lowerBound(10, false), CursorDirection.NEXT);
                JsonCursor unique = db.openCursor("s", "v", KeyRange.all(), CursorDirection.PREVUNIQUE)) {
            db.deleteRange("s", KeyRange.lowerBound(2000, false));
            long seen = 0;
            while (walk.next()) {
                assertThat(walk.key()).isEqualTo(10 + seen);
                seen += walk.value().get("text").stringValue().length() / 8000;
            }
            assertThat(seen).isEqualTo(3990);
            for (long v = 9; v >= 0; v--) {
                assertThat(unique.next()).isTrue();
                assertThat(unique.key()).isEqualTo(v);
                assertThat(unique.primaryKey()).isEqualTo(v);
            }
            assertThat(unique.next()).isFalse();
        }
    }

    /** T-65: a transaction reads its own writes in every way of reading. */
    @Test
    void transaction_readsItsWrites() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        for (int i = 1; i <= 5; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i + "}"));
        }
        engine.flush();
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            t.put("s", json("{'id':3,'v':30}"));
            t.delete("s", 1);
            t.add("s", json("{'id':0,'v':4}"));
            t.delete("s", 2);
            t.add("s", json("{'id':2,'v':22}"));
            assertThat(t.get("s", 3).get("v").intValue()).isEqualTo(30);
            assertThat(t.getAllKeys("s", KeyRange.all(), 9)).containsExactly(0L, 2L, 3L, 4L, 5L);
            assertThat(t.count("s")).isEqualTo(5);
            assertThat(ids(t.getByIndex("s", "v", 3))).isEmpty();
            assertThat(ids(t.getByIndex("s", "v", 4))).containsExactly("0", "4");
            assertThat(ids(t.rangeByIndex("s", "v", 5, 31))).containsExactly("5", "2", "3");
            assertThat(ids(t.query("s").orderBy("v", Direction.DESC).limit(2).collect()))
                    .containsExactly("3", "2");
            assertThat(t.clear("s")).isEqualTo(5);
            assertThat(t.count("s")).isZero();
            assertThat(t.query("s").exists()).isFalse();
            t.add("s", json("{'id':4,'v':1}"));
            assertThat(ids(t.getByIndex("s", "v", KeyRange.all()))).containsExactly("4");
            t.commit();
        }
        assertThat(db.getAllKeys("s", KeyRange.all(), 9)).containsExactly(4L);
        assertAgreement("s");
    }

    /** T-67: of two that read and write the same document one has a conflict and succeeds when it is run again. */
    @Test
    void lostUpdate_isAConflict_andIncrementsAddUp() throws Exception {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'n':0}"));
        try (JsonTransaction first = db.transaction(TransactionMode.READ_WRITE, "s");
                JsonTransaction second = db.transaction(TransactionMode.READ_WRITE, "s")) {
            increment(first);
            increment(second);
            first.commit();
            assertThatThrownBy(second::commit).isInstanceOfSatisfying(ConflictException.class, e -> {
                assertThat(e.retryable()).isTrue();
                assertThat(e.store()).isEqualTo("s");
                assertThat(e.subject()).isEqualTo("key 1");
            });
        }
        try (JsonTransaction again = db.transaction(TransactionMode.READ_WRITE, "s")) {
            increment(again);
            again.commit();
        }
        assertThat(db.get("s", 1).get("n").intValue()).isEqualTo(2);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            tasks.add(() -> {
                for (int i = 0; i < 100; i++) {
                    db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), transaction -> {
                        increment(transaction);
                        return null;
                    });
                }
                return null;
            });
        }
        inParallel(tasks);
        assertThat(db.get("s", 1).get("n").intValue()).isEqualTo(802);
    }

    private static void increment(JsonTransaction transaction) {
        int n = transaction.get("s", 1).get("n").intValue();
        transaction.put("s", json("{'id':1,'n':" + (n + 1) + "}"));
    }

    /** T-68: of two that add the same absent key exactly one commits. */
    @Test
    void add_ofTheSameAbsentKey_commitsOnce() throws Exception {
        db.createObjectStore("s", "id");
        AtomicInteger committed = new AtomicInteger();
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            tasks.add(() -> {
                for (int i = 0; i < 50; i++) {
                    try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
                        transaction.add("s", json("{'id':" + i + "}"));
                        transaction.commit();
                        committed.incrementAndGet();
                    } catch (ConflictException | DocumentExistsException e) {
                        assertThat(db.get("s", i)).isNotNull();
                    }
                }
                return null;
            });
        }
        inParallel(tasks);
        assertThat(committed.get()).isEqualTo(50);
        assertThat(db.count("s")).isEqualTo(50);
    }

    /** T-71: a transaction that is begun right after the recovery from a crash sees all that was committed. */
    @Test
    void transaction_afterRecovery_seesEverything() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        for (int i = 0; i < 300; i++) {
            db.put("s", json("{'id':" + i + ",'v':" + i % 3 + "}"));
            if (i == 150) {
                engine.flush();
            }
        }
        crash();
        try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
            assertThat(transaction.count("s")).isEqualTo(300);
            assertThat(transaction.getByIndex("s", "v", 2)).hasSize(100);
            assertThat(transaction.get("s", 299)).isNotNull();
            transaction.put("s", json("{'id':300,'v':2}"));
            transaction.commit();
        }
        assertThat(db.getByIndex("s", "v", 2)).hasSize(101);
        assertAgreement("s");
    }
}
