package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.SchemaConflictException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Stores and indexes that are made again, as by a program at each of its starts. */
class RepeatedDefinitionsTest {
    private final MemoryStore store = new MemoryStore();
    private JsonDB db = JsonDB.on(store);

    /**
     * The short form meant "and no indexes": a program that made a store and then an index of it was refused at its
     * second start.
     */
    @Test
    void createObjectStore_byNameAndKeyPath_conflictsOverTheKeyPathAlone() {
        StoreSchema full = StoreSchema.of("s", "id").withAutoIncrement().withTtl(Duration.ofDays(1));
        db.createObjectStore(full);
        for (int start = 0; start < 2; start++) {
            db.createObjectStore("s", "id");
            db.createIndex("s", IndexSchema.of("v", "v"));
            db.close();
            db = JsonDB.on(store);
        }
        assertThat(db.createObjectStore("s", "id")).isEqualTo(full.withIndex("v", "v"));
        assertThatThrownBy(() -> db.createObjectStore("s", "key"))
                .isInstanceOf(SchemaConflictException.class)
                .hasMessageContaining("keyPath is 'id', wanted 'key'");
        assertThatThrownBy(() -> db.createObjectStore(StoreSchema.of("s", "id")))
                .isInstanceOf(SchemaConflictException.class);
    }

    /** Steps were refused what the database itself does without a word: to make what is there already. */
    @Test
    void definition_thatExistsAlready_isLeftAlone() {
        StoreSchema equal = StoreSchema.of("s", "id").withIndex("v", "v").withUniqueIndex("u", "u");
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore(equal);
            db.putAll("s", List.of(json("{'id':1,'v':1,'u':2}"), json("{'id':2,'v':3,'u':4}")));
            db.migrate(List.of(Migration.of(1, "again", m -> {
                m.createObjectStore(equal);
                m.createIndex("s", IndexSchema.unique("u", "u"));
                m.createIndex("s", IndexSchema.of("new", "v"));
                m.createIndex("s", IndexSchema.of("new", "v"));
                assertThatThrownBy(() -> m.createObjectStore(equal)).isInstanceOf(SchemaConflictException.class);
                assertThatThrownBy(() -> m.createIndex("s", IndexSchema.of("u", "u")))
                        .isInstanceOf(SchemaConflictException.class)
                        .hasMessageContaining("index 'u' exists as");
            })));
            assertThat(db.getStore("s").indexes()).extracting(IndexSchema::name).containsExactly("v", "u", "new");
            assertThat(db.count("s")).isEqualTo(2);
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
        }
    }
}
