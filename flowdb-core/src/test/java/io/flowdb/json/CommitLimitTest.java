package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flowdb.OrderedStore;
import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * Operations outside transactions that are larger than a commit can be. They had no limit of their own: the batch
 * refused what was too much for it with an IllegalArgumentException that said nothing of documents.
 */
class CommitLimitTest {
    private static final long HALF = 1 << 20;

    private final MemoryStore store = new MemoryStore();
    private final JsonDB db = JsonDB.on(store);

    @BeforeEach
    void create() {
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("by_v", "v"));
    }

    private static ObjectNode document(int id, int bytes) {
        return DocumentCodec.MAPPER
                .createObjectNode()
                .put("id", id)
                .put("v", id)
                .put("text", "x".repeat(bytes));
    }

    private static void assertRefused(ThrowingCallable call) {
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(call)
                .satisfies(e -> assertThat(e.store()).isEqualTo("s"))
                .satisfies(e -> assertThat(e.limitName()).isEqualTo("commit bytes"))
                .satisfies(e -> assertThat(e.limit()).isEqualTo(HALF))
                .satisfies(e -> assertThat(e.actual()).isGreaterThan(HALF));
    }

    private void limit() {
        store.limits = new OrderedStore.Limits(65_535, 256 << 20, 2 * HALF);
    }

    @Test
    void putAll_moreThanACommit_isRefusedAndNothingWritten() {
        limit();
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < 25; i++) {
            documents.add(document(i, 50_000));
        }
        assertRefused(() -> db.putAll("s", documents));
        assertThat(db.count("s")).isZero();

        db.putAll("s", documents.subList(0, 20));
        assertThat(db.count("s")).isEqualTo(20);
    }

    /**
     * A query lists what it deletes; of a range the documents go with one operation, and the entries of the indexes
     * after it.
     */
    @Test
    void deletes_moreThanACommit_areRefusedForAQueryAndDoneForARange() {
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < 45_000; i++) {
            documents.add(document(i, 1));
        }
        db.putAll("s", documents);
        limit();
        assertRefused(() -> db.query("s").where(Filter.ge("v", 0)).delete());
        assertThat(db.count("s", KeyRange.lowerBound(0))).isEqualTo(45_000);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();

        store.committed = batch -> assertThat(batch.sizeBytes()).isLessThan(HALF);
        assertThat(db.deleteRange("s", KeyRange.lowerBound(5_000))).isEqualTo(40_000);
        assertThat(db.verifyIndexes("s")).isEqualTo(new IndexCheck(5_000, 5_000, List.of()));
        assertThat(db.query("s").where(Filter.ge("v", 0)).delete()).isEqualTo(5_000);
        assertThat(db.count("s")).isZero();
    }
}
