package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static io.flowdb.json.AbstractTransactionTest.inParallel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.OrderedStore;
import io.flowdb.StoreCursor;
import io.flowdb.error.ConflictException;
import io.flowdb.error.StorageException;
import io.flowdb.error.UniqueViolationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Deletes of ranges with more index entries than one commit takes. All entries were collected in one batch, so half a
 * million documents with two indexes ran out of memory; now the entries outlive the documents, unseen, until they are
 * removed in parts.
 */
class StaleEntriesTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int DOCUMENTS = 6000;
    private static final int FROM = 1000;
    private static final int TO = 5000;

    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);

    @BeforeEach
    void fill() {
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("v", "v")
                .withUniqueIndex("u", "u")
                .withMultiEntryIndex("tags", "tags")
                .withIndex("vu", "v", "u"));
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(document(i));
        }
        db.putAll("s", documents);
        limit(store);
    }

    /** Commits so small that those of this test leave the entries behind. */
    private static void limit(MemoryStore store) {
        store.limits = new OrderedStore.Limits(65_535, 1 << 20, 128 << 10);
    }

    private static ObjectNode document(int id) {
        ObjectNode document = json("{'tags':['a','t" + id % 7 + "','b']}").put("id", id);
        if (id % 5 > 0) {
            document.put("u", "u" + id);
        }
        if (id % 11 == 0) {
            document.putArray("v").add(id % 3).add("x");
        } else if (id % 13 > 0) {
            document.put("v", id % 3);
        }
        return document;
    }

    private static KeyRange range() {
        return KeyRange.bound(FROM, TO, false, true);
    }

    private static boolean leaves(MemoryStore image) {
        return catalog(image).hasStaleEntries();
    }

    private static Catalog catalog(MemoryStore image) {
        return Catalog.fromBytes(image.latest().get(Catalog.KEY).value());
    }

    private static String format(MemoryStore image) {
        return new String(image.latest().get(Catalog.KEY).value(), StandardCharsets.UTF_8).replaceAll(",.*", "");
    }

    private static long entries(MemoryStore image) {
        try (StoreCursor cursor = image.latest().scan(new byte[] {2}, new byte[] {3}, false)) {
            long count = 0;
            while (cursor.next()) {
                count++;
            }
            return count;
        }
    }

    /** What a database of these documents alone shows, by every kind of read. */
    private static void assertShows(DocumentOperations db, TreeMap<Integer, ObjectNode> model) {
        assertThat(db.getAll("s", KeyRange.all(), Integer.MAX_VALUE)).isEqualTo(List.copyOf(model.values()));
        JsonDB reference = JsonDB.on(new MemoryStore());
        reference.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("v", "v")
                .withUniqueIndex("u", "u")
                .withMultiEntryIndex("tags", "tags")
                .withIndex("vu", "v", "u"));
        reference.putAll("s", model.values());
        for (String index : List.of("v", "u", "tags", "vu")) {
            for (CursorDirection direction : CursorDirection.values()) {
                assertThat(walk(db, index, direction))
                        .as("%s %s", index, direction)
                        .isEqualTo(walk(reference, index, direction));
            }
        }
        // A document that is stored anew may have another one's value.
        boolean held = model.values().stream()
                .anyMatch(d -> d.has("u") && d.get("u").stringValue().equals("u2001"));
        for (DocumentOperations each : List.of(db, reference)) {
            assertThat(each.query("s").whereEq("u", "u2001").exists()).isEqualTo(held);
            assertThat(each.getByIndex("s", "u", "u2001")).hasSize(held ? 1 : 0);
        }
        assertThat(db.query("s").whereEq("v", 1).count())
                .isEqualTo(reference.query("s").whereEq("v", 1).count());
        assertThat(db.query("s").whereEq("tags", "t3").collect())
                .isEqualTo(reference.query("s").whereEq("tags", "t3").collect());
        assertThat(db.query("s").where(Filter.isNull("tags")).count())
                .isEqualTo(reference.query("s").where(Filter.isNull("tags")).count());
        assertThat(db.query("s").orderBy("u", Direction.DESC).limit(20).collect())
                .isEqualTo(reference
                        .query("s")
                        .orderBy("u", Direction.DESC)
                        .limit(20)
                        .collect());
        assertThat(db.getByIndex("s", "vu", List.of(1))).isEqualTo(reference.getByIndex("s", "vu", List.of(1)));
    }

    private static List<String> walk(DocumentOperations db, String index, CursorDirection direction) {
        List<String> seen = new ArrayList<>();
        try (JsonCursor cursor = db.openCursor("s", index, KeyRange.all(), direction)) {
            while (cursor.next()) {
                seen.add(cursor.key() + " " + cursor.primaryKey());
            }
        }
        return seen;
    }

    private static TreeMap<Integer, ObjectNode> model() {
        TreeMap<Integer, ObjectNode> model = new TreeMap<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            model.put(i, document(i));
        }
        return model;
    }

    /**
     * Whatever commit a crash prevents: all of the deletion or nothing is seen, and nothing is left after the next
     * opening.
     */
    @Test
    void crash_beforeAnyCommit_leavesAllOrNothing() {
        TreeMap<Integer, ObjectNode> before = model();
        List<MemoryStore> images = new ArrayList<>();
        store.beforeCommit = () -> images.add(store.image());
        assertThat(db.deleteRange("s", range())).isEqualTo(TO - FROM);
        TreeMap<Integer, ObjectNode> after = model();
        after.subMap(FROM, TO).clear();
        assertThat(images).hasSizeGreaterThan(5);
        assertThat(leaves(store)).isFalse();
        assertThat(format(store)).isEqualTo("{\"format\":1");
        for (int i = 0; i < images.size(); i++) {
            MemoryStore image = images.get(i);
            assertThat(leaves(image)).as("image %d", i).isEqualTo(i > 0);
            assertThat(format(image)).isEqualTo(i > 0 ? "{\"format\":3" : "{\"format\":1");
            JsonDB again = JsonDB.on(image);
            assertThat(leaves(image)).isFalse();
            assertShows(again, i == 0 ? before : after);
            assertThat(again.verifyIndexes("s").problems()).isEmpty();
            assertThat(entries(image))
                    .as("image %d", i)
                    .isEqualTo(again.verifyIndexes("s").entries());
        }
    }

    /** While entries are removed, the same keys and unique values are free, and what is stored anew stays. */
    @Test
    void operations_whileEntriesAreLeft_areThoseOfAStoreWithoutThem() {
        TreeMap<Integer, ObjectNode> model = model();
        model.subMap(FROM, TO).clear();
        Random random = new Random(SEED);
        int[] commits = {0};
        store.beforeCommit = () -> {
            int commit = ++commits[0];
            if (commit == 1 || commit % 5 > 0) {
                return;
            }
            Runnable hook = store.beforeCommit;
            store.beforeCommit = () -> {};
            assertThat(leaves(store)).isTrue();
            assertShows(db, model);
            db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
                assertShows(t, model);
                return null;
            });
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
            for (int i = 0; i < 50; i++) {
                int id = FROM + random.nextInt(TO - FROM);
                ObjectNode document =
                        random.nextBoolean() ? document(id) : document(id).put("u", "u" + (TO - 1 - i));
                boolean taken = model.values().stream()
                        .anyMatch(d -> d.has("u")
                                && d.get("u").equals(document.get("u"))
                                && d.get("id").intValue() != id);
                if (taken) {
                    assertThatThrownBy(() -> db.put("s", document)).isInstanceOf(UniqueViolationException.class);
                } else if (random.nextInt(4) > 0) {
                    db.put("s", document);
                    model.put(id, document);
                } else {
                    assertThat(db.delete("s", id)).isEqualTo(model.remove(id) != null);
                }
            }
            store.beforeCommit = hook;
        };
        assertThat(db.deleteRange("s", range())).as("seed %d", SEED).isEqualTo(TO - FROM);
        assertThat(commits[0]).isGreaterThan(5);
        store.beforeCommit = () -> {};
        assertThat(leaves(store)).isFalse();
        assertShows(db, model);
        assertThat(db.count("s")).isEqualTo(model.size());
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        assertThat(entries(store))
                .as("seed %d", SEED)
                .isEqualTo(db.verifyIndexes("s").entries());
    }

    /**
     * A snapshot from before keeps documents and entries. A transaction from before conflicts if it has read, written
     * or wanted something of what is gone, and in any case as long as entries are left that it does not know to be
     * stale.
     */
    @Test
    void transactions_begunBefore_seeWhatWasThere() {
        JsonTransaction reader = db.transaction(TransactionMode.READ_ONLY, "s");
        JsonTransaction elsewhere = db.transaction(TransactionMode.READ_WRITE, "s");
        elsewhere.put("s", document(1).put("more", true));
        JsonTransaction early = db.transaction(TransactionMode.READ_WRITE, "s");
        early.put("s", document(2));
        List<JsonTransaction> concerned = new ArrayList<>();
        for (Consumer<JsonTransaction> reads : List.<Consumer<JsonTransaction>>of(
                t -> t.get("s", FROM + 1),
                t -> t.put("s", document(TO - 1)),
                t -> t.getByIndex("s", "u", "u" + (FROM + 1)),
                t -> t.query("s").whereEq("tags", "t3").count(),
                t -> t.put("s", document(4).put("u", "u" + (FROM + 1))))) {
            JsonTransaction writer = db.transaction(TransactionMode.READ_WRITE, "s");
            reads.accept(writer);
            writer.put("s", document(3));
            concerned.add(writer);
        }
        int[] commits = {0};
        store.beforeCommit = () -> {
            if (++commits[0] == 2) {
                assertThatThrownBy(early::commit).isInstanceOf(ConflictException.class);
            }
        };
        db.deleteRange("s", range());
        store.beforeCommit = () -> {};
        assertShows(reader, model());
        reader.close();
        concerned.forEach(writer -> assertThatThrownBy(writer::commit).isInstanceOf(ConflictException.class));
        elsewhere.commit();
        TreeMap<Integer, ObjectNode> model = model();
        model.subMap(FROM, TO).clear();
        model.get(1).put("more", true);
        assertShows(db, model);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    /**
     * A transaction is concerned by changes of its own stores' definitions, and by migrations, but not by those of
     * other stores.
     */
    @Test
    void schemaChange_ofAnotherStore_concernsNoTransaction() {
        db.createObjectStore("t", "id");
        Map<Runnable, Boolean> changes = new LinkedHashMap<>();
        changes.put(() -> db.createIndex("s", IndexSchema.of("more", "more")), false);
        changes.put(() -> db.deleteIndex("s", "more"), false);
        changes.put(() -> db.createObjectStore("another", "id"), false);
        changes.put(() -> db.deleteObjectStore("another"), false);
        changes.put(() -> db.createIndex("t", IndexSchema.of("more", "more")), true);
        changes.put(() -> db.deleteIndex("t", "more"), true);
        changes.put(() -> db.applyStore(StoreSchema.of("t", "id").withTtl(Duration.ofDays(1))), true);
        changes.put(() -> db.migrate(List.of(Migration.of(1, "nothing", m -> {}))), true);
        changes.put(() -> db.changes().close(), true);
        changes.put(() -> db.deleteObjectStore("t"), true);
        changes.forEach((change, concerns) -> {
            JsonTransaction writer = db.transaction(TransactionMode.READ_WRITE, "t");
            writer.put("t", json("{'id':1}"));
            change.run();
            if (concerns) {
                assertThatThrownBy(writer::commit).isInstanceOf(ConflictException.class);
            } else {
                writer.commit();
            }
        });
    }

    /**
     * Every transaction that had begun before a large deletion, or while it removed the entries, met a conflict, in
     * whatever stores: the deletion changes the catalog, and the whole of it was a condition of every commit.
     */
    @Test
    void transactions_ofOtherStores_areNotConcerned() {
        db.createObjectStore("t", "id");
        Deque<JsonTransaction> writers = new ArrayDeque<>();
        for (int i = 0; i < 6; i++) {
            JsonTransaction writer = db.transaction(TransactionMode.READ_WRITE, "t");
            writer.get("t", "what nobody writes");
            writer.put("t", json("{}").put("id", i));
            writers.add(writer);
        }
        boolean[] inside = {false};
        int[] commits = {0};
        store.beforeCommit = () -> {
            if (!inside[0]
                    && ++commits[0] > 1
                    && writers.size() > 3) { // behind the deletion, beside the removal of the entries
                inside[0] = true;
                writers.remove().commit();
                inside[0] = false;
            }
        };
        assertThat(db.deleteRange("s", range())).isEqualTo(TO - FROM);
        store.beforeCommit = () -> {};
        assertThat(leaves(store)).isFalse();
        assertThat(commits[0]).isGreaterThan(5);
        writers.forEach(JsonTransaction::commit);
        assertThat(db.count("t")).isEqualTo(6);
    }

    /** What the removal of the entries changes is no matter to those who pass over them. */
    @Test
    void transactions_begunDuringTheRemoval_commit() {
        List<JsonTransaction> writers = new ArrayList<>();
        int[] commits = {0};
        store.beforeCommit = () -> {
            if (++commits[0] == 3) {
                JsonTransaction writer = db.transaction(TransactionMode.READ_WRITE, "s");
                assertThat(writer.count("s")).isEqualTo(DOCUMENTS - (TO - FROM));
                // The unique value belonged to a document that is gone; the first one without tags.
                writer.put("s", json("{}").put("id", 1).put("u", "u" + (FROM + 1)));
                writers.add(writer);
            }
        };
        assertThat(db.query("s").where(Filter.isNull("tags")).count()).isZero();
        assertThat(db.deleteRange("s", range())).isEqualTo(TO - FROM);
        store.beforeCommit = () -> {};
        assertThat(leaves(store)).isFalse();
        assertThat(db.query("s").where(Filter.isNull("tags")).count()).isZero();
        writers.forEach(JsonTransaction::commit);
        assertThat(writers).hasSize(1);
        assertThat(db.query("s").where(Filter.isNull("tags")).count()).isEqualTo(1);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    /**
     * The documents are gone for good once the first commit is made, so what fails afterwards is no failure of the
     * deletion.
     */
    @Test
    void removal_thatFails_isDoneByTheNextLargeDeletion() {
        int[] commits = {0};
        store.beforeCommit = () -> {
            if (++commits[0] == 4) {
                throw new StorageException("test", new IOException("no space"));
            }
        };
        assertThat(db.deleteRange("s", range())).isEqualTo(TO - FROM);
        store.beforeCommit = () -> {};
        assertThat(leaves(store)).isTrue();
        TreeMap<Integer, ObjectNode> model = model();
        model.subMap(FROM, TO).clear();
        for (int i = FROM; i < TO; i++) {
            db.put("s", document(i));
            model.put(i, document(i));
        }
        db.createIndex("s", IndexSchema.of("later", "tags"));
        assertShows(db, model);
        assertThat(db.deleteRange("s", KeyRange.bound(FROM - 500, TO, false, true)))
                .isEqualTo(TO - FROM + 500);
        model.subMap(FROM - 500, TO).clear();
        assertThat(leaves(store)).isFalse();
        assertShows(db, model);
        assertThat(entries(store)).isEqualTo(db.verifyIndexes("s").entries());
    }

    /**
     * Every state that a reader pins while others write and large ranges are deleted shows the same documents by index
     * and by key.
     */
    @Test
    void deletes_onTheEngineWhileOthersWrite_leaveEveryStateConsistent() throws Exception {
        System.out.println("stale entries seed " + SEED);
        String text = "x".repeat(2000);
        try (JsonDB large = JsonDB.open(
                Config.builder().inMemory(true).memtableSize(16 << 20).build())) {
            large.createObjectStore(
                    StoreSchema.of("s", "id").withIndex("v", "v").withUniqueIndex("u", "u"));
            AtomicBoolean done = new AtomicBoolean();
            List<Callable<Void>> tasks = new ArrayList<>();
            Random random = new Random(SEED);
            tasks.add(() -> {
                while (!done.get()) {
                    int id = random.nextInt(3000);
                    large.put(
                            "s",
                            json("{}").put("id", id).put("v", id % 3 + text).put("u", "new" + id + text));
                }
                return null;
            });
            tasks.add(() -> {
                while (!done.get()) {
                    assertConsistent(large);
                }
                return null;
            });
            tasks.add(() -> {
                try {
                    for (int round = 0; round < 2; round++) {
                        for (int from = 0; from < 2500; from += 20) {
                            large.putAll(
                                    "s",
                                    IntStream.range(from, from + 20)
                                            .mapToObj(id -> json("{}")
                                                    .put("id", id)
                                                    .put("v", id % 3 + text)
                                                    .put("u", id + text))
                                            .toList());
                        }
                        assertThat(large.deleteRange("s", KeyRange.lowerBound(100)))
                                .isGreaterThanOrEqualTo(2400);
                    }
                } finally {
                    done.set(true);
                }
                return null;
            });
            inParallel(tasks);
            assertConsistent(large);
            assertThat(large.verifyIndexes("s").problems()).as("seed %d", SEED).isEmpty();
            assertThat(large.count("s"))
                    .isEqualTo(large.getAllKeys("s", KeyRange.all(), 10_000).size());
        }
    }

    private static void assertConsistent(JsonDB db) {
        try (JsonTransaction t = db.transaction(TransactionMode.READ_ONLY, "s")) {
            List<Object> keys = t.getAllKeys("s", KeyRange.all(), 10_000);
            for (String index : List.of("v", "u")) {
                Set<Object> found = new HashSet<>();
                try (JsonCursor cursor = t.openCursor("s", index, KeyRange.all(), CursorDirection.PREV)) {
                    while (cursor.next()) {
                        assertThat(found.add(cursor.primaryKey())).isTrue();
                    }
                }
                assertThat(found).as("index %s, seed %d", index, SEED).isEqualTo(new HashSet<>(keys));
            }
        }
    }

    /** Feeds see the deletion as one commit, and nothing of the removal. */
    @Test
    void feed_getsOneCommit() throws Exception {
        ChangeFeed feed = db.changes();
        db.deleteRange("s", range());
        List<DocumentChange> deleted = feed.take().changes();
        assertThat(deleted).hasSize(TO - FROM).allMatch(change -> change.after() == null);
        assertThat(deleted.get(0).before()).isEqualTo(document(FROM));
        db.put("s", document(2));
        assertThat(feed.take().changes()).hasSize(1);
    }

    /** The stored form of a catalog with stale entries, which has to stay readable. */
    @Test
    void catalog_ofFormat3_isReadAndWritten() {
        String stored = """
                {"format":3,"recording":true,"nextId":3,"stores":[{"name":"s","id":1,"keyPath":"id","autoIncrement":false,"ttl":null,\
                "indexes":[{"name":"v","id":2,"paths":["v"],"unique":false,"multiEntry":false,"building":false,\
                "stale":[{"start":"IKEGAA==","end":"IKELAA==","through":4711}]}]}],"migrations":[]}""";
        Catalog catalog = Catalog.fromBytes(stored.getBytes(StandardCharsets.UTF_8));
        assertThat(catalog.recording).isTrue();
        IndexDef index = catalog.store("s").index("v");
        byte[] three = {2, 2, 0x20, (byte) 0xa1, 4, 0, 0x20, (byte) 0xa1, 6, 0}; // index 2, key 3, primary key 5
        assertThat(index.isStale(three, 4711)).isTrue();
        assertThat(index.isStale(three, 4712)).isFalse();
        three[8] = 11; // primary key 10
        assertThat(index.isStale(three, 4711)).isFalse();
        assertThat(new String(catalog.toBytes(), StandardCharsets.UTF_8)).isEqualTo(stored);
    }
}
