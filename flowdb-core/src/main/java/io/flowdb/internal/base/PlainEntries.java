package io.flowdb.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * Describes the entries that a forward walk over a single source may show without looking further: puts that never
 * expire, at or below a sequence number, within a time range and before a key. Most entries are such; the walk decides
 * about the others one by one.
 *
 * @param atMost highest sequence number
 * @param minTs inclusive
 * @param maxTs inclusive
 * @param endKey exclusive, null for after the last key
 */
public record PlainEntries(long atMost, long minTs, long maxTs, byte @Nullable [] endKey) {

    /** What became of a step to the next entry. */
    public enum Step {
        /** It is one of these entries, and is shown. */
        SHOWN,
        /** It is behind the last key, and so are all that follow; nothing has moved. */
        ENDED,
        /** The walk has to decide; nothing has moved. */
        UNDECIDED
    }

    /** Whether a put that never expires is one of them whose key is not behind the end. */
    public boolean contain(long ts, long seqno) {
        return seqno <= atMost && ts >= minTs && ts <= maxTs;
    }

    /** Whether the walk ends before a key. */
    public boolean endBefore(byte[] keyArray, int keyOffset, int keyLength) {
        byte[] end = endKey;
        return end != null && Keys.compare(keyArray, keyOffset, keyLength, end, 0, end.length) >= 0;
    }
}
