package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.ConflictException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Reads of documents that expire while the transaction goes on. Whoever stored another document under the key of one
 * that had expired left the old index entries alone, so a transaction from before, which saw those and not the
 * document, was committed as if it had read nothing that was changed: two transactions could each overlook what the
 * other did. Found by the replay of 50,000 transactions.
 */
class ExpiringReadsTest {
    private static final long EXPIRY = 10;

    private final AtomicLong clock = new AtomicLong(1);
    private final MemoryStore store = new MemoryStore(clock::get);
    private JsonDB db = JsonDB.on(store, JsonLimits.DEFAULT, clock::get);

    /** Reads of the index entry with the value 2 that do not read the document. */
    private static final Map<String, Function<JsonTransaction, Object>> READS = Map.of(
            "count by a multi-entry index", t -> t.query("s").whereEq("tags", 2).count(),
            "exists", t -> t.query("s").whereRange("v", 2, 3).exists(),
            "count by a unique index", t -> t.query("s").whereEq("u", 2).count(),
            "count by a range of a unique index",
                    t -> t.query("s").whereRange("u", 2, 3).count(),
            "cursor",
                    t -> {
                        try (JsonCursor cursor =
                                t.openCursor("s", "tags", KeyRange.only(2), CursorDirection.PREVUNIQUE)) {
                            return cursor.next();
                        }
                    });

    @BeforeEach
    void create() {
        db.createObjectStore(StoreSchema.of("s", "id")
                .withIndex("v", "v")
                .withUniqueIndex("u", "u")
                .withMultiEntryIndex("tags", "tags"));
    }

    private void putExpiring() {
        clock.set(1);
        db.clear("s");
        Duration ttl = Duration.ofNanos(1000 * (EXPIRY - 1));
        db.put("s", json("{'id':7,'v':2,'u':2,'tags':[1,2]}"), PutOptions.ttl(ttl));
    }

    @Test
    void commit_afterAReadOfAnEntryWhoseDocumentIsStoredAnew_conflicts() {
        READS.forEach((name, read) -> {
            putExpiring();
            try (JsonTransaction early = db.transaction(TransactionMode.READ_WRITE, "s")) {
                assertThat(read.apply(early)).as(name).isIn(1L, true);
                clock.set(EXPIRY + 1);
                db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), late -> {
                    assertThat(late.exists("s", 1)).isFalse();
                    return late.put("s", json("{'id':7,'v':3,'u':3,'tags':[3]}"));
                });
                early.put("s", json("{'id':1}"));
                assertThatThrownBy(early::commit).as(name).isInstanceOf(ConflictException.class);
            }
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
        });
    }

    /** Expiry alone is no change. */
    @Test
    void commit_afterAReadOfAnEntryThatExpires_isDone() {
        READS.forEach((name, read) -> {
            putExpiring();
            db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
                assertThat(read.apply(t)).as(name).isIn(1L, true);
                clock.set(EXPIRY + 1);
                return t.put("s", json("{'id':1}"));
            });
            assertThat(db.count("s")).isEqualTo(1);
        });
    }

    /**
     * The first count came when the documents had expired, while a delete went on that saw them still: they were
     * subtracted from a number they were not in, and the number stayed below zero.
     */
    @Test
    void count_firstAskedWhileADeleteRemovesWhatHasExpired_isRight() {
        List<Consumer<JsonDB>> deletes = List.of(
                d -> d.deleteRange("s", KeyRange.lowerBound(2)),
                d -> d.query("s").whereRange("v", 2, null).delete());
        for (Consumer<JsonDB> delete : deletes) {
            putExpiring();
            db.close();
            db = JsonDB.on(store, JsonLimits.DEFAULT, clock::get); // which has counted nothing
            db.put("s", json("{'id':1,'v':1,'u':1}"));
            AtomicBoolean counted = new AtomicBoolean();
            store.duringStep = () -> {
                if (counted.compareAndSet(false, true)) {
                    clock.set(EXPIRY + 1);
                    assertThat(db.count("s")).isEqualTo(1);
                }
            };
            delete.accept(db);
            store.duringStep = () -> {};

            assertThat(counted).isTrue();
            assertThat(db.count("s")).isEqualTo(1);
            assertThat(db.query("s").count()).isEqualTo(1);
        }
    }
}
