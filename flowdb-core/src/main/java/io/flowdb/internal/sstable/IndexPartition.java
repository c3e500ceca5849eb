package io.flowdb.internal.sstable;

import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.base.Keys;
import java.util.Arrays;

/**
 * Some entries of a block index: the place of the last entry of each block, or one with a shorter key between that and
 * the next block, where the block lies, and the time range of what it holds. The root of the index has the same form;
 * its blocks are the partitions.
 *
 * <p>Layout: count varint, then for each block: last key (length varint, bytes), last ts u64, last seqno u64, offset
 * varint, length varint, minTs u64, maxTs u64. Keys are kept in one array in memory. Threads: any.
 */
final class IndexPartition {
    private static final int OBJECT_BYTES = 250;
    private static final int WORDS = 2;

    private final int count;
    private final byte[] keys;
    private final int[] keyEnds;
    private final int common; // bytes that all keys begin with
    private final long[][] words; // of the keys, first and second behind the common bytes
    private final long[] lastTs;
    private final long[] lastSeqno;
    private final long[] offsets;
    private final int[] lengths;
    private final long[] minTs;
    private final long[] maxTs;

    private IndexPartition(ByteReader in, int count, int bytes) {
        this.count = count;
        byte[] allKeys = new byte[bytes];
        keyEnds = new int[count];
        lastTs = new long[count];
        lastSeqno = new long[count];
        offsets = new long[count];
        lengths = new int[count];
        minTs = new long[count];
        maxTs = new long[count];
        int used = 0;
        for (int i = 0; i < count; i++) {
            byte[] key = in.readBytes();
            System.arraycopy(key, 0, allKeys, used, key.length);
            used += key.length;
            keyEnds[i] = used;
            lastTs[i] = in.readLong();
            lastSeqno[i] = in.readLong();
            offsets[i] = in.readVarLong();
            lengths[i] = in.readVarInt(Integer.MAX_VALUE - BlockTrailer.BYTES);
            minTs[i] = in.readLong();
            maxTs[i] = in.readLong();
        }
        keys = Arrays.copyOf(allKeys, used);
        common = count == 0 ? 0 : commonBytes();
        words = new long[WORDS][count];
        for (int w = 0; w < WORDS; w++) {
            for (int i = 0; i < count; i++) {
                words[w][i] = KeyWords.of(keys, keyFrom(i) + common + Long.BYTES * w, keyEnds[i]);
            }
        }
    }

    private int commonBytes() {
        int last = keyFrom(count - 1);
        int differ = Arrays.mismatch(keys, 0, keyEnds[0], keys, last, keys.length);
        return differ < 0 ? keyEnds[0] : differ;
    }

    private int keyFrom(int index) {
        return index == 0 ? 0 : keyEnds[index - 1];
    }

    static IndexPartition decode(byte[] raw, String file) {
        ByteReader in = new ByteReader(raw, 0, raw.length, file);
        int count = in.readVarInt(raw.length / 32);
        return new IndexPartition(in, count, raw.length);
    }

    int count() {
        return count;
    }

    /** What it takes in memory. */
    long sizeBytes() {
        return sizeBytes(count, keys.length);
    }

    /** What {@code count} entries with so many bytes of keys take in memory. */
    static long sizeBytes(int count, long keyBytes) {
        return OBJECT_BYTES + keyBytes + count * (8L * Long.BYTES);
    }

    BlockHandle handle(int index) {
        return new BlockHandle(offsets[index], lengths[index]);
    }

    /** Key of the last entry of a block, or a shorter one between that and the next block. */
    byte[] lastKey(int index) {
        return Arrays.copyOfRange(keys, keyFrom(index), keyEnds[index]);
    }

    /** Whether all keys of a block are known to come before {@code key}. */
    boolean endsBefore(int index, byte[] key) {
        int from = keyFrom(index);
        return Keys.compare(keys, from, keyEnds[index] - from, key, 0, key.length) < 0;
    }

    /** Whether a block holds any ts from {@code min} to {@code max}. */
    boolean touches(int index, long min, long max) {
        return minTs[index] <= max && maxTs[index] >= min;
    }

    /** Whether the times of a block are said to reach from {@code min} to {@code max} at least. */
    boolean covers(int index, long min, long max) {
        return minTs[index] <= min && maxTs[index] >= max;
    }

    /** Whether an entry of this, the root, ends at the same place as all of {@code partition}. */
    boolean endsAs(int index, IndexPartition partition) {
        int last = partition.count - 1;
        return last >= 0
                && compare(index, partition.lastKey(last), partition.lastTs[last], partition.lastSeqno[last]) == 0;
    }

    /**
     * The first block whose last entry, or the place that stands for it, is at or behind the given place in internal
     * order; {@link #count()} if there is none. All blocks before it end before the place; the block itself may as
     * well, and then the next one begins behind the place.
     */
    int lowerBound(byte[] key, long ts, long seqno) {
        int order = Keys.compare(keys, 0, common, key, 0, Math.min(common, key.length));
        if (order != 0 || count == 0) {
            return order > 0 ? 0 : count;
        }
        int low = 0;
        int high = count;
        for (int w = 0; w < WORDS && low < high; w++) {
            long word = KeyWords.of(key, common + Long.BYTES * w, key.length);
            low = KeyWords.lowerBound(words[w], low, high - low, word);
            high = KeyWords.endOfEqual(words[w], low, high, word);
        }
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (compare(mid, key, ts, seqno) < 0) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    /** Order of the place that ends a block, and another place. */
    int compare(int index, byte[] key, long ts, long seqno) {
        int from = keyFrom(index);
        int order = Keys.compare(keys, from, keyEnds[index] - from, key, 0, key.length);
        if (order != 0) {
            return order;
        }
        return lastTs[index] != ts ? Long.compare(lastTs[index], ts) : Long.compare(seqno, lastSeqno[index]);
    }

    /** A place at or behind the last entry of a block and before the first of the next. */
    record Last(byte[] key, long ts, long seqno) {}

    /** What the root says of a partition. */
    record Bounds(Last last, long minTs, long maxTs) {}

    /** Collects the entries of one partition. Threads: one. */
    static final class Builder {
        private final ByteWriter body = new ByteWriter(4 << 10);
        private int count;
        private long minTs = Long.MAX_VALUE;
        private long maxTs = Long.MIN_VALUE;
        private Last last = new Last(new byte[0], 0, 0);

        void add(Last lastEntry, BlockHandle handle, long blockMinTs, long blockMaxTs) {
            body.putBytes(lastEntry.key()).putLong(lastEntry.ts()).putLong(lastEntry.seqno());
            body.putVarLong(handle.offset())
                    .putVarLong(handle.length())
                    .putLong(blockMinTs)
                    .putLong(blockMaxTs);
            last = lastEntry;
            minTs = Math.min(minTs, blockMinTs);
            maxTs = Math.max(maxTs, blockMaxTs);
            count++;
        }

        int count() {
            return count;
        }

        Bounds bounds() {
            return new Bounds(last, minTs, maxTs);
        }

        byte[] finish() {
            ByteWriter all = new ByteWriter(body.length() + 5);
            return all.putVarLong(count).putRaw(body.array(), 0, body.length()).toBytes();
        }
    }
}
