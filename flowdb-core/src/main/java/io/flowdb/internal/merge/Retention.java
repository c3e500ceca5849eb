package io.flowdb.internal.merge;

import java.util.Arrays;

/**
 * What a flush or compaction has to keep for readers. Immutable.
 *
 * <p>Live snapshots cut the sequence numbers into stripes: all readers see the same entries of one stripe, so of the
 * entries of a (key, ts) in one stripe only the newest counts. The newest visible state counts as a snapshot too, as
 * readers may start there at any time.
 *
 * @param snapshots sequence numbers of live snapshots and the newest visible one, ascending
 * @param expiredBefore entries that expire at or before this are invisible to every reader now and later
 */
public record Retention(long[] snapshots, long expiredBefore) {

    /** Number of the stripe: 0 for entries that every reader sees. */
    public int stripe(long seqno) {
        int at = Arrays.binarySearch(snapshots, seqno);
        return at >= 0 ? at : -at - 1;
    }
}
