package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Preconditions;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.CorruptionException;
import io.flowdb.internal.json.KeyLayout;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/**
 * The document layer's own records are read with bytes that it would never write, as another version might: a
 * {@link CorruptionException} says which record it was. All of these once ended in exceptions of the JDK.
 */
class CraftedRecordsTest {
    private final MemoryStore store = new MemoryStore(() -> 1_000_000L);

    private JsonDB open() {
        return JsonDB.on(store, JsonLimits.DEFAULT, () -> 1_000_000L);
    }

    private void createStore() {
        try (JsonDB db = open()) {
            db.createObjectStore(StoreSchema.of("numbered", "n").withAutoIncrement());
        }
    }

    private void put(byte[] key, byte[] value) {
        store.commit(new WriteBatch().put(key, value), Preconditions.NONE, WriteOptions.DEFAULT);
    }

    private void changeCatalog(Function<String, String> change) {
        byte[] stored = store.latest().get(KeyLayout.catalog()).value();
        String changed = change.apply(new String(stored, StandardCharsets.UTF_8));
        put(KeyLayout.catalog(), changed.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void catalog_ttlThatIsNoDuration_isCorrupt() {
        createStore();
        changeCatalog(text -> text.replace("\"ttl\":null", "\"ttl\":\"a day\""));

        assertThatThrownBy(this::open).isInstanceOf(CorruptionException.class).hasMessageContaining("document catalog");
    }

    @Test
    void counter_ofOtherLength_isCorrupt() {
        createStore();
        put(KeyLayout.counter(1), new byte[3]);
        JsonDB db = open();

        assertThatThrownBy(() -> db.putAuto("numbered", json("{'v':1}")))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("counter of store 'numbered'");
    }

    @Test
    void changeRecord_emptyOrOfShortKey_isCorrupt() {
        ChangeRecords records = new ChangeRecords(store);
        put(KeyLayout.changes(7, 0), new byte[0]);
        assertThatThrownBy(records::list)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("change record");

        put(KeyLayout.changes(7, 0), new byte[] {1});
        put(new byte[] {5, 0, 0, 0, 0, 0, 0, 0, 0, 9}, new byte[] {1});
        assertThatThrownBy(records::list)
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining("change record");
    }
}
