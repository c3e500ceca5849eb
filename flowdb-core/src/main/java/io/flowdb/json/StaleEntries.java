package io.flowdb.json;

import java.util.Arrays;

/**
 * Entries of an index that a range delete has left behind: those of documents from {@code start} to {@code end}, as far
 * as they were written up to commit {@code through}. Whoever reads the index passes over them until they are removed.
 * Immutable.
 *
 * @param start encoded primary key, inclusive
 * @param end encoded primary key or what follows all of them, exclusive
 * @param through the sequence number up to which the deleted documents were read; what was stored later under their
 *     keys has entries of its own
 */
record StaleEntries(byte[] start, byte[] end, long through) {

    /** Whether an entry that commit {@code seqno} wrote is one of them; its primary key is the rest of {@code key}. */
    boolean contain(byte[] key, int primaryKeyAt, long seqno) {
        return seqno <= through
                && Arrays.compareUnsigned(start, 0, start.length, key, primaryKeyAt, key.length) <= 0
                && Arrays.compareUnsigned(key, primaryKeyAt, key.length, end, 0, end.length) < 0;
    }
}
