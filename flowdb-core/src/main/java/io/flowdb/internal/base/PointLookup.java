package io.flowdb.internal.base;

import java.util.Arrays;

/**
 * The best entry that a search for one (key, ts) has met so far. Sources offer what they hold; the highest sequence number stays.
 * Refers to the source's array: copy the value before the source may go. Threads: one.
 */
public final class PointLookup {
    private long seqno;
    private byte op;
    private long ts;
    private long expireAt;
    private byte[] array = OpCodec.EMPTY;
    private int valueOffset;
    private int valueLength;

    /** Keeps the entry if it is newer than the one held. */
    public void offer(InternalEntry entry) {
        if (entry.seqno() > seqno) {
            set(entry.seqno(), entry.op(), entry.ts(), entry.expireAt());
            setValue(entry.valueArray(), entry.valueOffset(), entry.valueLength());
        }
    }

    /** Replaces the entry held, but for its value. */
    public void set(long newSeqno, byte newOp, long newTs, long newExpireAt) {
        seqno = newSeqno;
        op = newOp;
        ts = newTs;
        expireAt = newExpireAt;
    }

    /** Replaces the value of the entry held. */
    public void setValue(byte[] holder, int offset, int length) {
        array = holder;
        valueOffset = offset;
        valueLength = length;
    }

    /** Sequence number of the entry held, 0 if there is none. */
    public long seqno() {
        return seqno;
    }

    /** Whether the entry held is a value that is alive at {@code now} and newer than {@code hiddenUpTo}. */
    public boolean isAlive(long now, long hiddenUpTo) {
        return seqno > hiddenUpTo && op == Op.PUT.code() && expireAt > now;
    }

    /** Timestamp of the entry held. */
    public long ts() {
        return ts;
    }

    /** Expiry of the entry held. */
    public long expireAt() {
        return expireAt;
    }

    /** Bytes of the value of the entry held. */
    public int valueLength() {
        return valueLength;
    }

    /** A copy of the value of the entry held. */
    public byte[] value() {
        return Arrays.copyOfRange(array, valueOffset, valueOffset + valueLength);
    }
}
