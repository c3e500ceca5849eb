package io.flowdb.internal.base;

/**
 * The 64-bit hash of user keys for filters and hash tables. It is stored on disk through the filters: any change needs
 * a new SST format.
 *
 * <p>Eight bytes at a time are multiplied into the state, the rest is read as one little-endian number; the finish is
 * the 64-bit finaliser of MurmurHash3 (Austin Appleby, public domain).
 */
public final class KeyHash {
    private static final long SEED = 0x9e37_79b9_7f4a_7c15L;
    private static final long MULTIPLIER = 0xbf58_476d_1ce4_e5b9L;

    private KeyHash() {}

    /** Hash of {@code length} bytes from {@code offset}. */
    public static long of(byte[] key, int offset, int length) {
        long h = SEED ^ length * MULTIPLIER;
        int at = offset;
        int end = offset + length;
        for (; end - at >= 8; at += 8) {
            h = (h ^ LittleEndian.getLong(key, at)) * MULTIPLIER;
            h ^= h >>> 32;
        }
        long rest = 0;
        if (at < end && length >= 8) {
            rest = LittleEndian.getLong(key, end - 8) >>> 8 * (8 - (end - at));
        } else {
            for (int shift = 0; at < end; at++, shift += 8) {
                rest |= (key[at] & 0xffL) << shift;
            }
        }
        return mix((h ^ rest) * MULTIPLIER);
    }

    /** Spreads the bits of {@code h}. */
    public static long mix(long h) {
        long x = h ^ h >>> 33;
        x *= 0xff51_afd7_ed55_8ccdL;
        x ^= x >>> 33;
        x *= 0xc4ce_b9fe_1a85_ec53L;
        return x ^ x >>> 33;
    }
}
