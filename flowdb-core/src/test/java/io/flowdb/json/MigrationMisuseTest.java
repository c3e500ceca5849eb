package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * The steps of a migration use the database itself instead of what the migration gives them. Documents were refused, definitions were not: a store that
 * was made so was gone after the migration, as that knew nothing of it, and an index shared its number, and its entries, with one that the migration
 * made.
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
}
