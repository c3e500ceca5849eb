package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.BatchContents;
import io.flowdb.OrderedStore;
import io.flowdb.error.ChangeGapException;
import io.flowdb.internal.base.Op;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Deletes of key ranges: what goes, what is counted, what a feed sees of it, and what it costs. */
class RangeDeleteTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int KIB = 1 << 10;

    private final MemoryStore store = new MemoryStore();

    private static StoreSchema schema() {
        return StoreSchema.of("s", "id")
                .withIndex("v", "v")
                .withUniqueIndex("u", "u")
                .withMultiEntryIndex("tags", "tags");
    }

    private static ObjectNode document(int id, int bytes) {
        return json("{'tags':['a','b']}")
                .put("id", id)
                .put("v", id % 3)
                .put("u", "u" + id)
                .put("text", "x".repeat(bytes));
    }

    private static void fill(JsonDB db, int documents, int bytes) {
        List<ObjectNode> all = new ArrayList<>();
        for (int i = 0; i < documents; i++) {
            all.add(document(i, bytes));
        }
        db.putAll("s", all);
    }

    /** Ranges of all sizes, between writes and counts, with a feed or without, leave what a map leaves. */
    @Test
    void deleteRange_random_leavesWhatAMapLeaves() throws Exception {
        System.out.println("deleteRange seed " + SEED);
        Random random = new Random(SEED);
        for (int round = 0; round < 3; round++) {
            boolean watched = round == 1;
            boolean small = round == 2; // commits that leave index entries behind
            MemoryStore below = new MemoryStore();
            OrderedStore.Limits usual = below.limits;
            JsonDB db = JsonDB.on(below);
            db.createObjectStore(schema());
            ChangeFeed feed = watched ? db.changes() : null;
            TreeMap<Integer, JsonNode> model = new TreeMap<>();
            for (int i = 0; i < 60; i++) {
                int from = random.nextInt(4000);
                int to = random.nextInt(5) == 0 ? from + random.nextInt(3000) : from + random.nextInt(50);
                if (random.nextInt(3) > 0) {
                    List<ObjectNode> documents = new ArrayList<>();
                    for (int id = from; id < to; id++) {
                        documents.add(document(id, 1));
                        model.put(id, document(id, 1));
                    }
                    db.putAll("s", documents);
                } else {
                    boolean all = random.nextInt(6) == 0;
                    KeyRange range = all ? KeyRange.all() : KeyRange.bound(from, to, false, true);
                    var gone = all ? model : model.subMap(from, to);
                    below.limits = small ? new OrderedStore.Limits(65_535, 256 << 20, KIB) : usual;
                    assertThat(db.deleteRange("s", range)).as("seed %d", SEED).isEqualTo(gone.size());
                    below.limits = usual;
                    gone.clear();
                }
                assertThat(db.count("s")).as("seed %d", SEED).isEqualTo(model.size());
            }
            assertThat(db.getAll("s", KeyRange.all(), 10_000)).isEqualTo(List.copyOf(model.values()));
            assertThat(db.verifyIndexes("s").problems()).as("seed %d", SEED).isEmpty();
            if (feed != null) {
                assertThat(replayed(feed)).as("seed %d", SEED).isEqualTo(List.copyOf(model.values()));
            }
        }
    }

    private static List<JsonNode> replayed(ChangeFeed feed) throws InterruptedException {
        TreeMap<Long, JsonNode> state = new TreeMap<>();
        for (CommittedChanges commit = feed.poll(Duration.ZERO); commit != null; commit = feed.poll(Duration.ZERO)) {
            for (DocumentChange change : commit.changes()) {
                JsonNode before = change.after() == null
                        ? state.remove((Long) change.key())
                        : state.put((Long) change.key(), change.after());
                assertThat(change.before()).isEqualTo(before);
            }
        }
        return List.copyOf(state.values());
    }

    /** A delete for each document and a check for each key made large ranges needlessly expensive. */
    @Test
    void deleteRange_manyDocuments_isARangeBesideTheEntries() {
        JsonDB db = JsonDB.on(store);
        db.createObjectStore("s", "id");
        fill(db, 5000, 1);
        List<BatchContents.Operation> operations = new CopyOnWriteArrayList<>();
        store.committed = batch -> operations.addAll(BatchContents.of(batch));
        assertThat(db.deleteRange("s", KeyRange.lowerBound(4990))).isEqualTo(10);
        assertThat(operations).hasSize(10).allMatch(operation -> operation.op() == Op.DELETE);
        operations.clear();
        long values = store.valuesRead.get();
        assertThat(db.deleteRange("s", KeyRange.lowerBound(10))).isEqualTo(4980);
        assertThat(operations).hasSizeLessThan(1100).anyMatch(operation -> operation.op() == Op.DELETE_RANGE);
        assertThat(store.valuesRead.get()).as("documents read").isEqualTo(values);
        assertThat(db.getAllKeys("s", KeyRange.all(), 100)).hasSize(10);
        assertThat(db.deleteRange("s", KeyRange.lowerBound(10))).isZero();
    }

    /**
     * What is more than the retention is listed for feeds that are open; for all others it is a gap, at once and after
     * a restart.
     */
    @Test
    void clear_largerThanTheRetention_isSeenByOpenFeedsAndAGapForOthers() throws Exception {
        for (boolean durable : List.of(true, false)) {
            MemoryStore below = new MemoryStore();
            ChangeRetention retention = new ChangeRetention(100, 64 * KIB, durable);
            JsonLimits limits = JsonLimits.DEFAULT.withChangeRetention(retention);
            JsonDB db = JsonDB.on(below, limits);
            db.createObjectStore(schema());
            ChangeFeed feed = db.changes();
            fill(db, 200, KIB);
            assertThat(feed.take().changes()).hasSize(200);
            db.put("s", document(1000, 1));
            feed.take();
            long afterPut = db.lastSeqno();
            assertThat(db.clear("s")).isEqualTo(201);
            assertThat(feed.take().changes()).hasSize(201).allMatch(change -> change.before() != null);
            fill(db, 200, KIB);
            feed.close();
            long beforeClear = db.lastSeqno();
            assertThat(db.deleteRange("s", KeyRange.lowerBound(1))).isEqualTo(199);
            for (long lost : new long[] {afterPut, beforeClear}) {
                assertThatThrownBy(() -> db.changes(lost))
                        .isInstanceOfSatisfying(
                                ChangeGapException.class,
                                e -> assertThat(e.oldest()).isEqualTo(db.lastSeqno()));
            }
            long afterClear = db.lastSeqno();
            db.put("s", document(7, 1));
            assertThat(db.changes(afterClear).take().changes()).hasSize(1);
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
            db.close();
            if (durable) {
                JsonDB again = JsonDB.on(below, limits);
                assertThatThrownBy(() -> again.changes(beforeClear)).isInstanceOf(ChangeGapException.class);
                try (ChangeFeed resumed = again.changes(afterClear)) {
                    assertThat(resumed.take().changes()).hasSize(1);
                }
                fill(again, 200, KIB);
                assertThatThrownBy(() -> again.changes(afterClear))
                        .as("documents that were put together")
                        .isInstanceOf(ChangeGapException.class);
            }
        }
    }

    /** A live query has no feed of its own: it asks again after the gap. */
    @Test
    void clear_largerThanTheRetention_isSeenByLiveQueries() {
        JsonDB db =
                JsonDB.on(store, JsonLimits.DEFAULT.withChangeRetention(ChangeRetention.DEFAULT.withBytes(64 * KIB)));
        db.createObjectStore(schema());
        fill(db, 200, KIB);
        List<List<JsonNode>> results = new CopyOnWriteArrayList<>();
        try (LiveQuery live = db.observe(db.query("s").whereEq("v", 1), results::add)) {
            await().until(() -> results.size() == 1);
            db.clear("s");
            await().until(() -> results.get(results.size() - 1).isEmpty());
            db.put("s", document(1, 1));
            await().until(() -> results.get(results.size() - 1).size() == 1);
            assertThat(live.failure()).isNull();
        }
    }

    /**
     * Each write to the range made a delete of it begin anew, so one of many documents never came to its end beside a
     * busy writer.
     */
    @Test
    @Timeout(60)
    void deleteRange_ofARangeThatOthersWrite_comesToAnEnd() throws Exception {
        JsonDB db = JsonDB.on(store);
        db.createObjectStore(schema());
        for (KeyRange range : List.of(KeyRange.lowerBound(1), KeyRange.all())) {
            fill(db, 3000, 1);
            AtomicBoolean done = new AtomicBoolean();
            AtomicLong written = new AtomicLong();
            Thread writer = new Thread(() -> {
                while (!done.get()) {
                    db.put("s", document(1 + (int) (written.incrementAndGet() % 3000), 1));
                }
            });
            Thread deleter = Thread.currentThread();
            AtomicInteger steps = new AtomicInteger();
            store.duringStep = () -> {
                if (Thread.currentThread() == deleter && steps.incrementAndGet() % 1000 == 0) {
                    long before = written.get();
                    await().pollInterval(Duration.ofMillis(1))
                            .until(() -> written.get() > before + 1 || writer.getState() == Thread.State.WAITING);
                }
            };
            writer.start();
            try {
                assertThat(db.deleteRange("s", range)).isGreaterThanOrEqualTo(2999);
            } finally {
                done.set(true);
                store.duringStep = () -> {};
                writer.join();
            }
            assertThat(steps.get()).as("steps of several attempts").isGreaterThan(2 * 3000);
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
            assertThat(db.count("s"))
                    .isEqualTo(db.getAllKeys("s", KeyRange.all(), 10_000).size());
        }
    }

    /**
     * A feed that is opened while the documents are walked, when those before were forgotten already, gets all of them.
     */
    @Test
    void clear_feedOpenedDuringTheWalk_isSeen() throws Exception {
        JsonDB db =
                JsonDB.on(store, JsonLimits.DEFAULT.withChangeRetention(ChangeRetention.DEFAULT.withBytes(64 * KIB)));
        db.createObjectStore(schema());
        db.changes().close();
        fill(db, 200, KIB);
        List<ChangeFeed> feeds = new ArrayList<>();
        AtomicInteger steps = new AtomicInteger();
        store.duringStep = () -> {
            if (steps.incrementAndGet() == 180) {
                feeds.add(db.changes());
            }
        };
        assertThat(db.clear("s")).isEqualTo(200);
        assertThat(feeds.get(0).take().changes()).hasSize(200);
    }

    /**
     * A record that was too large for the store below, though not for the retention, could be read neither from memory
     * nor from the store.
     */
    @Test
    void clear_recordTooLargeForTheStoreBelow_isAGapOnceItIsNotTheNewest() throws Exception {
        JsonDB db = JsonDB.on(store);
        db.createObjectStore(schema());
        ChangeFeed feed = db.changes();
        fill(db, 400, KIB);
        feed.take();
        long before = db.lastSeqno();
        store.limits = new OrderedStore.Limits(65_535, 256 << 20, 512 * KIB);
        assertThat(db.clear("s")).isEqualTo(400);
        ChangeFeed late = db.changes(before);
        assertThat(feed.take().changes()).hasSize(400);
        long after = db.lastSeqno();
        for (int i = 0; i < 10; i++) {
            db.put("s", document(i, 60 * KIB));
        }
        assertThatThrownBy(late::take).isInstanceOf(ChangeGapException.class);
        assertThat(db.changes(after).take().changes().get(0).key()).isEqualTo(0L);
    }
}
