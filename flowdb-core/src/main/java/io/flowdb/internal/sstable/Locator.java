package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.LittleEndian;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From the hash of a key to the place of its first entry: says "not here" as a bloom filter does, and otherwise leads straight to the entry
 * without a search.
 *
 * <p>A hash table with linear probing, at most 70 % full. Stored layout, little-endian: positionBits u8, indexBits u8, two zero bytes, then the slots,
 * each u32: 0 if free, else fingerprint &lt;&lt; positionBits | block number &lt;&lt; indexBits | entry in the block. Slot of a hash = (high 32
 * bits * slot count) >>> 32; fingerprint = the lowest 32 - positionBits bits of the hash, 1 in place of 0. Threads: any once built. Source:
 * docs/format/sst.md, format 1.
 */
final class Locator {
    /* Random reads are bound by cache misses: an index search costs a dozen, this one. */
    private static final int HEADER_BYTES = 4;
    private static final int MIN_FINGERPRINT_BITS = 7;

    private final int[] slots;
    private final int positionBits;
    private final int indexBits;

    private Locator(int[] slots, int positionBits, int indexBits) {
        this.slots = slots;
        this.positionBits = positionBits;
        this.indexBits = indexBits;
    }

    /** A table from its stored form; null if the section is empty, as the file has none. */
    static @Nullable Locator decode(byte[] raw, String file, long offset) {
        if (raw.length == 0) {
            return null;
        }
        int count = (raw.length - HEADER_BYTES) / 4;
        if (count < 1
                || raw.length != HEADER_BYTES + 4 * count
                || raw[0] < raw[1]
                || raw[0] > 32 - MIN_FINGERPRINT_BITS
                || raw[1] < 0) {
            throw new CorruptionException(file, offset, "not a locator");
        }
        int[] slots = new int[count];
        boolean free = false;
        for (int i = 0; i < count; i++) {
            slots[i] = LittleEndian.getInt(raw, HEADER_BYTES + 4 * i);
            free |= slots[i] == 0;
        }
        if (!free) {
            throw new CorruptionException(file, offset, "locator without a free slot");
        }
        return new Locator(slots, raw[0], raw[1]);
    }

    /** First slot of a hash; go on with {@link #next}. */
    int start(long hash) {
        return (int) ((hash >>> 32) * slots.length >>> 32);
    }

    /** From slot {@code from} on, the slot that may stand for the hash; -1 if there is none. */
    int next(long hash, int from) {
        int wanted = fingerprint(hash, positionBits);
        int i = from == slots.length ? 0 : from;
        for (int slot = slots[i]; slot != 0; slot = slots[i]) {
            if (slot >>> positionBits == wanted) {
                return i;
            }
            i = i + 1 == slots.length ? 0 : i + 1;
        }
        return -1;
    }

    /** Block number in a slot. */
    int block(int slot) {
        return (slots[slot] & (1 << positionBits) - 1) >>> indexBits;
    }

    /** Number of the entry in its block. */
    int index(int slot) {
        return slots[slot] & (1 << indexBits) - 1;
    }

    private static int fingerprint(long hash, int positionBits) {
        int fingerprint = (int) hash & (1 << 32 - positionBits) - 1;
        return fingerprint == 0 ? 1 : fingerprint;
    }

    /** Collects keys while a table is written. Threads: one. */
    static final class Builder {
        /* Beyond that the positions leave too few bits for fingerprints, and the memory to build the table is better spent. */
        private static final int MAX_KEYS = 8 << 20;

        private long[] hashes = new long[1024];
        private long[] places = new long[1024];
        private int count;
        private int lastBlock;
        private int highestIndex;

        /** A key's first entry. */
        void add(long hash, int block, int index) {
            if (count >= MAX_KEYS) {
                count = MAX_KEYS + 1;
                return;
            }
            if (count == hashes.length) {
                hashes = Arrays.copyOf(hashes, 2 * count);
                places = Arrays.copyOf(places, 2 * count);
            }
            hashes[count] = hash;
            places[count++] = (long) block << 32 | index;
            lastBlock = block;
            highestIndex = Math.max(highestIndex, index);
        }

        /** The stored form; empty if the file is too large for a useful table. */
        byte[] finish() {
            int indexBits = 32 - Integer.numberOfLeadingZeros(highestIndex);
            int positionBits = indexBits + 32 - Integer.numberOfLeadingZeros(lastBlock);
            if (count == 0 || count > MAX_KEYS || 32 - positionBits < MIN_FINGERPRINT_BITS) {
                return new byte[0];
            }
            int slots = Math.max(count + 1, (int) (count * 10L / 7));
            byte[] raw = new byte[HEADER_BYTES + 4 * slots];
            raw[0] = (byte) positionBits;
            raw[1] = (byte) indexBits;
            for (int k = 0; k < count; k++) {
                int i = (int) ((hashes[k] >>> 32) * slots >>> 32);
                while (LittleEndian.getInt(raw, HEADER_BYTES + 4 * i) != 0) {
                    i = i + 1 == slots ? 0 : i + 1;
                }
                int position = (int) (places[k] >>> 32) << indexBits | (int) places[k];
                LittleEndian.putInt(
                        raw, HEADER_BYTES + 4 * i, fingerprint(hashes[k], positionBits) << positionBits | position);
            }
            return raw;
        }
    }
}
