package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.ids;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.OrderedStore;
import io.flowdb.Preconditions;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.DatabaseInUseException;
import io.flowdb.error.EngineClosedException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * One database a store. A second one on the same engine worked with the schema as it was at its opening: it did not
 * know a store that the first had made since, wrote documents without entries in an index that the first had made
 * since, and took away an index that the first was building.
 */
class DatabaseInUseTest {
    private final MemoryStore store = new MemoryStore();

    @Test
    void on_whileAnotherIsOpen_isRefused() {
        Instant before = Instant.now();
        JsonDB first = JsonDB.on(store);
        first.createObjectStore("s", "id");
        assertThatThrownBy(() -> JsonDB.on(store)).isInstanceOfSatisfying(DatabaseInUseException.class, e -> {
            assertThat(e.since()).isBetween(before, Instant.now());
            assertThat(e.retryable()).isTrue();
        });
        first.put("s", json("{'id':1}"));
        assertThat(first.count("s")).isEqualTo(1);
    }

    @Test
    void on_engineOfAnOpenDatabase_isRefusedUntilItIsClosed() {
        try (Engine engine = Engine.open(Config.builder().inMemory(true).build())) {
            JsonDB first = JsonDB.on(engine);
            assertThatThrownBy(() -> JsonDB.on(engine)).isInstanceOf(DatabaseInUseException.class);
            first.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
            first.close();
            try (JsonDB second = JsonDB.on(engine)) {
                second.put("s", json("{'id':1,'v':7}"));
                first.close();
                assertThatThrownBy(() -> JsonDB.on(engine))
                        .as("the first gives back its own hold only")
                        .isInstanceOf(DatabaseInUseException.class);
                assertThat(ids(second.getByIndex("s", "v", 7))).containsExactly("1");
            }
        }
        try (JsonDB owner = JsonDB.open(Config.builder().inMemory(true).build())) {
            assertThatThrownBy(() -> JsonDB.on(owner.store())).isInstanceOf(DatabaseInUseException.class);
        }
    }

    /** Wrappers of one engine were different stores. */
    @Test
    void on_wrappersOfOneEngine_isOnTheSameStore() {
        try (Engine engine = Engine.open(Config.builder().inMemory(true).build())) {
            OrderedStore one = new PassThroughStore(engine);
            OrderedStore two = new PassThroughStore(engine);
            try (JsonDB first = JsonDB.on(one)) {
                first.createObjectStore("s", "id");
                assertThatThrownBy(() -> JsonDB.on(two)).isInstanceOf(DatabaseInUseException.class);
                assertThatThrownBy(() -> JsonDB.on(engine)).isInstanceOf(DatabaseInUseException.class);
            }
            try (JsonDB second = JsonDB.on(engine)) {
                assertThat(second.storeNames()).containsExactly("s");
                assertThatThrownBy(() -> JsonDB.on(one)).isInstanceOf(DatabaseInUseException.class);
            }
            JsonDB.on(two).close();
        }
    }

    @Test
    void on_whileTheFirstBuildsAnIndex_leavesTheBuildAlone() {
        JsonDB first = JsonDB.on(store);
        first.createObjectStore("s", "id");
        for (int i = 0; i < 5000; i++) {
            first.put("s", json("{'id':" + i + ",'v':" + i % 10 + "}"));
        }
        AtomicInteger refused = new AtomicInteger();
        store.beforeCommit = () -> {
            assertThatThrownBy(() -> JsonDB.on(store)).isInstanceOf(DatabaseInUseException.class);
            refused.incrementAndGet();
        };
        first.createIndex("s", IndexSchema.of("v", "v"));
        store.beforeCommit = () -> {};
        assertThat(refused.get()).isGreaterThan(3);
        assertThat(first.verifyIndexes("s").problems()).isEmpty();
        assertThat(first.getByIndex("s", "v", 3)).hasSize(500);
    }

    @Test
    void on_thatFails_leavesTheStoreFree() {
        byte[] garbage = "no catalog".getBytes(StandardCharsets.UTF_8);
        store.commit(new WriteBatch().put(Catalog.KEY, garbage), Preconditions.NONE, WriteOptions.DEFAULT);
        assertThatThrownBy(() -> JsonDB.on(store)).isInstanceOf(CorruptionException.class);
        store.commit(new WriteBatch().delete(Catalog.KEY), Preconditions.NONE, WriteOptions.DEFAULT);
        try (JsonDB db = JsonDB.on(store)) {
            assertThat(db.storeNames()).isEmpty();
        }
    }

    @Test
    void on_closedEngine_saysThatItIsClosed() {
        Engine engine = Engine.open(Config.builder().inMemory(true).build());
        JsonDB db = JsonDB.on(engine);
        engine.close();
        assertThatThrownBy(() -> JsonDB.on(engine)).isInstanceOf(EngineClosedException.class);
        db.close();
        assertThatThrownBy(() -> JsonDB.on(engine)).isInstanceOf(EngineClosedException.class);
    }

    /**
     * What was begun before the close must not be committed beside the next database, whose counts and feeds would miss
     * it.
     */
    @Test
    void close_writeUnderWay_isRefusedAndTheNextDatabaseIsAlone() {
        JsonDB first = JsonDB.on(store);
        first.createObjectStore("s", "id");
        first.put("s", json("{'id':1,'v':1}"));
        JsonDB[] second = new JsonDB[1];
        assertThatThrownBy(() -> first.update("s", 1, document -> {
                    first.close();
                    second[0] = JsonDB.on(store);
                    assertThat(second[0].count("s")).isEqualTo(1);
                    return json("{'id':1,'v':2}");
                }))
                .isInstanceOf(EngineClosedException.class);
        assertThat(second[0].get("s", 1)).isEqualTo(json("{'id':1,'v':1}"));
    }

    @Test
    void close_commitUnderWay_waitsForIt() throws Exception {
        JsonDB first = JsonDB.on(store);
        first.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        CountDownLatch committing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        store.beforeCommit = () -> {
            committing.countDown();
            AbstractJsonDbTest.awaitLatch(goOn);
        };
        FutureTask<Object> put = new FutureTask<>(() -> first.put("s", json("{'id':1,'v':5}")));
        new Thread(put).start();
        AbstractJsonDbTest.awaitLatch(committing);
        FutureTask<JsonDB> reopening = new FutureTask<>(() -> {
            first.close();
            return JsonDB.on(store);
        });
        Thread closer = new Thread(reopening);
        closer.start();
        await().until(() -> closer.getState() == Thread.State.WAITING);
        assertThatThrownBy(() -> JsonDB.on(store)).isInstanceOf(DatabaseInUseException.class);
        goOn.countDown();
        assertThat(put.get()).isEqualTo(1L);
        assertThat(ids(reopening.get().getByIndex("s", "v", 5))).containsExactly("1");
    }

    @Test
    void close_fromTwoThreads_bothReturnWhenTheStoreIsFree() throws Exception {
        JsonDB first = JsonDB.on(store);
        first.createObjectStore(StoreSchema.of("n", "id").withAutoIncrement());
        assertThat(first.putAuto("n", json("{}"))).isEqualTo(1L);
        CountDownLatch closing = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        store.beforeCommit = () -> { // writes the counter back
            closing.countDown();
            AbstractJsonDbTest.awaitLatch(goOn);
        };
        FutureTask<Void> one = new FutureTask<>(first::close, null);
        new Thread(one).start();
        AbstractJsonDbTest.awaitLatch(closing);
        FutureTask<JsonDB> two = new FutureTask<>(() -> {
            first.close();
            return JsonDB.on(store);
        });
        Thread second = new Thread(two);
        second.start();
        await().until(() -> second.getState() == Thread.State.WAITING);
        goOn.countDown();
        one.get();
        assertThat(two.get().putAuto("n", json("{}"))).isEqualTo(2L);
    }
}
