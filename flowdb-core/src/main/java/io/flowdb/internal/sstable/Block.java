package io.flowdb.internal.sstable;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.sstable.BlockTrailer.Place;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * One uncompressed data block, see {@link BlockBuilder} for its layout, and where its entries begin. Searched as it is: nothing is decoded
 * but the entries compared. Threads: any.
 */
final class Block extends BlockCache.Entry {
    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int OBJECT_BYTES = 64;

    private final byte[] data;
    private final int[] starts;
    private final int restartInterval;
    private final long baseTs;
    private final long baseSeqno;
    private final int number;
    private final AtomicReferenceArray<@Nullable Block> owner;

    private Block(byte[] data, int[] starts, int number, AtomicReferenceArray<@Nullable Block> owner) {
        super(OBJECT_BYTES + data.length + 4 * starts.length);
        int footer = data.length - BlockBuilder.FOOTER_BYTES;
        this.data = data;
        this.starts = starts;
        this.baseTs = LittleEndian.getLong(data, footer);
        this.baseSeqno = LittleEndian.getLong(data, footer + 8);
        this.restartInterval = LittleEndian.getInt(data, footer + 20);
        this.number = number;
        this.owner = owner;
    }

    /** Finds the entries of an uncompressed block; its structure is checked, so that searching needs no checks. */
    static Block parse(byte[] data, Place place, int number, AtomicReferenceArray<@Nullable Block> owner) {
        int end = data.length - BlockBuilder.FOOTER_BYTES;
        int count = end < 0 ? -1 : LittleEndian.getInt(data, end + 16);
        int interval = end < 0 ? -1 : LittleEndian.getInt(data, end + 20);
        if (count < 1 || count > end / BlockBuilder.KEY_AT || interval < 1) {
            throw place.corruption("data block of " + data.length + " bytes with " + count + " entries");
        }
        int[] starts = new int[count];
        int at = 0;
        int restartLength = 0;
        for (int i = 0; i < count; i++) {
            starts[i] = at;
            boolean fits = at + BlockBuilder.KEY_AT <= end;
            int shared = fits ? shared(data, at) : 0;
            int rest = fits ? rest(data, at) : 0;
            boolean restart = i % interval == 0;
            if (!fits || shared > (restart ? 0 : restartLength)) {
                throw place.corruption("entry " + i + " does not fit its block");
            }
            restartLength = restart ? rest : restartLength;
            at = entryEnd(data, at, rest, end);
            if (at < 0) {
                throw place.corruption("entry " + i + " reaches over the end of its block");
            }
        }
        if (at != end) {
            throw place.corruption("entries end at " + at + ", expected " + end);
        }
        return new Block(data, starts, number, owner);
    }

    int count() {
        return starts.length;
    }

    byte[] data() {
        return data;
    }

    long baseTs() {
        return baseTs;
    }

    long baseSeqno() {
        return baseSeqno;
    }

    int start(int index) {
        return starts[index];
    }

    /** Start of the restart point whose key the entry shares. */
    int restartStart(int index) {
        return starts[index - index % restartInterval];
    }

    static int shared(byte[] data, int at) {
        return (short) SHORT.get(data, at + 1) & 0xffff;
    }

    static int rest(byte[] data, int at) {
        return (short) SHORT.get(data, at + 3) & 0xffff;
    }

    /** Index of the first entry at or behind the given place in internal order; {@link #count()} if there is none. */
    int lowerBound(byte[] key, long ts, long seqno) {
        int low = 0;
        int high = starts.length;
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

    /** What {@link #findVersion} found out. */
    enum Outcome {
        /** The entry at the given place is of another key. */
        OTHER_KEY,
        /** The target was offered the entry, or the key has none that is wanted. */
        DECIDED,
        /** The block ended before the question was decided. */
        BLOCK_ENDED
    }

    /** Offers the newest entry of (key, ts) at or below {@code atMost}, given the place of the key's first entry. */
    Outcome findVersion(int first, byte[] key, long ts, long atMost, PointLookup target) {
        for (int i = first; i < starts.length; i++) {
            int at = starts[i];
            if (!isKey(i, at, key)) {
                return i == first ? Outcome.OTHER_KEY : Outcome.DECIDED;
            }
            int lengthAt = at + BlockBuilder.KEY_AT + rest(data, at);
            int tsAt = skipVarint(data, lengthAt);
            long entryTs = baseTs + BlockBuilder.unzigzag(varint(data, tsAt));
            if (entryTs > ts) {
                return Outcome.DECIDED;
            }
            if (entryTs == ts) {
                int seqnoAt = skipVarint(data, tsAt);
                long seqno = baseSeqno + BlockBuilder.unzigzag(varint(data, seqnoAt));
                if (seqno <= atMost) {
                    if (seqno > target.seqno()) {
                        offer(at, skipVarint(data, seqnoAt), (int) varint(data, lengthAt), target, ts, seqno);
                    }
                    return Outcome.DECIDED;
                }
            }
        }
        return Outcome.BLOCK_ENDED;
    }

    private void offer(int at, int behindSeqno, int valueLength, PointLookup target, long ts, long seqno) {
        int position = behindSeqno;
        long expireAt = Long.MAX_VALUE;
        if ((data[at] & BlockBuilder.EXPIRY_FLAG) != 0) {
            expireAt = ts + BlockBuilder.unzigzag(varint(data, position));
            position = skipVarint(data, position);
        }
        target.set(seqno, (byte) (data[at] & BlockBuilder.OP_MASK), ts, expireAt);
        target.setValue(data, position, valueLength);
    }

    private boolean isKey(int index, int at, byte[] key) {
        int shared = shared(data, at);
        int rest = rest(data, at);
        if (shared + rest != key.length) {
            return false;
        }
        int from = at + BlockBuilder.KEY_AT;
        if (!Arrays.equals(data, from, from + rest, key, shared, key.length)) {
            return false;
        }
        int restartKey = restartStart(index) + BlockBuilder.KEY_AT;
        return shared == 0 || Arrays.equals(data, restartKey, restartKey + shared, key, 0, shared);
    }

    @Override
    protected int shardHash() {
        return System.identityHashCode(owner) + number;
    }

    @Override
    protected void evicted() {
        owner.compareAndSet(number, this, null);
    }

    private int compare(int index, byte[] key, long ts, long seqno) {
        int at = starts[index];
        int shared = shared(data, at);
        if (shared > 0) {
            int restartKey = restartStart(index) + BlockBuilder.KEY_AT;
            int order =
                    Arrays.compareUnsigned(data, restartKey, restartKey + shared, key, 0, Math.min(shared, key.length));
            if (order != 0) {
                return order;
            }
        }
        int from = at + BlockBuilder.KEY_AT;
        int rest = rest(data, at);
        int order = Arrays.compareUnsigned(data, from, from + rest, key, Math.min(shared, key.length), key.length);
        return order != 0 ? order : compareVersion(from + rest, ts, seqno);
    }

    private int compareVersion(int at, long ts, long seqno) {
        int tsAt = skipVarint(data, at);
        long entryTs = baseTs + BlockBuilder.unzigzag(varint(data, tsAt));
        if (entryTs != ts) {
            return Long.compare(entryTs, ts);
        }
        long entrySeqno = baseSeqno + BlockBuilder.unzigzag(varint(data, skipVarint(data, tsAt)));
        return Long.compare(seqno, entrySeqno);
    }

    static long varint(byte[] data, int at) {
        long b = data[at];
        if (b >= 0) {
            return b;
        }
        long value = b & 0x7f;
        int position = at;
        int shift = 7;
        do {
            b = data[++position];
            value |= (b & 0x7f) << shift;
            shift += 7;
        } while (b < 0);
        return value;
    }

    static int skipVarint(byte[] data, int at) {
        int position = at;
        while (data[position] < 0) {
            position++;
        }
        return position + 1;
    }

    /** End of the entry whose key rest is {@code rest} bytes long, or -1 if it is beyond {@code end}. */
    private static int entryEnd(byte[] data, int at, int rest, int end) {
        int position = at + BlockBuilder.KEY_AT + rest;
        int numbers = (data[at] & BlockBuilder.EXPIRY_FLAG) != 0 ? 4 : 3;
        long valueLength = 0;
        for (int i = 0; i < numbers; i++) {
            int start = position;
            while (position < end && data[position] < 0 && position - start < LittleEndian.MAX_VARINT_BYTES) {
                position++;
            }
            if (position >= end || position - start >= LittleEndian.MAX_VARINT_BYTES) {
                return -1;
            }
            position++;
            valueLength = i == 0 ? varint(data, start) : valueLength;
        }
        return valueLength < 0 || valueLength > end - position ? -1 : position + (int) valueLength;
    }

    /** Moves over the entries of a block that has been handed to it. */
    static final class Cursor implements InternalCursor {
        private @Nullable Block block;
        private byte[] data = new byte[0];
        private int index = -1;
        private byte[] key = new byte[64];
        private int keyLength;
        private byte op;
        private long ts;
        private long seqno;
        private long expireAt;
        private int valueOffset;
        private int valueLength;

        void use(@Nullable Block newBlock) {
            block = newBlock;
            data = newBlock == null ? data : newBlock.data;
            index = -1;
        }

        int index() {
            return index;
        }

        /** Moves to an entry by number; out of range makes the cursor invalid. */
        void moveTo(int newIndex) {
            Block b = block;
            if (b == null || newIndex < 0 || newIndex >= b.starts.length) {
                index = -1;
                return;
            }
            index = newIndex;
            int at = b.starts[newIndex];
            int shared = shared(data, at);
            int rest = rest(data, at);
            int position = at + BlockBuilder.KEY_AT;
            keyLength = shared + rest;
            if (key.length < keyLength) {
                key = new byte[Math.max(keyLength, 2 * key.length)];
            }
            if (shared > 0) {
                System.arraycopy(data, b.restartStart(newIndex) + BlockBuilder.KEY_AT, key, 0, shared);
            }
            System.arraycopy(data, position, key, shared, rest);
            decode(b, at, position + rest);
        }

        private void decode(Block b, int at, int behindKey) {
            int flags = data[at];
            int position = behindKey;
            op = (byte) (flags & BlockBuilder.OP_MASK);
            valueLength = (int) varint(data, position);
            position = skipVarint(data, position);
            ts = b.baseTs + BlockBuilder.unzigzag(varint(data, position));
            position = skipVarint(data, position);
            seqno = b.baseSeqno + BlockBuilder.unzigzag(varint(data, position));
            position = skipVarint(data, position);
            expireAt = Long.MAX_VALUE;
            if ((flags & BlockBuilder.EXPIRY_FLAG) != 0) {
                expireAt = ts + BlockBuilder.unzigzag(varint(data, position));
                position = skipVarint(data, position);
            }
            valueOffset = position;
        }

        /** Whether the current entry is of this key and ts. */
        boolean isVersion(byte[] wanted, long wantedTs) {
            return ts == wantedTs && Arrays.equals(key, 0, keyLength, wanted, 0, wanted.length);
        }

        @Override
        public boolean valid() {
            return index >= 0;
        }

        @Override
        public void first() {
            moveTo(0);
        }

        @Override
        public void last() {
            moveTo(block == null ? -1 : block.count() - 1);
        }

        @Override
        public void seek(byte[] wanted, long wantedTs, long wantedSeqno) {
            moveTo(block == null ? -1 : block.lowerBound(wanted, wantedTs, wantedSeqno));
        }

        @Override
        public void seekBefore(byte[] wanted, long wantedTs, long wantedSeqno) {
            moveTo(block == null ? -1 : block.lowerBound(wanted, wantedTs, wantedSeqno) - 1);
        }

        @Override
        public void next() {
            moveTo(index + 1);
        }

        @Override
        public void prev() {
            moveTo(index - 1);
        }

        @Override
        public byte op() {
            return op;
        }

        @Override
        public long ts() {
            return ts;
        }

        @Override
        public long seqno() {
            return seqno;
        }

        @Override
        public long expireAt() {
            return expireAt;
        }

        @Override
        public byte[] keyArray() {
            return key;
        }

        @Override
        public int keyOffset() {
            return 0;
        }

        @Override
        public int keyLength() {
            return keyLength;
        }

        @Override
        public byte[] valueArray() {
            return data;
        }

        @Override
        public int valueOffset() {
            return valueOffset;
        }

        @Override
        public int valueLength() {
            return valueLength;
        }

        @Override
        public void close() {
            use(null);
        }
    }
}
