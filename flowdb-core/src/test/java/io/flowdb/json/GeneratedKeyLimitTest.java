package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.ConflictException;
import io.flowdb.error.InvalidKeyException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.UniqueViolationException;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keys that documents bring along and the counter of their store, by the rule of IndexedDB: a number moves the counter
 * behind its integer part, and from 2^53 on none is left to be generated. Integers from 2^63 on did not move it at all,
 * and a write that failed could end it.
 */
class GeneratedKeyLimitTest {
    private static final long LARGEST = 1L << 53;

    private final MemoryStore store = new MemoryStore();
    private JsonDB db = JsonDB.on(store);

    @BeforeEach
    void create() {
        db.createObjectStore(StoreSchema.of("n", "id").withAutoIncrement().withUniqueIndex("u", "u"));
        db.createObjectStore(StoreSchema.of("other", "id").withAutoIncrement());
    }

    private Object generated() {
        return db.putAuto("n", json("{}"));
    }

    private void assertExhausted() {
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(this::generated)
                .satisfies(e -> assertThat(e.limitName()).isEqualTo("generated key"))
                .satisfies(e -> assertThat(e.limit()).isEqualTo(LARGEST))
                .satisfies(e -> assertThat(e.store()).isEqualTo("n"));
    }

    /** Documents that came and went in one transaction left no trace, and their keys were handed out again. */
    @Test
    void transaction_thatDeletesWhatItBringsAlong_movesTheCounterAllTheSame() {
        List<Consumer<JsonTransaction>> deletions = List.of(
                t -> t.clear("n"),
                t -> t.deleteRange("n", KeyRange.all()),
                t -> t.query("n").delete(),
                t -> t.getAllKeys("n", KeyRange.all(), 100).forEach(key -> t.delete("n", key)),
                t -> {
                    try (JsonCursor cursor = t.openCursor("n", KeyRange.all(), CursorDirection.NEXT)) {
                        while (cursor.next()) {
                            cursor.delete();
                        }
                    }
                });
        long last = 0;
        for (Consumer<JsonTransaction> deletion : deletions) {
            long brought = last + 40;
            Object made = db.inTransaction(TransactionMode.READ_WRITE, List.of("n"), t -> {
                t.put("n", json("{'id':" + brought + "}"));
                Object key = t.putAuto("n", json("{}"));
                deletion.accept(t);
                return key;
            });
            assertThat(made).isEqualTo(brought + 1);
            db.close();
            db = JsonDB.on(store);
            last = (Long) generated();
            assertThat(last).isGreaterThan((Long) made);
        }
        db.inTransaction(TransactionMode.READ_WRITE, List.of("n"), t -> {
            t.put("n", json("{'id':" + LARGEST + "}"));
            return t.delete("n", LARGEST);
        });
        assertExhausted();
    }

    /** A store that is told to make keys had begun at 1 and tried one key after the other until one was free. */
    @Test
    void storeThatMakesKeysFromNowOn_beginsBehindTheLargestItHas() {
        StoreSchema silent = StoreSchema.of("late", "id");
        db.createObjectStore(silent);
        db.putAll("late", List.of(json("{'id':-3}"), json("{'id':70.5}"), json("{'id':'x'}"), json("{'id':1e300}")));
        db.applyStore(silent.withAutoIncrement());
        assertThat(db.putAuto("late", json("{}"))).isEqualTo(71L);

        db.applyStore(silent);
        db.put("late", json("{'id':500}"));
        db.applyStore(silent.withAutoIncrement());
        assertThat(db.putAuto("late", json("{}"))).isEqualTo(501L);
        db.delete("late", 501);
        db.close();
        db = JsonDB.on(store);
        assertThat(db.putAuto("late", json("{}"))).isEqualTo(502L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "9007199254740992",
                "9007199254740993",
                "9007199254740993.5",
                "9223372036854775807",
                "9223372036854775808",
                "1e300",
                "1e400"
            })
    void explicitKey_fromTheLargestOn_leavesNoKeyToBeGenerated(String key) {
        long count = 1;
        generated();
        db.put("n", json("{'id':" + key + "}"));
        assertExhausted();
        assertThat(db.count("n")).isEqualTo(count + 1);
        assertThat(db.putAuto("other", json("{}"))).isEqualTo(1L);
        MemoryStore crashed = store.image();
        db.close();
        for (MemoryStore image : List.of(crashed, store)) {
            db = JsonDB.on(image);
            assertExhausted();
            db.put("n", json("{'id':5}"));
        }
    }

    @Test
    void explicitKey_belowTheLargest_leavesTheRest() {
        db.put("n", json("{'id':9007199254740990}"));
        assertThat(generated()).isEqualTo(LARGEST - 1);
        assertThat(generated()).isEqualTo(LARGEST);
        assertExhausted();
    }

    @Test
    void explicitKey_thatIsNoPositiveInteger_countsByItsIntegerPart() {
        for (String key : List.of("-7", "0", "-1e400", "true", "'200'", "[300]", "0.9", "1e-400")) {
            db.put("n", json("{'id':" + key + "}"));
        }
        assertThat(generated()).isEqualTo(1L);
        db.put("n", json("{'id':100.5}"));
        assertThat(generated()).isEqualTo(101L);
        db.put("n", json("{'id':200.25000000000000000000001}"));
        assertThat(generated()).isEqualTo(201L);
    }

    /** Nothing is written by an attempt that fails, nor may it take all keys away. */
    @Test
    void explicitKey_ofAWriteThatFails_leavesTheCounter() {
        generated();
        db.put("n", json("{'id':7,'u':'taken'}"));
        JsonTransaction aborted = db.transaction(TransactionMode.READ_WRITE, "n");
        aborted.put("n", json("{'id':9007199254740993}"));
        aborted.abort();
        assertThatThrownBy(() -> db.put("n", json("{'id':9007199254740993,'u':'taken'}")))
                .isInstanceOf(UniqueViolationException.class);
        assertThat(generated()).isEqualTo(8L);
        db.inTransaction(TransactionMode.READ_WRITE, List.of("n"), t -> t.put("n", json("{'id':1e400}")));
        assertExhausted();
    }

    /**
     * What counts is what was committed: an aborted put of the largest keys but one had left one key, and then none for
     * ever.
     */
    @ParameterizedTest
    @ValueSource(strings = {"100", "9007199254740990", "9007199254740991"})
    void explicitKey_thatIsNeverCommitted_movesNothing(String key) {
        db.put("n", json("{'id':7,'u':'taken'}"));
        JsonTransaction aborted = db.transaction(TransactionMode.READ_WRITE, "n");
        aborted.put("n", json("{'id':" + key + "}"));
        assertThat(aborted.putAuto("n", json("{}"))).as("behind its own keys").isEqualTo(Long.parseLong(key) + 1);
        aborted.abort();
        assertThatThrownBy(() -> db.put("n", json("{'id':" + key + ",'u':'taken'}")))
                .isInstanceOf(UniqueViolationException.class);
        assertThatThrownBy(() -> db.putAll("n", List.of(json("{'id':" + key + "}"), json("{'u':'taken'}"))))
                .isInstanceOf(UniqueViolationException.class);
        assertThat(generated()).isEqualTo(8L);
        assertThat(generated()).isEqualTo(9L);
        db.close();
        db = JsonDB.on(store);
        assertThat(generated()).isEqualTo(10L);
    }

    /** A transaction counts on from the keys it has brought along, and all others from them once it is committed. */
    @Test
    void explicitKey_inATransaction_countsThereAtOnceAndElsewhereFromTheCommitOn() {
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "n", "other")) {
            t.put("n", json("{'id':100}"));
            assertThat(t.putAuto("other", json("{}"))).isEqualTo(1L);
            assertThat(t.putAuto("n", json("{}"))).isEqualTo(101L);
            assertThat(generated()).isEqualTo(1L);
            Savepoint before = t.savepoint();
            t.put("n", json("{'id':5000}"));
            assertThat(t.putAuto("n", json("{}"))).isEqualTo(5001L);
            t.rollbackTo(before);
            assertThatThrownBy(() -> t.putAll("n", List.of(json("{'id':6000}"), json("{'id':{}}"))))
                    .isInstanceOf(InvalidKeyException.class);
            assertThat(t.putAuto("n", json("{}"))).isEqualTo(102L);
            assertThat(generated()).isEqualTo(2L);
            t.commit();
        }
        assertThat(generated()).isEqualTo(103L);
        MemoryStore crashed = store.image();
        db.close();
        db = JsonDB.on(crashed);
        assertThat((Long) generated()).isGreaterThan(103L);
        assertThat(db.putAll("n", List.of(json("{'id':100000}"), json("{}"), json("{'id':100002}"), json("{}"))))
                .containsExactly(100_000L, 100_001L, 100_002L, 100_003L);
    }

    /** Two transactions may be given the same key behind their own; the later one starts over. */
    @Test
    void explicitKeys_ofTwoTransactions_neverShareAGeneratedKey() {
        try (JsonTransaction one = db.transaction(TransactionMode.READ_WRITE, "n");
                JsonTransaction other = db.transaction(TransactionMode.READ_WRITE, "n")) {
            one.put("n", json("{'id':50.5}"));
            other.put("n", json("{'id':50.25}"));
            assertThat(one.putAuto("n", json("{'by':'one'}"))).isEqualTo(51L);
            assertThat(other.putAuto("n", json("{'by':'other'}"))).isEqualTo(51L);
            one.commit();
            assertThatThrownBy(other::commit).isInstanceOf(ConflictException.class);
        }
        assertThat(db.get("n", 51).get("by").asString()).isEqualTo("one");
        assertThat(generated()).isEqualTo(52L);
    }
}
