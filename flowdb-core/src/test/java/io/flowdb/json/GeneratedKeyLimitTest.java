package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.LimitExceededException;
import io.flowdb.error.UniqueViolationException;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Keys that documents bring along and the counter of their store, by the rule of IndexedDB: a number moves the counter behind its integer part, and
 * from 2^53 on none is left to be generated. Integers from 2^63 on did not move it at all, and a write that failed could end it.
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
}
