package io.flowdb.internal.memtable;

import io.flowdb.internal.base.LittleEndian;

/**
 * A place in internal order.
 *
 * @param array holds the key
 * @param offset where the key begins
 * @param length of the key
 * @param prefix first eight bytes of the key, big-endian, filled up with zeros: unsigned comparison decides unless
 *     equal
 * @param prefix2 the eight bytes after them, likewise
 * @param ts timestamp
 * @param seqno sequence number
 */
record Place(byte[] array, int offset, int length, long prefix, long prefix2, long ts, long seqno) {

    static Place of(byte[] array, int offset, int length, long ts, long seqno) {
        long prefix = prefix(array, offset, length);
        long prefix2 = length <= Long.BYTES ? 0 : prefix(array, offset + Long.BYTES, length - Long.BYTES);
        return new Place(array, offset, length, prefix, prefix2, ts, seqno);
    }

    private static long prefix(byte[] key, int offset, int length) {
        if (length >= 8) {
            return LittleEndian.getOrderedLong(key, offset);
        }
        long prefix = 0;
        for (int i = 0; i < length; i++) {
            prefix |= (key[offset + i] & 0xffL) << (56 - 8 * i);
        }
        return prefix;
    }
}
