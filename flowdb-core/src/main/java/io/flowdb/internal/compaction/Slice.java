package io.flowdb.internal.compaction;

import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.sstable.SstProperties;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keys from {@code start} (inclusive) to {@code end} (exclusive); null is unbounded.
 *
 * @param start inclusive
 * @param end exclusive
 */
record Slice(byte @Nullable [] start, byte @Nullable [] end) {

    /** Whether a table has, or deletes, any of the keys. */
    boolean touches(SstProperties properties) {
        return properties.touches(start, end);
    }

    /** Whether both parts would have keys if the slice were split at {@code key}. */
    boolean splitsAt(byte[] key) {
        return (start == null || Arrays.compareUnsigned(start, key) < 0)
                && (end == null || Arrays.compareUnsigned(key, end) < 0);
    }

    /** The part of a tombstone that lies in the slice: none or one. */
    List<RangeTombstone> clip(RangeTombstone t) {
        byte[] from = start == null || Arrays.compareUnsigned(t.start(), start) >= 0 ? t.start() : start;
        byte[] to = end == null || Arrays.compareUnsigned(t.end(), end) <= 0 ? t.end() : end;
        return Arrays.compareUnsigned(from, to) < 0 ? List.of(new RangeTombstone(from, to, t.seqno())) : List.of();
    }
}
