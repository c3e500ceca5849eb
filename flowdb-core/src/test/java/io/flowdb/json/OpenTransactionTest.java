package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.ids;
import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.TransactionClosedException;
import io.flowdb.error.UniqueViolationException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What holds in a transaction before its commit decides. */
class OpenTransactionTest {
    private JsonDB db;

    @BeforeEach
    void open() {
        db = JsonDB.on(new MemoryStore(() -> 1_000_000_000_000_000L));
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("e", "e").withUniqueIndex("ef", "e", "f"));
        db.put("s", json("{'id':'b','e':1,'f':1}"));
    }

    @AfterEach
    void close() {
        db.close();
    }

    /**
     * Uniqueness is decided by the commit; until then two documents may hold one value. A look-up of the value, and
     * queries that went through it, gave one of them only, the transaction's own, while counts and ranges gave both.
     */
    @Test
    void reads_ofAUniqueValueThatSeveralHold_giveAllOfThem() {
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            t.put("s", json("{'id':'c','e':1,'f':1}"));
            assertHolders(t, List.of("b", "c"));
            t.put("s", json("{'id':'a','e':1,'f':1}"));
            assertHolders(t, List.of("a", "b", "c"));
            t.put("s", json("{'id':'b','e':2}"));
            assertHolders(t, List.of("a", "c"));
            t.delete("s", "a");
            assertHolders(t, List.of("c"));
            t.put("s", json("{'id':'b','e':1,'f':1}"));
            assertHolders(t, List.of("b", "c"));
            assertThatThrownBy(t::commit).isInstanceOf(UniqueViolationException.class);
        }
        assertThat(ids(db.getByIndex("s", "e", 1))).containsExactly("b");
    }

    private static void assertHolders(JsonTransaction t, List<String> holders) {
        assertThat(ids(t.getByIndex("s", "e", 1))).isEqualTo(holders);
        assertThat(ids(t.getByIndex("s", "ef", List.of(1, 1)))).isEqualTo(holders);
        assertThat(ids(t.getByIndex("s", "e", KeyRange.only(1)))).isEqualTo(holders);
        assertThat(ids(t.query("s").whereEq("e", 1).collect())).isEqualTo(holders);
        assertThat(ids(t.query("s").whereIn("e", List.of(0, 1, 7)).collect())).isEqualTo(holders);
        assertThat(ids(t.query("s").whereEq("e", 1).whereEq("f", 1).collect())).isEqualTo(holders);
        assertThat(t.query("s").whereEq("e", 1).count()).isEqualTo(holders.size());
        assertThat(t.query("s").where(Filter.eq("e", 1).or(Filter.eq("e", 9))).count())
                .isEqualTo(holders.size());
    }

    /** It was the set that the transaction asks itself: a store that was added escaped the check of the schema. */
    @Test
    void stores_areNotToBeChanged() {
        db.createObjectStore("t", "id");
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            assertThatThrownBy(() -> t.stores().add("t")).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> t.stores().clear()).isInstanceOf(UnsupportedOperationException.class);
            assertThat(t.stores()).containsExactly("s");
            assertThatThrownBy(() -> t.get("t", 1)).isInstanceOf(StoreNotFoundException.class);
        }
    }

    /** An update whose function ended the transaction returned the new document, which nobody would ever write. */
    @Test
    void update_whoseFunctionEndsTheTransaction_saysSo() {
        List<Consumer<JsonTransaction>> ends =
                List.of(JsonTransaction::abort, JsonTransaction::commit, JsonTransaction::close);
        for (Consumer<JsonTransaction> end : ends) {
            JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s");
            assertThatThrownBy(() -> t.update("s", "b", document -> {
                        end.accept(t);
                        return json("{'id':'b','changed':true}");
                    }))
                    .isInstanceOf(TransactionClosedException.class);
            assertThat(db.get("s", "b")).isEqualTo(json("{'id':'b','e':1,'f':1}"));
        }
    }
}
