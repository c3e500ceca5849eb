package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.error.EngineClosedException;
import io.flowdb.error.LimitExceededException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

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
    void feed_behindRetention_throwsNamingIt() throws Exception {
        JsonDB db = JsonDB.on(new MemoryStore(), JsonLimits.DEFAULT.withChangeRetention(5));
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':0}"));
        assertThatThrownBy(() -> db.changes(1)).isInstanceOf(LimitExceededException.class);
        long since = db.lastSeqno();
        ChangeFeed feed = db.changes(since);
        for (int i = 1; i <= 5; i++) {
            db.put("s", json("{'id':" + i + "}"));
        }
        assertThat(feed.take().changes().get(0).key()).isEqualTo(1L);
        ChangeFeed resumed = db.changes(feed.position());
        assertThat(resumed.take().changes().get(0).key()).isEqualTo(2L);
        db.put("s", json("{'id':6}"));
        db.put("s", json("{'id':7}"));
        assertThatThrownBy(() -> db.changes(since))
                .isInstanceOfSatisfying(
                        LimitExceededException.class,
                        e -> assertThat(e.limitName()).isEqualTo("changeRetention"));
        assertThat(resumed.take().changes().get(0).key()).isEqualTo(3L);
    }

    @Test
    void publisher_givesAsMuchAsAsked() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        List<Object> keys = new CopyOnWriteArrayList<>();
        Flow.Subscription[] subscription = new Flow.Subscription[1];
        boolean[] completed = new boolean[1];
        db.changes().publisher().subscribe(new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription s) {
                subscription[0] = s;
                s.request(2);
            }

            @Override
            public void onNext(CommittedChanges item) {
                item.changes().forEach(change -> keys.add(change.key()));
            }

            @Override
            public void onError(Throwable error) {
                keys.add(error);
            }

            @Override
            public void onComplete() {
                completed[0] = true;
            }
        });
        for (int i = 0; i < 4; i++) {
            db.put("s", json("{'id':" + i + "}"));
        }
        await().until(() -> keys.size() == 2);
        subscription[0].request(Long.MAX_VALUE);
        await().until(() -> keys.size() == 4);
        assertThat(keys).containsExactly(0L, 1L, 2L, 3L);
        db.close();
        await().until(() -> completed[0]);
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
}
