package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.TransactionClosedException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * The steps of a migration use the database itself instead of what the migration gives them. Documents were refused,
 * definitions were not: a store that was made so was gone after the migration, as that knew nothing of it, and an index
 * shared its number, and its entries, with one that the migration made.
 */
class MigrationMisuseTest {
    private static final List<Consumer<JsonDB>> USES = List.of(
            db -> db.createObjectStore("more", "id"),
            db -> db.createObjectStore("s", "id"),
            db -> db.createIndex("s", IndexSchema.of("w", "w")),
            db -> db.createIndex("s", IndexSchema.of("v", "v")),
            db -> db.deleteIndex("s", "v"),
            db -> db.deleteObjectStore("s"),
            db -> db.applyStore(StoreSchema.of("s", "id").withIndex("w", "w")),
            db -> db.applySchemas(List.of(StoreSchema.of("more", "id")), SchemaMode.SYNC),
            db -> db.migrate(List.of(Migration.of(2, "inner", m -> {}))),
            db -> db.put("s", json("{'id':5}")),
            db -> db.deleteRange("s", KeyRange.all()),
            db -> db.changes());

    @Test
    void database_usedInsideAMigration_isRefused() {
        for (Consumer<JsonDB> use : USES) {
            MemoryStore store = new MemoryStore();
            try (JsonDB db = JsonDB.on(store)) {
                db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
                db.putAll("s", List.of(json("{'id':1,'v':1,'w':2}"), json("{'id':2,'v':3,'w':4}")));

                assertThat(db.migrate(List.of(Migration.of(1, "outer", m -> {
                            assertThatThrownBy(() -> use.accept(db))
                                    .isInstanceOf(IllegalStateException.class)
                                    .hasMessageContaining("migration");
                            m.createIndex("s", IndexSchema.of("x", "id"));
                            m.createObjectStore(StoreSchema.of("t", "id"));
                        }))))
                        .isEqualTo(1);

                assertThat(db.storeNames()).containsExactly("s", "t");
                assertThat(db.getStore("s").indexes())
                        .extracting(IndexSchema::name)
                        .containsExactly("v", "x");
                assertThat(db.schemaVersion()).isEqualTo(1);
                assertThat(db.count("s")).isEqualTo(2);
                assertThat(db.verifyIndexes("s").problems()).isEmpty();
                db.createIndex("s", IndexSchema.of("w", "w"));
                assertThat(db.getByIndex("s", "w", 4)).hasSize(1);
            }
        }
    }

    /** It was committed, and the migration, which had not seen it, wrote over it and left its index entries. */
    @Test
    void transactionFromBefore_committedInsideAMigration_isRefusedAndCanBeAborted() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", IndexOption.unique(), "v"));
            db.put("s", json("{'id':1,'v':1}"));
            JsonTransaction before = db.transaction(TransactionMode.READ_WRITE, "s");
            before.put("s", json("{'id':1,'v':11}"));

            db.migrate(List.of(Migration.of(1, "outer", m -> {
                assertThatThrownBy(before::commit)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("migration");
                before.abort();
                m.documents().update("s", 1, document -> json("{'id':1,'v':2}"));
            })));

            assertThat(db.get("s", 1)).isEqualTo(json("{'id':1,'v':2}"));
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
            db.put("s", json("{'id':3,'v':11}"));
        }
    }

    private static final List<Consumer<MigrationTransaction>> USES_IN_AN_UPDATE = List.of(
            m -> m.createIndex("s", IndexSchema.unique("w", "w")),
            m -> m.createIndex("s", IndexSchema.of("w", "w")),
            m -> m.deleteIndex("s", "v"),
            m -> {
                m.deleteObjectStore("s");
                m.createObjectStore(StoreSchema.of("s", "id"));
            });

    /** The document got the entries of the schema of before, so a unique index held less than the store. */
    @Test
    void schema_changedInTheFunctionOfAnUpdate_isRefused() {
        for (Consumer<MigrationTransaction> use : USES_IN_AN_UPDATE) {
            try (JsonDB db = JsonDB.on(new MemoryStore())) {
                db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
                db.putAll("s", List.of(json("{'id':1,'v':1,'w':1}"), json("{'id':2,'v':3,'w':2}")));

                db.migrate(List.of(Migration.of(1, "caught", m -> {
                    assertThatThrownBy(() -> m.documents().update("s", 1, document -> {
                                use.accept(m);
                                return json("{'id':1,'v':2,'w':2}");
                            }))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("'s'");
                    m.createObjectStore(StoreSchema.of("t", "id"));
                    m.documents().put("t", json("{'id':7}"));
                    m.documents().update("t", 7, document -> {
                        m.createIndex("s", IndexSchema.of("other", "id"));
                        return json("{'id':7,'a':1}");
                    });
                })));

                assertThat(db.verifyIndexes("s").problems()).isEmpty();
                assertThat(db.get("s", 1)).isIn(null, json("{'id':1,'v':1,'w':1}"));
                assertThat(db.get("t", 7)).isEqualTo(json("{'id':7,'a':1}"));
            }
        }
    }

    /** The cursor stood on a document of the old store; what it wrote went to the new one. */
    @Test
    void cursor_overAStoreThatIsDeletedAndCreatedAgain_writesNothing() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore("s", "id");
            db.put("s", json("{'id':1,'v':1}"));

            db.migrate(List.of(Migration.of(1, "again", m -> {
                try (JsonCursor cursor = m.documents().openCursor("s", KeyRange.all(), CursorDirection.NEXT)) {
                    assertThat(cursor.next()).isTrue();
                    m.deleteObjectStore("s");
                    m.createObjectStore(StoreSchema.of("s", "id"));
                    assertThatThrownBy(() -> cursor.update(json("{'id':1,'v':2}")))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("'s'");
                    assertThatThrownBy(cursor::delete).isInstanceOf(IllegalStateException.class);
                }
            })));

            assertThat(db.count("s")).isZero();
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
        }
    }

    /** They went on with the documents of the deleted store, and with entries that no change keeps up to date. */
    @Test
    void walks_overWhatTheMigrationDeletes_endTyped() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
            db.putAll("s", List.of(json("{'id':1,'v':1}"), json("{'id':2,'v':2}"), json("{'id':3,'v':3}")));

            db.migrate(List.of(Migration.of(1, "deletes", m -> {
                DocumentOperations documents = m.documents();
                try (DocumentScan scan = documents.scan("s");
                        JsonCursor cursor = documents.openCursor("s", KeyRange.all(), CursorDirection.NEXT);
                        JsonCursor ofIndex = documents.openCursor("s", "v", KeyRange.all(), CursorDirection.PREV);
                        Stream<JsonNode> stream = documents.query("s").stream()) {
                    Iterator<JsonNode> streamed = stream.iterator();
                    assertThat(scan.next().key()).isEqualTo(1L);
                    assertThat(cursor.next()).isTrue();
                    assertThat(ofIndex.next()).isTrue();
                    assertThat(streamed.next()).isEqualTo(json("{'id':1,'v':1}"));

                    m.deleteIndex("s", "v");
                    assertThatThrownBy(ofIndex::next)
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining("'v'");
                    assertThat(cursor.next()).isTrue();
                    assertThat(cursor.value()).isEqualTo(json("{'id':2,'v':2}"));

                    m.deleteObjectStore("s");
                    m.createObjectStore(StoreSchema.of("s", "id"));
                    for (ThrowingCallable step : List.<ThrowingCallable>of(
                            scan::next, cursor::next, cursor::value, ofIndex::next, streamed::next)) {
                        assertThatThrownBy(step)
                                .isInstanceOf(IllegalStateException.class)
                                .hasMessageContaining("'s'");
                    }
                }
            })));

            assertThat(db.count("s")).isZero();
        }
    }

    private static final List<Consumer<MigrationTransaction>> LATE_USES = List.of(
            m -> m.createObjectStore(StoreSchema.of("more", "id")),
            m -> m.createObjectStore(StoreSchema.of("s", "id")),
            m -> m.createIndex("s", IndexSchema.of("w", "w")),
            m -> m.deleteIndex("s", "v"),
            m -> m.deleteObjectStore("s"),
            m -> m.getStore("s"),
            MigrationTransaction::storeNames,
            m -> m.documents().put("s", json("{'id':5}")),
            m -> m.documents().get("s", 1),
            m -> m.documents().scan("s"),
            m -> m.documents().query("s").count(),
            m -> m.documents().clear("s"));

    /**
     * A migration that was kept after its end went on: an index that it made then was published without the schema lock
     * and got the number of one that was made meanwhile, so both had the entries of both, and the next change of the
     * schema emptied the good one.
     */
    @Test
    void migration_usedAfterItsEnd_isRefusedTyped() {
        for (Consumer<MigrationTransaction> use : LATE_USES) {
            MemoryStore store = new MemoryStore();
            try (JsonDB db = JsonDB.on(store)) {
                db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
                db.putAll("s", List.of(json("{'id':1,'v':1,'w':2}"), json("{'id':2,'v':3,'w':4}")));
                AtomicReference<MigrationTransaction> kept = new AtomicReference<>();
                AtomicReference<DocumentScan> walk = new AtomicReference<>();
                assertThatThrownBy(() -> db.migrate(List.of(Migration.of(1, "fails", m -> {
                            kept.set(m);
                            throw new IllegalStateException("on purpose");
                        }))))
                        .hasMessage("on purpose");
                assertRefused(() -> use.accept(kept.get()), "aborted");
                db.migrate(List.of(Migration.of(1, "succeeds", m -> {
                    kept.set(m);
                    walk.set(m.documents().scan("s"));
                })));
                db.createIndex("s", IndexSchema.of("good", "id"));

                assertRefused(() -> use.accept(kept.get()), "committed");
                assertRefused(() -> walk.get().next(), "committed");

                db.createObjectStore("other", "id");
                assertThat(db.storeNames()).containsExactly("other", "s");
                assertThat(db.count("s")).isEqualTo(2);
                assertThat(db.verifyIndexes("s").problems()).isEmpty();
                assertThat(db.getByIndex("s", "good", 1)).hasSize(1);
                MigrationIndexTest.assertNothingLeftBehind(store, db);
            }
        }
    }

    private static void assertRefused(ThrowingCallable use, String outcome) {
        assertThatThrownBy(use).isInstanceOf(TransactionClosedException.class).hasMessageContaining(outcome);
    }
}
