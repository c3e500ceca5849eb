package io.flowdb.internal.sstable;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.ShownEntry;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Moves over the entries of a block that has been handed to it. Threads: one. */
final class BlockCursor implements InternalCursor {
    private static final byte[] NONE = new byte[0];

    private byte @Nullable [] source;
    private byte[] block = NONE;
    private int end;
    private long baseTs;
    private long baseSeqno;

    private int at = -1;
    private int behind;

    /* Entries of the restart group that a walk backward is in: their offsets, and which of them the cursor stands on. */
    private int[] group = new int[BlockBuilder.RESTART_INTERVAL];
    private int inGroup = -1;

    private byte[] keyArray = NONE;
    private int keyOffset;
    private int keyLength;
    private byte[] keyBuffer = new byte[64];

    private byte op;
    private long ts;
    private long seqno;
    private long expireAt;
    private int valueOffset;
    private int valueLength;

    void use(byte @Nullable [] newBlock) {
        source = newBlock;
        at = -1;
        if (newBlock != null) {
            block = newBlock;
            end = Block.end(newBlock);
            baseTs = Block.baseTs(newBlock);
            baseSeqno = Block.baseSeqno(newBlock);
        }
    }

    /** Moves to an entry by its offset; {@code end} makes the cursor invalid. */
    private void moveTo(int offset) {
        inGroup = -1;
        if (source == null || offset >= end) {
            at = -1;
        } else {
            decode(offset);
        }
    }

    private void decode(int offset) {
        byte[] b = block;
        at = offset;
        int flags = b[offset];
        int shared = Block.shared(b, offset);
        int rest = Block.rest(b, offset);
        int position = offset + BlockBuilder.KEY_AT;
        keyLength = shared + rest;
        if (shared == 0) {
            keyArray = b;
            keyOffset = position;
        } else {
            joinKey(offset, shared, rest);
        }
        position += rest;
        op = (byte) (flags & BlockBuilder.OP_MASK);
        int length = (int) Block.varint(b, position);
        position = Block.skipVarint(b, position);
        ts = baseTs + BlockBuilder.unzigzag(Block.varint(b, position));
        position = Block.skipVarint(b, position);
        seqno = baseSeqno + BlockBuilder.unzigzag(Block.varint(b, position));
        position = Block.skipVarint(b, position);
        expireAt = Long.MAX_VALUE;
        if ((flags & BlockBuilder.EXPIRY_FLAG) != 0) {
            expireAt = ts + BlockBuilder.unzigzag(Block.varint(b, position));
            position = Block.skipVarint(b, position);
        }
        valueOffset = position;
        valueLength = length;
        behind = position + length;
    }

    private void joinKey(int offset, int shared, int rest) {
        if (keyBuffer.length < keyLength) {
            keyBuffer = new byte[Math.max(keyLength, 2 * keyBuffer.length)];
        }
        int restartAt = Block.restart(block, end, Block.restartBefore(block, end, offset));
        System.arraycopy(block, restartAt + BlockBuilder.KEY_AT, keyBuffer, 0, shared);
        System.arraycopy(block, offset + BlockBuilder.KEY_AT, keyBuffer, shared, rest);
        keyArray = keyBuffer;
        keyOffset = 0;
    }

    /** Moves to the last entry before {@code offset}; invalid if there is none. Entries lead forward only, so a group is walked once and kept. */
    private void moveBefore(int offset) {
        if (source == null || offset <= BlockBuilder.HEADER_BYTES) {
            at = -1;
            inGroup = -1;
            return;
        }
        int entry = Block.restart(block, end, Block.restartBefore(block, end, offset - 1));
        int count = 0;
        while (entry < offset) {
            if (count == group.length) {
                group = Arrays.copyOf(group, 2 * count);
            }
            group[count++] = entry;
            entry = Block.entryEnd(block, entry);
        }
        inGroup = count - 1;
        decode(group[inGroup]);
    }

    /** Whether the current entry is of the version that {@code shown} shows. */
    boolean isVersionOf(ShownEntry shown) {
        return shown.isVersion(keyArray, keyOffset, keyLength, ts);
    }

    /** Shows the current entry. */
    void show(ShownEntry shown) {
        if (keyArray == keyBuffer) {
            shown.showCopyOfKey(keyBuffer, 0, keyLength);
        } else {
            shown.showKey(keyArray, keyOffset, keyLength);
        }
        shown.showTimes(op, ts, seqno, expireAt);
        shown.showValue(block, valueOffset, valueLength);
    }

    /** Whether the cursor is in a block, on an entry of it. */
    @Override
    public boolean valid() {
        return at >= 0;
    }

    @Override
    public void first() {
        moveTo(BlockBuilder.HEADER_BYTES);
    }

    @Override
    public void last() {
        moveBefore(end);
    }

    @Override
    public void seek(byte[] wanted, long wantedTs, long wantedSeqno) {
        moveTo(source == null ? end : Block.lowerBound(block, wanted, wantedTs, wantedSeqno));
    }

    @Override
    public void seekBefore(byte[] wanted, long wantedTs, long wantedSeqno) {
        moveBefore(source == null ? 0 : Block.lowerBound(block, wanted, wantedTs, wantedSeqno));
    }

    @Override
    public void next() {
        moveTo(behind);
    }

    @Override
    public void prev() {
        if (inGroup > 0) {
            decode(group[--inGroup]);
        } else {
            moveBefore(at);
        }
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
        return keyArray;
    }

    @Override
    public int keyOffset() {
        return keyOffset;
    }

    @Override
    public int keyLength() {
        return keyLength;
    }

    @Override
    public byte[] valueArray() {
        return block;
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
