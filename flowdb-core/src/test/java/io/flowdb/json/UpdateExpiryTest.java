package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.FlowRecord;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * When a document expires after it was changed. The update of a cursor took the document's own time to live away, which
 * the other updates keep.
 */
class UpdateExpiryTest {
    private static final long SECOND = 1_000_000;
    private static final Map<String, BiConsumer<JsonTransaction, String>> UPDATES = Map.of(
            "update", (t, store) -> t.update(store, 1, document -> ((ObjectNode) document).put("v", "new")),
            "patch", (t, store) -> t.patch(store, 1, json("{'v':'new'}")),
            "cursor on the store",
                    (t, store) -> {
                        try (JsonCursor cursor = t.openCursor(store, KeyRange.only(1), CursorDirection.NEXT)) {
                            assertThat(cursor.next()).isTrue();
                            cursor.update(json("{'id':1,'v':'new'}"));
                        }
                    },
            "cursor on an index",
                    (t, store) -> {
                        try (JsonCursor cursor = t.openCursor(store, "v", KeyRange.only("old"), CursorDirection.PREV)) {
                            assertThat(cursor.next()).isTrue();
                            cursor.update(json("{'id':1,'v':'new'}"));
                        }
                    });

    private final AtomicLong clock = new AtomicLong(1_000 * SECOND);
    private final MemoryStore store = new MemoryStore(clock::get);
    private final JsonDB db = JsonDB.on(store, JsonLimits.DEFAULT, clock::get);

    @BeforeEach
    void create() {
        db.createObjectStore(StoreSchema.of("plain", "id").withIndex("v", "v"));
        db.createObjectStore(StoreSchema.of("hourly", "id").withIndex("v", "v").withTtl(Duration.ofHours(1)));
    }

    private long expiry(DocumentOperations of, String store) {
        return of.getWithMeta(store, 1).map(DocumentMeta::expireAtMicros).orElseThrow();
    }

    @Test
    void updates_keepTheDocumentsOwnExpiryOrStartThatOfTheStoreAnew() {
        UPDATES.forEach((name, update) -> {
            long written = clock.get();
            for (String store : List.of("plain", "hourly")) {
                db.put(store, json("{'id':1,'v':'old'}"), PutOptions.ttl(Duration.ofSeconds(60)));
            }
            clock.addAndGet(10 * SECOND);
            long updated = clock.get();
            db.inTransaction(TransactionMode.READ_WRITE, List.of("plain", "hourly"), t -> {
                update.accept(t, "plain");
                update.accept(t, "hourly");
                assertThat(expiry(t, "plain")).as(name).isEqualTo(written + 60 * SECOND);
                return null;
            });
            assertThat(expiry(db, "plain")).as(name).isEqualTo(written + 60 * SECOND);
            assertThat(expiry(db, "hourly")).as(name).isEqualTo(updated + 3600 * SECOND);
            assertThat(db.getByIndex("plain", "v", "new")).as(name).hasSize(1);
            assertThat(db.verifyIndexes("plain").problems()).as(name).isEmpty();
            assertThat(db.verifyIndexes("hourly").problems()).as(name).isEmpty();
            clock.set(written + 60 * SECOND);
            assertThat(db.getByIndex("plain", "v", "new")).as(name).isEmpty();
            assertThat(db.exists("hourly", 1)).as(name).isTrue();
        });
    }

    @Test
    void put_replacesTheExpiry() {
        db.put("plain", json("{'id':1,'v':'old'}"), PutOptions.ttl(Duration.ofSeconds(60)));
        db.put("plain", json("{'id':1,'v':'new'}"));
        assertThat(expiry(db, "plain")).isEqualTo(FlowRecord.NEVER);
        db.put("hourly", json("{'id':1,'v':'old'}"), PutOptions.withoutExpiry());
        db.putAll("hourly", List.of(json("{'id':1,'v':'new'}")));
        assertThat(expiry(db, "hourly")).isEqualTo(clock.get() + 3600 * SECOND);
    }

    /** What was deleted behind the back of a cursor is stored as by a put. */
    @Test
    void cursorUpdate_ofADeletedDocument_storesIt() {
        db.put("hourly", json("{'id':1,'v':'old'}"), PutOptions.ttl(Duration.ofSeconds(60)));
        db.inTransaction(TransactionMode.READ_WRITE, List.of("hourly"), t -> {
            try (JsonCursor cursor = t.openCursor("hourly", KeyRange.all(), CursorDirection.NEXT)) {
                assertThat(cursor.next()).isTrue();
                t.delete("hourly", 1);
                cursor.update(json("{'id':1,'v':'new'}"));
            }
            return null;
        });
        assertThat(expiry(db, "hourly")).isEqualTo(clock.get() + 3600 * SECOND);
    }
}
