package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.FlowDbException;
import io.flowdb.error.InvalidQueryException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.error.TransactionClosedException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JacksonException;

/** What is said of calls that cannot be carried out: which error, and what it names. */
class WrongUseTest {
    private final JsonDB db = JsonDB.on(new MemoryStore());

    /** Without documents nothing was looked at, so what would be refused with one was an empty list. */
    @Test
    void putAll_ofNothing_isRefusedLikeThatOfSomething() {
        db.createObjectStore("s", "id");
        db.createObjectStore("other", "id");
        try (JsonTransaction reader = db.transaction(TransactionMode.READ_ONLY, "s")) {
            assertThatThrownBy(() -> reader.putAll("s", List.of())).isInstanceOf(ReadOnlyTransactionException.class);
        }
        JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s");
        assertThatThrownBy(() -> t.putAll("none", List.of())).isInstanceOf(StoreNotFoundException.class);
        assertThatThrownBy(() -> t.putAll("other", List.of())).isInstanceOf(StoreNotFoundException.class);
        assertThat(t.putAll("s", List.of())).isEmpty();
        t.commit();
        assertThatThrownBy(() -> t.putAll("s", List.of())).isInstanceOf(TransactionClosedException.class);
        assertThatThrownBy(() -> db.putAll("none", List.of())).isInstanceOf(StoreNotFoundException.class);
    }

    record Other(int[] name) {}

    /** Jackson's own error came out, which no handler of the errors of a database catches. */
    @Test
    void document_readAsAnotherType_isATypedErrorWithJacksonsAsItsCause() {
        db.createObjectStore("s", "id");
        db.put("s", json("{'id':1,'name':'secret'}"));
        try (JsonTransaction t = db.transaction(TransactionMode.READ_ONLY, "s")) {
            for (ThrowingCallable call : List.<ThrowingCallable>of(
                    () -> db.getDoc("s", 1, Other.class),
                    () -> db.query("s").collect(Other.class),
                    () -> t.getDoc("s", 1, Other.class),
                    () -> t.query("s").collect(Other.class))) {
                assertThatThrownBy(call)
                        .isInstanceOf(InvalidQueryException.class)
                        .hasMessageContaining(Other.class.getName())
                        .hasMessageNotContaining("secret")
                        .hasCauseInstanceOf(JacksonException.class);
            }
        }
        assertThatThrownBy(() -> db.putDoc("s", new Object() {
                    public String getName() {
                        throw new IllegalStateException("on purpose");
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(getClass().getName())
                .hasCauseInstanceOf(JacksonException.class);
        assertThat(db.count("s")).isEqualTo(1);
    }

    /** The message allowed letters, which those of other alphabets are, too. */
    @Test
    void name_withOtherLetters_isToldWhichAreAllowed() {
        assertThatThrownBy(() -> db.createObjectStore("\u00e9", "id"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ASCII letters");
    }

    /** A closed cursor said that it was at the end. */
    @Test
    void cursor_afterItsClose_saysSo() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        db.put("s", json("{'id':1,'v':2}"));
        List<Consumer<JsonCursor>> uses = List.of(
                JsonCursor::next,
                cursor -> cursor.advance(1),
                cursor -> cursor.continueTo(1),
                cursor -> cursor.continuePrimaryKey(1, 1),
                JsonCursor::key,
                JsonCursor::primaryKey,
                JsonCursor::value,
                cursor -> cursor.update(json("{'id':1}")),
                JsonCursor::delete);
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), t -> {
            for (DocumentOperations operations : List.of(db, t)) {
                JsonCursor cursor = operations.openCursor("s", "v", KeyRange.all(), CursorDirection.NEXT);
                assertThat(cursor.next()).isTrue();
                assertThatThrownBy(() -> cursor.advance(0))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("count = 0 (allowed: 1 or more)");
                cursor.close();
                cursor.close();
                for (Consumer<JsonCursor> use : uses) {
                    assertThatThrownBy(() -> use.accept(cursor))
                            .isInstanceOfAny(IllegalStateException.class, FlowDbException.class);
                }
                assertThatThrownBy(cursor::next)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessage("the cursor is closed");
            }
            return null;
        });
        assertThat(db.count("s")).isEqualTo(1);
    }

    @Test
    void filter_withoutItsOperand_isRefusedByName() {
        assertMissing("text", () -> Filter.startsWith("a", null));
        assertMissing("text", () -> Filter.containsIgnoreCase("a", null));
        assertMissing("pattern", () -> Filter.like("a", null));
        assertMissing("regex", () -> Filter.regex("a", null));
        assertMissing("range", () -> Filter.range("a", null));
        assertMissing("prefix", () -> KeyRange.prefix(null));
        assertMissing("filter", () -> Filter.not(null));
        assertMissing("filter", () -> Filter.and(Arrays.asList((Filter) null)));
    }

    private static void assertMissing(String name, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOf(NullPointerException.class).hasMessage(name);
    }
}
