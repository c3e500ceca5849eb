package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.StoreReader.StoredValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks up keys of one state in rising order of which most do not exist, such as those of new documents. Instead of one
 * point read for each key it opens a cursor now and then: the first key the cursor finds shows that all keys before it
 * are absent. Threads: one.
 */
final class AbsentKeys {
    /*
     * To open a cursor costs as much as several point reads. If the last one answered for fewer keys than this, more
     * absent keys in a row are read one by one before the next one is opened.
     */
    private static final int WORTH_A_WALK = 8;
    private static final int FIRST_PATIENCE = 2;
    private static final int MAX_PATIENCE = 1 << 20;

    private final StoreReader state;

    /** Nothing is there from {@code gapStart} (inclusive) to {@code gapEnd} (exclusive). */
    private byte[] gapStart = {};

    private byte[] gapEnd = {};
    private int answered = WORTH_A_WALK;
    private byte[] last = {};
    /** Absent keys in a row, each above the one before. */
    private int streak;

    private int patience = FIRST_PATIENCE;

    AbsentKeys(StoreReader state) {
        this.state = state;
    }

    /**
     * What is stored under {@code key}. The caller asks for no key at or behind {@code end} later, so a cursor need not
     * look farther.
     */
    @Nullable
    StoredValue get(byte[] key, byte[] end) {
        if (Arrays.compareUnsigned(gapStart, key) <= 0 && Arrays.compareUnsigned(key, gapEnd) < 0) {
            answered++;
            return null;
        }
        boolean rising = Arrays.compareUnsigned(last, key) < 0;
        last = key;
        if (rising && streak >= patience) {
            patience = answered < WORTH_A_WALK ? Math.min(MAX_PATIENCE, 4 * patience) : FIRST_PATIENCE;
            return walk(key, end);
        }
        StoredValue value = state.get(key);
        streak = value != null ? 0 : rising ? streak + 1 : 1;
        return value;
    }

    private @Nullable StoredValue walk(byte[] key, byte[] end) {
        answered = 0;
        streak = 0;
        gapStart = key;
        try (StoreCursor cursor = state.scan(key, end, false)) {
            gapEnd = cursor.next() ? cursor.key() : end;
            return Arrays.equals(gapEnd, key)
                    ? new StoredValue(cursor.value(), cursor.seqno(), cursor.expireAt())
                    : null;
        }
    }
}
