package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.StoreReader.StoredValue;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Looks up keys of one state that are asked for in rising order and are mostly not there, as those of new documents. A walk that finds the next key
 * that is there answers for all keys before it. Threads: one.
 */
final class AbsentKeys {
    /* A walk costs as much as several look-ups, the more the more sources there are. Where it has answered for too few keys, the next one waits. */
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

    /** What is stored under {@code key}; all keys that follow it and are of interest lie before {@code end}. */
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
