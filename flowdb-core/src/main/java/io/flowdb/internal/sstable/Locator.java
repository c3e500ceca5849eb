package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.base.LittleEndian;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * From the hash of a key to the place of its first entry: says "not here" as a bloom filter does, and otherwise leads
 * straight to the entry without a search.
 *
 * <p>Stored layout, little-endian: offsetBits u32, keys u32, for each key in order the high half of its hash as u32,
 * then for each key its place as varint, less that of the key before; place = block number &lt;&lt; offsetBits | offset
 * of the entry in the block. In memory it is a hash table with linear probing, at most 70 % full. Threads: any once
 * built. Source: docs/format/sst.md, format 2.
 */
final class Locator {
    /*
     * Random reads are bound by cache misses: an index search costs a dozen, this one. A slot holds mark << 32 | place
     * and is 0 if free; no place is 0, as a block begins with its header. The first slot of a mark = mark * slots >>>
     * 32.
     */
    private static final int HEADER_BYTES = 8;
    private static final int OBJECT_BYTES = 48;
    private static final int MAX_PLACE_BITS = 32;

    private final long[] slots;
    private final int keys;
    private final int offsetBits;

    private Locator(long[] slots, int keys, int offsetBits) {
        this.slots = slots;
        this.keys = keys;
        this.offsetBits = offsetBits;
    }

    /** The part of a key's hash by which a locator knows it. */
    static int mark(long hash) {
        return (int) (hash >>> 32);
    }

    /** A table from its stored form; null if the section is empty, as the file has none. */
    static @Nullable Locator decode(byte[] raw, int blocks, String file, long offset) {
        if (raw.length == 0) {
            return null;
        }
        int offsetBits = raw.length < HEADER_BYTES ? -1 : LittleEndian.getInt(raw, 0);
        int keys = raw.length < HEADER_BYTES ? -1 : LittleEndian.getInt(raw, 4);
        if (offsetBits < 1 || offsetBits >= MAX_PLACE_BITS || keys < 1 || keys > (raw.length - HEADER_BYTES) / 5) {
            throw new CorruptionException(file, offset, "not a locator");
        }
        long[] slots = new long[Math.max(keys + 1, (int) (keys * 10L / 7))];
        ByteReader in = new ByteReader(raw, HEADER_BYTES + 4 * keys, raw.length, file);
        long place = 0;
        for (int k = 0; k < keys; k++) {
            place += in.readVarLong();
            if (place <= 0 || place >>> MAX_PLACE_BITS != 0 || place >>> offsetBits >= blocks) {
                throw new CorruptionException(file, offset, "locator leads beyond the last of " + blocks + " blocks");
            }
            int mark = LittleEndian.getInt(raw, HEADER_BYTES + 4 * k);
            int i = start(mark, slots.length);
            while (slots[i] != 0) {
                i = i + 1 == slots.length ? 0 : i + 1;
            }
            slots[i] = (long) mark << 32 | place;
        }
        return new Locator(slots, keys, offsetBits);
    }

    /** Number of different keys in the table. */
    int keyCount() {
        return keys;
    }

    /** What it takes in memory. */
    long sizeBytes() {
        return OBJECT_BYTES + (long) Long.BYTES * slots.length;
    }

    /**
     * The most that one takes in memory whose stored form has {@code storedBytes}: a key has five bytes of these at
     * least.
     */
    static long mostBytes(int storedBytes) {
        long keys = Math.max(0, storedBytes - HEADER_BYTES) / 5;
        return OBJECT_BYTES + Long.BYTES * Math.max(keys + 1, keys * 10 / 7);
    }

    /** First slot of a mark; go on with {@link #next}. */
    int start(int mark) {
        return start(mark, slots.length);
    }

    /** From slot {@code from} on, the slot that may stand for the mark; -1 if there is none. */
    int next(int mark, int from) {
        int i = from == slots.length ? 0 : from;
        for (long slot = slots[i]; slot != 0; slot = slots[i]) {
            if ((int) (slot >>> 32) == mark) {
                return i;
            }
            i = i + 1 == slots.length ? 0 : i + 1;
        }
        return -1;
    }

    /** Whether a key of this hash may be at a place. */
    boolean leadsTo(long hash, int block, int offset) {
        int mark = mark(hash);
        int slot = next(mark, start(mark));
        while (slot >= 0 && (block(slot) != block || offset(slot) != offset)) {
            slot = next(mark, slot + 1);
        }
        return slot >= 0;
    }

    /** Block number in a slot. */
    int block(int slot) {
        return (int) slots[slot] >>> offsetBits;
    }

    /** Offset of the entry in its block. */
    int offset(int slot) {
        return (int) slots[slot] & (1 << offsetBits) - 1;
    }

    private static int start(int mark, int slots) {
        return (int) ((mark & 0xffff_ffffL) * slots >>> 32);
    }

    /** Collects keys while a table is written. Threads: one. */
    static final class Builder {
        private final int mostKeys;
        private int[] marks = new int[1024];
        private long[] places = new long[1024];
        private int count;
        private int lastBlock;
        private int highestOffset;

        /** Beyond {@code mostKeys} the memory to build the table, and to hold it, is better spent. */
        Builder(int mostKeys) {
            this.mostKeys = mostKeys;
        }

        /** Whether one more key is too many. */
        boolean isFull() {
            return count >= mostKeys;
        }

        /** A key's first entry. */
        void add(long hash, int block, int offset) {
            if (isFull()) {
                giveUp();
                return;
            }
            if (count == marks.length) {
                int room = Math.min(mostKeys, 2 * count);
                marks = Arrays.copyOf(marks, room);
                places = Arrays.copyOf(places, room);
            }
            marks[count] = mark(hash);
            places[count++] = (long) block << 32 | offset;
            lastBlock = block;
            highestOffset = Math.max(highestOffset, offset);
        }

        private void giveUp() {
            count = mostKeys + 1;
            marks = new int[0];
            places = new long[0];
        }

        /** The stored form; empty if the table has no keys or too many, or is too large for places of 32 bits. */
        byte[] finish() {
            int offsetBits = 32 - Integer.numberOfLeadingZeros(highestOffset);
            int blockBits = 32 - Integer.numberOfLeadingZeros(lastBlock);
            if (count == 0 || count > mostKeys || offsetBits + blockBits > MAX_PLACE_BITS) {
                return new byte[0];
            }
            ByteWriter out = new ByteWriter(HEADER_BYTES + 6 * count);
            out.putInt(offsetBits).putInt(count);
            for (int k = 0; k < count; k++) {
                out.putInt(marks[k]);
            }
            long before = 0;
            for (int k = 0; k < count; k++) {
                long place = places[k] >>> 32 << offsetBits | (int) places[k];
                out.putVarLong(place - before);
                before = place;
            }
            return out.toBytes();
        }
    }
}
