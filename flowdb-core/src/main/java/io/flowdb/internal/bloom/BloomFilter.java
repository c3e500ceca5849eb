package io.flowdb.internal.bloom;

/**
 * A blocked bloom filter (Putze, Sanders, Singler 2007) over 64-bit key hashes: all bits of a key lie in one 64-byte
 * line, so a look-up costs one cache miss.
 *
 * <p>Layout: n lines of 64 bytes, then the number of probes as u8. Line = (high 32 bits of the hash * n) >>> 32. Bit i
 * of a key: the low 32 bits are multiplied by 0x9e3779b9 before each probe, the top 9 bits of the product are the bit
 * number in the line; bit b is bit b % 8 of byte b / 8. An empty array filters nothing. Threads: any once built.
 * Source: docs/format/sst.md.
 */
public final class BloomFilter {
    private static final int LINE_BYTES = 64;
    private static final int OBJECT_BYTES = 64;
    private static final int MULTIPLIER = 0x9e37_79b9;

    private final byte[] bytes;
    private final int lines;
    private final int probes;

    /** A filter from stored bytes. */
    public BloomFilter(byte[] bytes) {
        this.bytes = bytes;
        this.lines = bytes.length / LINE_BYTES;
        this.probes = bytes.length == 0 ? 0 : bytes[bytes.length - 1];
    }

    /** Builds the bytes of a filter over the first {@code count} hashes. */
    public static byte[] build(long[] hashes, int count, int bitsPerKey) {
        if (bitsPerKey == 0 || count == 0) {
            return new byte[0];
        }
        long bits = (long) count * bitsPerKey;
        int lines = (int) Math.min(Integer.MAX_VALUE / LINE_BYTES - 1, (bits + 8 * LINE_BYTES - 1) / (8 * LINE_BYTES));
        byte[] bytes = new byte[lines * LINE_BYTES + 1];
        /* ln 2 * bits per key is best for an ideal filter; a line of 512 bits favours slightly fewer. */
        int probes = Math.max(1, Math.min(16, (int) Math.round(bitsPerKey * 0.6)));
        bytes[bytes.length - 1] = (byte) probes;
        for (int k = 0; k < count; k++) {
            int line = line(hashes[k], lines);
            int h = (int) hashes[k];
            for (int i = 0; i < probes; i++) {
                h *= MULTIPLIER;
                int bit = h >>> 23;
                bytes[line + (bit >>> 3)] |= (byte) (1 << (bit & 7));
            }
        }
        return bytes;
    }

    /** Whether the stored bytes have the shape of a filter. */
    public static boolean isValid(byte[] bytes) {
        return bytes.length == 0
                || bytes.length > LINE_BYTES && bytes.length % LINE_BYTES == 1 && bytes[bytes.length - 1] > 0;
    }

    /** False if no key with this hash was added. */
    public boolean mayContain(long hash) {
        if (lines == 0) {
            return true;
        }
        int line = line(hash, lines);
        int h = (int) hash;
        for (int i = 0; i < probes; i++) {
            h *= MULTIPLIER;
            int bit = h >>> 23;
            if ((bytes[line + (bit >>> 3)] & 1 << (bit & 7)) == 0) {
                return false;
            }
        }
        return true;
    }

    /** Whether {@link #mayContain} can ever say no. */
    public boolean isActive() {
        return lines > 0;
    }

    /** What it takes in memory. */
    public long sizeBytes() {
        return OBJECT_BYTES + bytes.length;
    }

    private static int line(long hash, int lines) {
        return (int) ((hash >>> 32) * lines >>> 32) * LINE_BYTES;
    }
}
