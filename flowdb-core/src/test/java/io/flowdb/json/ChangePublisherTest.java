package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.error.ChangeGapException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Subscribers of a change feed: what they are given, and the last word. */
class ChangePublisherTest {
    /** Remembers what it is told, and asks only when the test does. */
    private static class Recorder implements Flow.Subscriber<CommittedChanges> {
        final List<Object> keys = new CopyOnWriteArrayList<>();
        final AtomicReference<Throwable> error = new AtomicReference<>();
        volatile Flow.Subscription subscription;
        volatile boolean completed;

        @Override
        public void onSubscribe(Flow.Subscription s) {
            subscription = s;
        }

        @Override
        public void onNext(CommittedChanges item) {
            item.changes().forEach(change -> keys.add(change.key()));
        }

        @Override
        public void onError(Throwable e) {
            error.set(e);
        }

        @Override
        public void onComplete() {
            completed = true;
        }

        static Recorder on(ChangeFeed feed) {
            Recorder recorder = new Recorder();
            feed.publisher().subscribe(recorder);
            await().until(() -> recorder.subscription != null);
            return recorder;
        }
    }

    /** The documentation said so, but subscribers went on until the database was closed. */
    @Test
    void close_ofAFeed_completesItsSubscribers() {
        JsonDB db = JsonDB.on(new MemoryStore());
        db.createObjectStore("s", "id");
        ChangeFeed feed = db.changes();
        Recorder asking = Recorder.on(feed);
        Recorder idle = Recorder.on(feed);
        asking.subscription.request(10);
        db.put("s", json("{'id':1}"));
        await().until(() -> asking.keys.size() == 1);
        feed.close();
        Recorder late = Recorder.on(feed);

        await().until(() -> asking.completed && idle.completed && late.completed);
        db.put("s", json("{'id':2}"));
        assertThat(asking.keys).containsExactly(1L);
        assertThat(db.isOpen()).isTrue();
    }

    @Test
    void publisher_honoursDemandAndSaysTheLastWordOnce() {
        JsonDB db = JsonDB.on(
                new MemoryStore(), JsonLimits.DEFAULT.withChangeRetention(ChangeRetention.DEFAULT.withCommits(10)));
        db.createObjectStore("s", "id");
        ChangeFeed feed = db.changes();
        Recorder two = Recorder.on(feed);
        Recorder never = Recorder.on(feed);
        Recorder refused = Recorder.on(feed);
        Recorder cancelled = Recorder.on(feed);
        two.subscription.request(2);
        refused.subscription.request(0);
        cancelled.subscription.request(1);
        for (int i = 0; i < 4; i++) {
            db.put("s", json("{'id':" + i + "}"));
        }
        await().until(() -> two.keys.size() == 2 && cancelled.keys.size() == 1 && refused.error.get() != null);
        assertThat(refused.error.get()).isInstanceOf(IllegalArgumentException.class);
        assertThat(refused.keys).isEmpty();
        cancelled.subscription.cancel();
        cancelled.subscription.request(9);
        two.subscription.request(Long.MAX_VALUE);
        two.subscription.request(Long.MAX_VALUE);
        await().until(() -> two.keys.size() == 4);
        assertThat(two.keys).containsExactly(0L, 1L, 2L, 3L);
        assertThat(never.keys).isEmpty();
        assertThatThrownBy(() -> feed.publisher().subscribe(null)).isInstanceOf(NullPointerException.class);
        for (int i = 10; i < 30; i++) {
            db.put("s", json("{'id':" + i + "}"));
            int received = i - 5;
            await().until(() -> two.keys.size() == received); // or it might fall behind as well
        }
        never.subscription.request(1);
        await().until(() -> never.error.get() != null);
        assertThat(never.error.get()).isInstanceOf(ChangeGapException.class);
        Recorder idle = Recorder.on(db.changes());
        db.close();
        await().until(() -> two.completed && idle.completed);
        assertThat(cancelled.keys).hasSize(1);
        assertThat(cancelled.completed).isFalse();
        assertThat(never.completed).isFalse();
        assertThat(refused.completed).isFalse();
    }

    /** The thread died, and the subscriber waited for ever. */
    @Test
    void subscriber_thatThrowsWhatItDoesNotDeclare_isToldOfIt() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            IOException thrown = new IOException("of the subscriber");
            Recorder failing = new Recorder() {
                @Override
                public void onNext(CommittedChanges item) {
                    LiveQueryTest.<RuntimeException>undeclared(thrown);
                }
            };
            db.changes().publisher().subscribe(failing);
            await().until(() -> failing.subscription != null);
            failing.subscription.request(1);
            db.put("s", json("{'id':1}"));
            await().until(() -> failing.error.get() != null);
            assertThat(failing.error.get()).isSameAs(thrown);
        }
    }
}
