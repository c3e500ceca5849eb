package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.error.EngineClosedException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Live queries whose listeners do what they should not, or what they may. */
class LiveQueryTest {
    private JsonDB db;

    @BeforeEach
    void open() {
        db = JsonDB.on(new MemoryStore(() -> 1_000_000_000_000_000L));
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'v':1}"));
        db.put("s", json("{'id':2,'v':1}"));
    }

    @AfterEach
    void close() {
        db.close();
    }

    /**
     * A listener may change the documents it is given. The next result was compared with what the listener had made of
     * the one before: a commit that did the same as the listener was not given out.
     */
    @Test
    void listener_thatChangesItsResult_isToldOfTheSameChangeOfTheStore() throws InterruptedException {
        BlockingQueue<List<JsonNode>> results = new LinkedBlockingQueue<>();
        try (LiveQuery live = db.observe(db.query("s"), rows -> {
            results.add(rows.stream().map(JsonNode::deepCopy).toList());
            rows.removeIf(row -> row.get("id").intValue() == 1);
            rows.forEach(row -> ((ObjectNode) row).put("v", 2));
        })) {
            assertThat(results.poll(60, TimeUnit.SECONDS)).hasSize(2);
            db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
                t.put("s", json("{'id':2,'v':2}"));
                return t.delete("s", 1);
            });
            assertThat(results.poll(60, TimeUnit.SECONDS)).containsExactly(json("{'id':2,'v':2}"));
            assertThat(live.isOpen()).isTrue();
        }
    }

    /** A query of a transaction was read by the thread of the live query, beside the one that used the transaction. */
    @Test
    void observe_queryOfATransactionOrAnotherDatabase_isRefused() {
        try (JsonDB other = JsonDB.on(new MemoryStore());
                JsonTransaction t = db.transaction(TransactionMode.READ_ONLY, "s")) {
            other.createObjectStore("s", "id");
            for (JsonQuery query : List.of(t.query("s"), other.query("s"))) {
                assertThatThrownBy(() -> db.observe(query, rows -> {})).isInstanceOf(IllegalArgumentException.class);
            }
            JsonDB following = JsonDB.following(() -> db);
            following.observe(db.query("s"), rows -> {}).close();
            db.observe(following.query("s"), rows -> {}).close();
        }
    }

    /** An interrupt that the listener left set ended the live query without a word. */
    @Test
    void listener_thatLeavesItsThreadInterrupted_isCalledAgain() throws InterruptedException {
        BlockingQueue<List<JsonNode>> results = new LinkedBlockingQueue<>();
        try (LiveQuery live = db.observe(db.query("s").whereEq("v", 2), rows -> {
            results.add(rows);
            Thread.currentThread().interrupt();
        })) {
            for (int i = 0; i < 3; i++) {
                assertThat(results.poll(60, TimeUnit.SECONDS)).hasSize(i);
                db.put("s", json("{'v':2}").put("id", 10 + i));
            }
            assertThat(live.isOpen()).isTrue();
        }
    }

    /** The listener was called with what the query had found, long after its owner had closed the query. */
    @Test
    void listener_ofAQueryThatIsClosedWhileItIsAsked_isNotCalled() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);
        AtomicReference<Thread> asking = new AtomicReference<>();
        JsonDB held = JsonDB.on(new MemoryStore(() -> {
            if (Thread.currentThread().getName().equals("flowdb-live-query")) {
                asking.set(Thread.currentThread());
                awaitLatch(closed);
            }
            return 1_000_000_000_000_000L;
        }));
        held.createObjectStore("s", "id");
        AtomicInteger calls = new AtomicInteger();
        LiveQuery live = held.observe(held.query("s"), rows -> calls.incrementAndGet());
        await().until(() -> asking.get() != null);

        live.close();
        closed.countDown();

        asking.get().join();
        assertThat(calls).hasValue(0);
        held.close();
    }

    /** As code in Kotlin may. It ended without a word. */
    @Test
    void listener_thatThrowsWhatItDoesNotDeclare_isTheFailure() {
        for (Exception thrown : List.of(new IOException("of the listener"), new InterruptedException())) {
            LiveQuery live = db.observe(db.query("s"), rows -> LiveQueryTest.<RuntimeException>undeclared(thrown));
            await().until(() -> !live.isOpen());
            assertThat(live.failure()).isSameAs(thrown);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @SuppressWarnings("unchecked")
    static <E extends Exception> void undeclared(Exception thrown) throws E {
        throw (E) thrown;
    }

    /** A listener that met another database that was closed looked as if its own had been. */
    @Test
    void listener_thatUsesAClosedDatabase_isTheFailure() throws InterruptedException {
        JsonDB other = JsonDB.on(new MemoryStore());
        other.close();
        CountDownLatch ended = new CountDownLatch(1);
        LiveQuery live = db.observe(db.query("s"), rows -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> {});
            try {
                other.count("s");
            } finally {
                ended.countDown();
            }
        });
        assertThat(ended.await(60, TimeUnit.SECONDS)).isTrue();
        await().untilAsserted(() -> assertThat(live.isOpen()).isFalse());
        assertThat(live.failure()).isInstanceOf(EngineClosedException.class);

        LiveQuery quiet = db.observe(db.query("s"), rows -> {});
        db.close();
        await().untilAsserted(() -> assertThat(quiet.isOpen()).isFalse());
        assertThat(quiet.failure()).isNull();
    }

    /** The query belongs to the thread that made it, which may go on with it. */
    @Test
    void query_changedAfterObserve_isObservedAsItWas() throws InterruptedException {
        BlockingQueue<List<JsonNode>> results = new LinkedBlockingQueue<>();
        JsonQuery query = db.query("s").orderBy("id", Direction.DESC).limit(5).projection("id");
        try (LiveQuery live = db.observe(query, results::add)) {
            query.whereEq("v", 77).limit(0).offset(1).projection("v");
            assertThat(results.poll(60, TimeUnit.SECONDS)).containsExactly(json("{'id':2}"), json("{'id':1}"));
            db.put("s", json("{'id':3,'v':1}"));
            assertThat(results.poll(60, TimeUnit.SECONDS))
                    .containsExactly(json("{'id':3}"), json("{'id':2}"), json("{'id':1}"));
            assertThat(live.failure()).isNull();
        }
    }

    /**
     * After an {@link Error} of its listener a live query said that it was open, though nobody would call the listener
     * again.
     */
    @Test
    void listener_thatThrowsAnError_endsTheQuery() throws InterruptedException {
        CountDownLatch uncaught = new CountDownLatch(1);
        LiveQuery live = db.observe(db.query("s"), rows -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, error) -> uncaught.countDown());
            throw new AssertionError("of the listener");
        });
        assertThat(uncaught.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(live.isOpen()).isFalse();
        assertThat(live.failure()).isInstanceOf(AssertionError.class).hasMessage("of the listener");
    }
}
