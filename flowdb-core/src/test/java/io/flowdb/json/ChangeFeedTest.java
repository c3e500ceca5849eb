package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.error.ChangeGapException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.StoreNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Feeds give every change once, in commit order, and say so when they cannot. */
class ChangeFeedTest {
    @Test
    void feed_underConcurrentWriters_replaysToTheSameState() throws Exception {
        MemoryStore store = new MemoryStore();
        JsonDB db = JsonDB.on(store);
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':999}"));
        ChangeFeed feed = db.changes();
        List<Callable<Void>> writers = new ArrayList<>();
        for (int w = 0; w < 6; w++) {
            int writer = w;
            writers.add(() -> {
                for (int i = 0; i < 300; i++) {
                    if (i % 5 == 4) {
                        db.delete("s", (i * 7) % 50);
                    } else if (i % 50 == 11) {
                        db.deleteRange("s", KeyRange.bound(10, 20, false, false));
                    } else {
                        db.put("s", json("{'id':" + i % 50 + ",'w':" + writer + ",'i':" + i + "}"));
                    }
                }
                return null;
            });
        }
        AbstractJsonDbTest.inParallel(writers);
        TreeMap<Long, JsonNode> replayed = new TreeMap<>();
        long last = 0;
        for (CommittedChanges commit = feed.poll(Duration.ZERO); commit != null; commit = feed.poll(Duration.ZERO)) {
            assertThat(commit.seqno()).isGreaterThan(last);
            last = commit.seqno();
            for (DocumentChange change : commit.changes()) {
                JsonNode before = change.after() == null
                        ? replayed.remove((Long) change.key())
                        : replayed.put((Long) change.key(), change.after());
                assertThat(change.before()).isEqualTo(before);
            }
        }
        assertThat(new ArrayList<>(replayed.values())).isEqualTo(db.getAll("s", KeyRange.upperBound(100), 1000));
        db.close();
        assertThatThrownBy(feed::take).isInstanceOf(EngineClosedException.class);
    }

    @Test
    void feed_behindRetention_throwsWithWhatIsAvailable() throws Exception {
        JsonDB db = JsonDB.on(new MemoryStore(), retention(ChangeRetention.DEFAULT.withCommits(5)));
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':0}"));
        assertThatThrownBy(() -> db.changes(1)).isInstanceOf(ChangeGapException.class);
        ChangeFeed feed = db.changes();
        long since = feed.position();
        for (int i = 1; i <= 5; i++) {
            db.put("s", json("{'id':" + i + "}"));
        }
        assertThat(feed.take().changes().get(0).key()).isEqualTo(1L);
        ChangeFeed resumed = db.changes(feed.position());
        assertThat(resumed.take().changes().get(0).key()).isEqualTo(2L);
        db.put("s", json("{'id':6}"));
        db.put("s", json("{'id':7}"));
        assertThatThrownBy(() -> db.changes(since)).isInstanceOfSatisfying(ChangeGapException.class, e -> {
            assertThat(e.asked()).isEqualTo(since);
            assertThat(e.oldest()).isEqualTo(resumed.position());
            assertThat(e.newest()).isEqualTo(db.lastSeqno());
            assertThat(e.retryable()).isFalse();
        });
        assertThat(resumed.take().changes().get(0).key()).isEqualTo(3L);
        assertThatThrownBy(() -> db.changes(db.lastSeqno() + 1)).isInstanceOf(ChangeGapException.class);
        assertThat(db.changes(db.lastSeqno()).poll(Duration.ZERO)).isNull();
    }

    private static JsonLimits retention(ChangeRetention retention) {
        return JsonLimits.DEFAULT.withChangeRetention(retention);
    }

    private static JsonDB reopened(JsonDB db, JsonLimits limits) {
        db.close();
        return JsonDB.on(db.store(), limits);
    }

    private static long recordKeys(MemoryStore store) {
        return store.keys().stream().filter(key -> key[0] == 5).count();
    }

    /** Whoever uses no feed pays nothing: no record, no key. */
    @Test
    void withoutFeeds_nothingIsRecorded() {
        MemoryStore store = new MemoryStore();
        JsonDB db = JsonDB.on(store);
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1}"));
        db.observe(db.query("s"), result -> {}).close();
        db.put("s", json("{'id':2}"));
        assertThat(recordKeys(store)).isZero();
        db.changes();
        db.put("s", json("{'id':3}"));
        assertThat(recordKeys(store)).isEqualTo(2);
        JsonDB inMemory = reopened(db, retention(ChangeRetention.DEFAULT.inMemory()));
        assertThat(recordKeys(store)).as("opened without a durable retention").isZero();
        ChangeFeed feed = inMemory.changes();
        inMemory.put("s", json("{'id':4}"));
        assertThat(feed.next().changes()).hasSize(1);
        assertThat(recordKeys(store)).isZero();
    }

    @Test
    void feed_resumedAfterRestart_goesOnWhereItWas() throws Exception {
        MemoryStore store = new MemoryStore();
        JsonDB first = JsonDB.on(store);
        first.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        first.createObjectStore("t", "id");
        first.put("s", json("{'id':'a','v':1}"));
        ChangeFeed feed = first.changes();
        first.put("s", json("{'id':'a','v':2}"));
        first.put("s", json("{'id':'b','v':3}"));
        assertThat(feed.take().changes())
                .containsExactly(new DocumentChange("s", "a", json("{'id':'a','v':1}"), json("{'id':'a','v':2}")));
        JsonDB second = reopened(first, JsonLimits.DEFAULT);
        second.inTransaction(TransactionMode.READ_WRITE, List.of("s", "t"), t -> {
            t.put("t", json("{'id':[1,2]}"));
            t.delete("s", "a");
            return null;
        });
        second.clear("s");
        second.deleteObjectStore("t");
        second.createObjectStore("t", "other");
        JsonDB third = reopened(second, JsonLimits.DEFAULT);
        ChangeFeed resumed = third.changes(feed.position());
        assertThat(resumed.take().changes())
                .containsExactly(new DocumentChange("s", "b", null, json("{'id':'b','v':3}")));
        assertThat(resumed.take().changes())
                .containsExactlyInAnyOrder(
                        new DocumentChange("t", List.of(1L, 2L), null, json("{'id':[1,2]}")),
                        new DocumentChange("s", "a", json("{'id':'a','v':2}"), null));
        assertThat(resumed.take().changes())
                .containsExactly(new DocumentChange("s", "b", json("{'id':'b','v':3}"), null));
        CommittedChanges deletion = resumed.take();
        assertThat(deletion.changes()).isEmpty();
        assertThat(deletion.deletedStores()).containsExactly("t");
        third.migrate(List.of(Migration.of(1, "drop", m -> {
            m.documents().put("s", json("{'id':'m'}"));
            m.documents().put("t", json("{'other':'gone with its store'}"));
            m.deleteObjectStore("t");
            m.createObjectStore(StoreSchema.of("passing", "id"));
            m.documents().put("passing", json("{'id':'never there'}"));
            m.deleteObjectStore("passing");
        })));
        CommittedChanges migration = resumed.take();
        assertThat(migration.changes()).containsExactly(new DocumentChange("s", "m", null, json("{'id':'m'}")));
        assertThat(migration.deletedStores()).containsExactly("t");
        assertThat(resumed.poll(Duration.ZERO)).isNull();
        assertThat(resumed.poll(Duration.ofSeconds(Long.MIN_VALUE))).isNull();
        third.put("s", json("{'id':'c'}"));
        assertThat(resumed.take().seqno()).isEqualTo(third.lastSeqno());
    }

    @Test
    void records_acrossRestarts_areBoundedAndNameTheGap() throws Exception {
        MemoryStore store = new MemoryStore();
        JsonLimits limits = retention(ChangeRetention.DEFAULT.withCommits(50));
        JsonDB db = JsonDB.on(store, limits);
        db.createObjectStore("s", "id");
        long begin = db.changes().position();
        List<Long> seqnos = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            db.put("s", json("{'id':" + i + "}"));
            seqnos.add(db.lastSeqno());
            if (i % 90 == 0) {
                db = reopened(db, limits);
            }
            assertThat(recordKeys(store)).isLessThanOrEqualTo(1 + 50 + 50 / 16 + 2);
        }
        JsonDB last = reopened(db, limits);
        assertThatThrownBy(() -> last.changes(begin)).isInstanceOf(ChangeGapException.class);
        long oldest = seqnos.get(349);
        assertThatThrownBy(() -> last.changes(oldest - 1))
                .isInstanceOfSatisfying(
                        ChangeGapException.class, e -> assertThat(e.oldest()).isEqualTo(oldest));
        ChangeFeed feed = last.changes(oldest);
        for (int i = 350; i < 400; i++) {
            assertThat(feed.take().seqno()).isEqualTo(seqnos.get(i));
        }
    }

    @Test
    void records_largerThanAPartOrTheRetention_areKeptOrNamedAsGap() throws Exception {
        JsonLimits limits = retention(ChangeRetention.DEFAULT.withBytes(3 << 20));
        JsonDB db = JsonDB.on(new MemoryStore(), limits);
        db.createObjectStore("s", "id");
        ChangeFeed feed = db.changes();
        ObjectNode twoParts = json("{'id':1}").put("v", "x".repeat(1_500_000));
        db.put("s", twoParts);
        long afterFirst = db.lastSeqno();
        JsonDB second = reopened(db, limits);
        assertThat(second.changes(feed.position()).take().changes())
                .containsExactly(new DocumentChange("s", 1L, null, twoParts));
        ChangeFeed live = second.changes();
        second.put("s", json("{'id':2}").put("v", "y".repeat(4_000_000)));
        assertThat(live.take().changes()).hasSize(1);
        long afterSecond = second.lastSeqno();
        second.put("s", json("{'id':3}"));
        assertThat(live.take().changes().get(0).key()).isEqualTo(3L);
        JsonDB third = reopened(second, limits);
        assertThatThrownBy(() -> third.changes(afterFirst)).isInstanceOf(ChangeGapException.class);
        assertThat(third.changes(afterSecond).take().changes().get(0).key()).isEqualTo(3L);
    }

    /**
     * Records that were given up by a commit too large to be kept, and found so by the next opening, were not removed
     * until as many had come anew.
     */
    @Test
    void records_givenUpBeforeAReopening_areRemovedByTheNextCommits() {
        JsonLimits limits = retention(ChangeRetention.DEFAULT.withCommits(20).withBytes(1 << 20));
        MemoryStore store = new MemoryStore();
        JsonDB db = JsonDB.on(store, limits);
        db.createObjectStore("s", "id");
        db.changes();
        for (int i = 0; i < 20; i++) {
            db.put("s", json("{'id':" + i + "}"));
        }
        db.put("s", json("{'id':'large'}").put("v", "x".repeat(2 << 20)));
        JsonDB second = reopened(db, limits);
        second.put("s", json("{'id':1}"));
        second.put("s", json("{'id':2}"));
        assertThat(recordKeys(store)).isLessThanOrEqualTo(1 + 1 + 2);
    }

    /**
     * A whole store used to be cleared by range deletes when nobody wanted changes at the begin, even if a feed was
     * asked for before the commit: the feed missed it.
     */
    @Test
    void clear_whileTheFirstFeedIsAskedFor_isSeen() throws Exception {
        MemoryStore store = new MemoryStore();
        JsonDB db = JsonDB.on(store);
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1}"));
        List<ChangeFeed> feeds = new ArrayList<>();
        store.duringScan = () -> {
            store.duringScan = () -> {};
            feeds.add(db.changes());
        };
        assertThat(db.clear("s")).isEqualTo(1);
        assertThat(feeds.get(0).take().changes()).containsExactly(new DocumentChange("s", 1L, json("{'id':1}"), null));
    }

    @Test
    void slowReader_behindWritersWithSmallRetention_missesNothingOrGetsAGap() throws Exception {
        JsonDB db = JsonDB.on(new MemoryStore(), retention(ChangeRetention.DEFAULT.withCommits(40)));
        db.createObjectStore("s", "id");
        ChangeFeed feed = db.changes();
        CountDownLatch done = new CountDownLatch(4);
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int w = 0; w < 4; w++) {
            int writer = w;
            tasks.add(() -> {
                for (int i = 0; i < 250; i++) {
                    db.put("s", json("{'id':'" + writer + "','n':" + i + "}"));
                }
                done.countDown();
                return null;
            });
        }
        long[] seen = new long[2];
        tasks.add(() -> {
            TreeMap<String, Integer> newest = new TreeMap<>();
            while (done.getCount() > 0 || seen[0] == 0) {
                try {
                    CommittedChanges commit = feed.poll(Duration.ofMillis(1));
                    if (commit != null) {
                        DocumentChange change = commit.changes().get(0);
                        int n = change.after().get("n").intValue();
                        Integer before = newest.put((String) change.key(), n);
                        assertThat(n).isEqualTo(before == null ? 0 : before + 1);
                        seen[0]++;
                    }
                } catch (ChangeGapException e) {
                    seen[1]++;
                    assertThat(e.oldest()).isGreaterThan(e.asked());
                    return null;
                }
            }
            return null;
        });
        AbstractJsonDbTest.inParallel(tasks);
        assertThat(seen[0] + seen[1]).isPositive();
    }

    /**
     * A feed that is asked for while others write knows everything from its begin on, and so does one that resumes
     * after a restart.
     */
    @Test
    void changes_askedForWhileOthersWrite_missNothingFromThereOn() throws Exception {
        for (int round = 0; round < 8; round++) {
            Engine engine = Engine.open(Config.builder().inMemory(true).build());
            JsonDB db = JsonDB.on(engine);
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
            CountDownLatch warm = new CountDownLatch(40);
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int w = 0; w < 3; w++) {
                Random random = new Random(round * 10L + w);
                tasks.add(() -> {
                    for (int i = 0; i < 150; i++) {
                        if (random.nextInt(40) == 0) {
                            db.clear("s");
                        } else if (random.nextInt(4) == 0) {
                            db.delete("s", random.nextInt(30));
                        } else {
                            db.put("s", json("{'id':" + random.nextInt(30) + ",'v':" + random.nextInt() + "}"));
                        }
                        warm.countDown();
                    }
                    return null;
                });
            }
            TreeMap<Object, JsonNode> replayed = new TreeMap<>();
            long[] position = new long[1];
            List<List<JsonNode>> observed = new CopyOnWriteArrayList<>();
            tasks.add(() -> {
                warm.await();
                db.observe(db.query("s"), observed::add);
                position[0] = db.changes().position();
                try (DocumentScan scan = db.scan("s")) {
                    scan.forEachRemaining(document -> replayed.put(document.key(), document.json()));
                }
                return null;
            });
            AbstractJsonDbTest.inParallel(tasks);
            List<JsonNode> last = db.getAll("s", KeyRange.all(), 100);
            await().until(() ->
                    !observed.isEmpty() && observed.get(observed.size() - 1).equals(last));
            assertThat(goneOn(db, replayed, position[0])).as("round %d", round).isEqualTo(last);
            db.close();
            assertThat(goneOn(JsonDB.on(engine), replayed, position[0]))
                    .as("round %d, opened again", round)
                    .isEqualTo(last);
            engine.close();
        }
    }

    /** The documents of a state with what the feed has changed since. */
    private static List<JsonNode> goneOn(JsonDB db, TreeMap<Object, JsonNode> state, long position) throws Exception {
        TreeMap<Object, JsonNode> copy = new TreeMap<>(state);
        ChangeFeed feed = db.changes(position);
        for (CommittedChanges commit = feed.poll(Duration.ZERO); commit != null; commit = feed.poll(Duration.ZERO)) {
            for (DocumentChange change : commit.changes()) {
                if (change.after() == null) {
                    copy.remove(change.key());
                } else {
                    copy.put(change.key(), change.after());
                }
            }
        }
        return new ArrayList<>(copy.values());
    }

    @Test
    void iterator_waitsForCommits_andEndsWithTheDatabase() throws Exception {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        ChangeFeed feed = db.changes();
        List<Object> keys = new CopyOnWriteArrayList<>();
        Thread reader = new Thread(() ->
                feed.forEachRemaining(commit -> commit.changes().forEach(change -> keys.add(change.key()))));
        reader.start();
        db.put("s", json("{'id':1}"));
        db.put("s", json("{'id':2}"));
        await().until(() -> keys.size() == 2);
        db.close();
        await().until(() -> !reader.isAlive());
        assertThat(keys).containsExactly(1L, 2L);
        assertThatThrownBy(feed::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void close_ofAFeed_endsWhoWaitsInIt() throws Exception {
        JsonDB db = JsonDB.on(new MemoryStore());
        ChangeFeed feed = db.changes();
        AtomicReference<Throwable> end = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            try {
                feed.take();
            } catch (Exception e) {
                end.set(e);
            }
        });
        reader.start();
        await().until(() ->
                reader.getState() == Thread.State.TIMED_WAITING || reader.getState() == Thread.State.WAITING);
        feed.close();
        await().until(() -> !reader.isAlive());
        assertThat(end.get()).isInstanceOf(EngineClosedException.class);
        assertThat(feed.hasNext()).isFalse();
        assertThat(db.isOpen()).isTrue();
    }

    /** What {@code hasNext} had read ahead was still given out. */
    @Test
    void poll_ofAClosedFeed_isRefused() throws Exception {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        ChangeFeed feed = db.changes();
        db.put("s", json("{'id':1}"));
        assertThat(feed.hasNext()).isTrue();
        feed.close();
        assertThatThrownBy(() -> feed.poll(Duration.ZERO)).isInstanceOf(EngineClosedException.class);
        assertThat(feed.hasNext()).isFalse();
    }

    /** Commits beside it made the log lag behind what was committed: the feed began with the caller's own writes. */
    @Test
    void changes_fromNowOn_beginsBehindWhatIsCommitted() throws Exception {
        try (JsonDB db = JsonDB.open(Config.builder().inMemory(true).build())) {
            db.createObjectStore("s", "id");
            db.changes().close();
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> writers = IntStream.range(0, 3)
                    .mapToObj(w -> new Thread(() -> {
                        for (int i = 0; !done.get(); i++) {
                            db.putAll("s", List.of(json("{'id':'" + w + "'}"), json("{'id':'" + w + i % 100 + "'}")));
                        }
                    }))
                    .toList();
            writers.forEach(Thread::start);
            try {
                for (int i = 0; i < 300; i++) {
                    db.put("s", json("{'id':'own'}"));
                    long before = db.lastSeqno();
                    try (ChangeFeed feed = db.changes()) {
                        assertThat(feed.take().seqno()).isGreaterThan(before);
                    }
                }
            } finally {
                done.set(true);
                for (Thread writer : writers) {
                    writer.join();
                }
            }
        }
    }

    @Test
    void observe_givesResultNowAndAfterRelevantChanges() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'v':1}"));
        List<List<String>> results = new CopyOnWriteArrayList<>();
        try (LiveQuery live =
                db.observe(db.query("s").whereEq("v", 1), result -> results.add(AbstractJsonDbTest.ids(result)))) {
            await().until(() -> results.size() == 1);
            db.put("s", json("{'id':2,'v':2}"));
            db.put("s", json("{'id':3,'v':1}"));
            await().until(() -> results.size() == 2);
            db.put("s", json("{'id':1,'v':2}"));
            await().until(() -> results.size() == 3);
            assertThat(live.failure()).isNull();
        }
        assertThat(results).containsExactly(List.of("1"), List.of("1", "3"), List.of("3"));
    }

    /** A document that expires is gone from the result although no commit said so. */
    @Test
    void observe_withTimeToLive_givesResultAfterExpiry() {
        AtomicLong clock = new AtomicLong(1_000_000_000_000_000L);
        JsonDB db = JsonDB.on(new MemoryStore(clock::get), JsonLimits.DEFAULT, clock::get);
        db.createObjectStore(StoreSchema.of("s", "id").withTtl(Duration.ofSeconds(60)));
        db.put("s", json("{'id':1}"));
        List<List<String>> results = new CopyOnWriteArrayList<>();
        try (LiveQuery live = db.observe(db.query("s"), result -> results.add(AbstractJsonDbTest.ids(result)))) {
            await().until(() -> results.size() == 1);
            db.put("s", json("{'id':2}"), PutOptions.ttl(Duration.ofSeconds(10)));
            await().until(() -> results.size() == 2);
            clock.addAndGet(10_000_000);
            await().until(() -> results.size() == 3);
            clock.addAndGet(50_000_000);
            await().until(() -> results.size() == 4);
            assertThat(live.failure()).isNull();
        }
        assertThat(results).containsExactly(List.of("1"), List.of("1", "2"), List.of("1"), List.of());
    }

    @Test
    void observe_ofAStoreThatIsDeleted_endsWithAFailure() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        LiveQuery live = db.observe(db.query("s"), result -> sizes.add(result.size()));
        await().until(() -> sizes.size() == 1);
        db.deleteObjectStore("s");
        await().until(() -> !live.isOpen());
        assertThat(live.failure()).isInstanceOf(StoreNotFoundException.class);
    }

    @Test
    void observe_behindRetention_goesOnWithTheNewestResult() throws Exception {
        JsonDB db = JsonDB.on(new MemoryStore(), retention(ChangeRetention.DEFAULT.withCommits(2)));
        db.createObjectStore("s", "id");
        CountDownLatch firstCall = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        List<Integer> sizes = new CopyOnWriteArrayList<>();
        try (LiveQuery live = db.observe(db.query("s"), result -> {
            sizes.add(result.size());
            firstCall.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        })) {
            firstCall.await();
            for (int i = 0; i < 20; i++) {
                db.put("s", json("{'id':" + i + "}"));
            }
            goOn.countDown();
            await().until(() -> sizes.get(sizes.size() - 1) == 20);
            assertThat(live.failure()).isNull();
        }
    }
}
