package io.flowdb.internal.sstable;

import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.base.InternalEntry;
import java.util.Arrays;

/**
 * Encodes one data block.
 *
 * <p>Layout, little-endian, entries in internal order:
 * <pre>
 * entry:   flags     u8      bits 0-1 op, bit 2 expiry present
 *          shared    u16     key bytes taken from the last restart point; 0 at a restart point
 *          rest      u16     key bytes that follow
 *          key rest
 *          valueLength varint
 *          ts        varint  zigzag of (ts - baseTs)
 *          seqno     varint  zigzag of (seqno - baseSeqno)
 *          expireAt  varint  zigzag of (expireAt - ts), if present
 *          value
 * footer:  baseTs u64, baseSeqno u64 (those of the first entry), entryCount u32, restartInterval u32
 * </pre>
 * Every {@code restartInterval}-th entry is a restart point: its key is whole. Sharing with the restart point instead of the entry before
 * lets any entry be read alone. Threads: one. Source: docs/format/sst.md, format 1.
 */
final class BlockBuilder {
    static final int RESTART_INTERVAL = 16;
    static final int FOOTER_BYTES = 24;
    static final int EXPIRY_FLAG = 4;
    static final int OP_MASK = 3;
    static final int KEY_AT = 5;

    private final ByteWriter out = new ByteWriter(16 << 10);
    private byte[] restartKey = new byte[64];
    private int restartLength;
    private int count;
    private long baseTs;
    private long baseSeqno;

    void add(InternalEntry entry) {
        if (count == 0) {
            baseTs = entry.ts();
            baseSeqno = entry.seqno();
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

    int count() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    int sizeBytes() {
        return out.length() + FOOTER_BYTES;
    }

    /** Appends the footer; the block is {@link #sizeBytes()} bytes of the returned array, valid until {@link #clear()}. */
    byte[] finish() {
        out.putLong(baseTs).putLong(baseSeqno).putInt(count).putInt(RESTART_INTERVAL);
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

    private void setRestart(byte[] key, int from, int length) {
        if (restartKey.length < length) {
            restartKey = new byte[Math.max(length, 2 * restartKey.length)];
        }
        System.arraycopy(key, from, restartKey, 0, length);
        restartLength = length;
    }
}
