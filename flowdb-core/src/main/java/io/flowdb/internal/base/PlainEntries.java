package io.flowdb.internal.base;

import org.jspecify.annotations.Nullable;

/**
 * The entries that a walk forward over a single source shows without a second look: puts that never expire, at or below a sequence number, within a
 * time range and before a key. Most are; a walk decides about all others one by one.
 *
 * @param atMost highest sequence number
 * @param minTs inclusive
 * @param maxTs inclusive
 * @param endKey exclusive, null for after the last key
 */
public record PlainEntries(long atMost, long minTs, long maxTs, byte @Nullable [] endKey) {

    /** Whether a put that never expires is one of them. */
    public boolean contain(byte[] keyArray, int keyOffset, int keyLength, long ts, long seqno) {
        byte[] end = endKey;
        return seqno <= atMost
                && ts >= minTs
                && ts <= maxTs
                && (end == null || Keys.compare(keyArray, keyOffset, keyLength, end, 0, end.length) < 0);
    }
}
