package io.flowdb.internal.sstable;

import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.LittleEndian;
import java.util.Arrays;

/**
 * Encodes one data block.
 *
 * <p>Layout, little-endian, entries in internal order:
 * <pre>
 * header:  baseTs u64, baseSeqno u64 (those of the first entry), entryCount u32, restartInterval u32
 * entry:   flags     u8      bits 0-1 op, bit 2 expiry present
 *          shared    u16     key bytes taken from the last restart point; 0 at a restart point
 *          rest      u16     key bytes that follow
 *          key rest
 *          valueLength varint
 *          ts        varint  zigzag of (ts - baseTs)
 *          seqno     varint  zigzag of (seqno - baseSeqno)
 *          expireAt  varint  zigzag of (expireAt - ts), if present
 *          value
 * restarts: u32 each, offset in the block of entries 0, restartInterval, 2 * restartInterval ...
 * </pre>
 * Every {@code restartInterval}-th entry is a restart point: its key is whole. Sharing with the restart point instead
 * of the entry before lets any entry be read alone. Threads: one. Source: docs/format/sst.md, format 2.
 */
final class BlockBuilder {
    static final int RESTART_INTERVAL = 16;
    static final int HEADER_BYTES = 24;
    static final int EXPIRY_FLAG = 4;
    static final int OP_MASK = 3;
    static final int KEY_AT = 5;

    /*
     * A key that is whole is compared and handed out where it stands; sharing fewer bytes than a cache line holds saves
     * little.
     */
    private static final int LEAST_SHARED = 32;

    private final ByteWriter out = new ByteWriter(16 << 10);
    private int[] restarts = new int[64];
    private byte[] restartKey = new byte[64];
    private int restartLength;
    private int count;
    private long baseTs;
    private long baseSeqno;

    void add(InternalEntry entry) {
        if (count == 0) {
            baseTs = entry.ts();
            baseSeqno = entry.seqno();
            out.putLong(baseTs).putLong(baseSeqno).putInt(0).putInt(RESTART_INTERVAL);
        }
        byte[] key = entry.keyArray();
        int from = entry.keyOffset();
        int length = entry.keyLength();
        int shared = 0;
        if (count % RESTART_INTERVAL == 0) {
            setRestart(key, from, length);
        } else {
            int common = Arrays.mismatch(restartKey, 0, restartLength, key, from, from + length);
            shared = common < 0 ? length : common;
            shared = shared < LEAST_SHARED ? 0 : shared;
        }
        boolean expires = entry.expireAt() != Long.MAX_VALUE;
        int rest = length - shared;
        out.putByte(entry.op() | (expires ? EXPIRY_FLAG : 0));
        out.putByte(shared).putByte(shared >>> 8).putByte(rest).putByte(rest >>> 8);
        out.putRaw(key, from + shared, rest);
        out.putVarLong(entry.valueLength());
        out.putVarLong(zigzag(entry.ts() - baseTs));
        out.putVarLong(zigzag(entry.seqno() - baseSeqno));
        if (expires) {
            out.putVarLong(zigzag(entry.expireAt() - entry.ts()));
        }
        out.putRaw(entry.valueArray(), entry.valueOffset(), entry.valueLength());
        count++;
    }

    boolean isEmpty() {
        return count == 0;
    }

    /** Offset of the entry that is added next. */
    int nextOffset() {
        return count == 0 ? HEADER_BYTES : out.length();
    }

    int sizeBytes() {
        return out.length() + 4 * restartCount();
    }

    /**
     * Appends the restarts; the block is {@link #finishedBytes()} bytes of the returned array, valid until
     * {@link #clear()}.
     */
    byte[] finish() {
        for (int i = 0; i < restartCount(); i++) {
            out.putInt(restarts[i]);
        }
        LittleEndian.putInt(out.array(), 16, count);
        return out.array();
    }

    /** Length of the finished block. */
    int finishedBytes() {
        return out.length();
    }

    void clear() {
        out.clear();
        count = 0;
    }

    static long zigzag(long value) {
        return value << 1 ^ value >> 63;
    }

    static long unzigzag(long value) {
        return value >>> 1 ^ -(value & 1);
    }

    private int restartCount() {
        return (count + RESTART_INTERVAL - 1) / RESTART_INTERVAL;
    }

    private void setRestart(byte[] key, int from, int length) {
        if (restartCount() == restarts.length) {
            restarts = Arrays.copyOf(restarts, 2 * restarts.length);
        }
        restarts[restartCount()] = out.length();
        if (restartKey.length < length) {
            restartKey = new byte[Math.max(length, 2 * restartKey.length)];
        }
        System.arraycopy(key, from, restartKey, 0, length);
        restartLength = length;
    }
}
