package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.ConflictException;
import io.flowdb.error.UniqueViolationException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A unique value that another commit has freed since a transaction began. The transaction ended with a violation, which
 * nobody tries again, though the value was free at its commit: it is a conflict, and the next attempt succeeds.
 */
class FreedValueTest {
    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);

    @BeforeEach
    void fill() {
        db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u"));
        db.put("s", json("{'id':1,'u':'a'}"));
    }

    @Test
    void commit_ofAValueThatWasFreedMeanwhile_isAConflict() {
        try (JsonTransaction late = db.transaction(TransactionMode.READ_WRITE, "s")) {
            late.put("s", json("{'id':2,'u':'a'}"));
            db.put("s", json("{'id':1,'u':'b'}"));
            assertThatThrownBy(late::commit)
                    .isInstanceOfSatisfying(
                            ConflictException.class,
                            e -> assertThat(e.subject()).isEqualTo("key \"a\" of index 'u'"));
        }
        assertThat(db.exists("s", 2)).isFalse();
    }

    @Test
    void inTransaction_withAValueThatIsFreedMeanwhile_isTriedAgain() {
        boolean[] freed = {false};
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), transaction -> {
            if (!freed[0]) {
                freed[0] = db.delete("s", 1);
            }
            return transaction.put("s", json("{'id':2,'u':'a'}"));
        });
        assertThat(db.getByIndex("s", "u", "a")).containsExactly(json("{'id':2,'u':'a'}"));
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
    }

    @Test
    void commit_ofAValueThatPassedToAnotherDocument_isAViolationAtTheNextAttempt() {
        boolean[] moved = {false};
        assertThatThrownBy(() -> db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), transaction -> {
                    if (!moved[0]) {
                        db.delete("s", 1);
                        db.put("s", json("{'id':3,'u':'a'}"));
                        moved[0] = true;
                    }
                    return transaction.put("s", json("{'id':2,'u':'a'}"));
                }))
                .isInstanceOfSatisfying(
                        UniqueViolationException.class,
                        e -> assertThat(e.otherKey()).isEqualTo(3L));
    }

    @Test
    void commit_ofAValueWhoseHolderOnlyExpiredMeanwhile_isAViolation() {
        long[] now = {1_000_000_000_000_000L};
        JsonDB timed = JsonDB.on(new MemoryStore(() -> now[0]), JsonLimits.DEFAULT, () -> now[0]);
        timed.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("u", "u"));
        timed.put("s", json("{'id':1,'u':'a'}"), PutOptions.ttl(Duration.ofSeconds(1)));
        try (JsonTransaction late = timed.transaction(TransactionMode.READ_WRITE, "s")) {
            late.put("s", json("{'id':2,'u':'a'}"));
            now[0] += 2_000_000;
            assertThatThrownBy(late::commit)
                    .as("the holder is there for the transaction")
                    .isInstanceOf(UniqueViolationException.class);
        }
        timed.put("s", json("{'id':2,'u':'a'}"));
        assertThat(timed.verifyIndexes("s").problems()).isEmpty();
    }
}
