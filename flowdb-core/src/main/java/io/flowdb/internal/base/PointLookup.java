package io.flowdb.internal.base;

import java.util.Arrays;

/**
 * The best entry that a search has met so far. Sources offer what they hold: for one (key, ts) the highest sequence number stays, for the latest
 * version of a key the highest ts.
 * Refers to the source's array: copy the value before the source may go. Threads: one.
 */
public final class PointLookup {
    /* Sequence number << 2 | op: a field less keeps the object, which each point read makes, at 48 bytes. */
    private long stamp;
    private long ts;
    private long expireAt;
    private byte[] array = OpCodec.EMPTY;
    private int valueOffset;
    private int valueLength;

    /** Keeps the entry if it is newer than the one held. */
    public void offer(InternalEntry entry) {
        if (entry.seqno() > seqno()) {
            set(entry.seqno(), entry.op(), entry.ts(), entry.expireAt());
            setValue(entry.valueArray(), entry.valueOffset(), entry.valueLength());
        }
    }

    /** Keeps the entry if it is of a later ts than the one held, or of the same ts and newer. */
    public void offerLater(InternalEntry entry) {
        if (isBefore(entry.ts(), entry.seqno())) {
            set(entry.seqno(), entry.op(), entry.ts(), entry.expireAt());
            setValue(entry.valueArray(), entry.valueOffset(), entry.valueLength());
        }
    }

    /** Whether {@link #offerLater} would keep an entry of this ts and sequence number. */
    public boolean isBefore(long otherTs, long otherSeqno) {
        return stamp == 0 || otherTs > ts || otherTs == ts && otherSeqno > seqno();
    }

    /** Replaces the entry held, but for its value. */
    public void set(long newSeqno, byte newOp, long newTs, long newExpireAt) {
        stamp = newSeqno << 2 | newOp;
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
        return stamp >>> 2;
    }

    /** Whether the entry held is a value that is alive at {@code now} and newer than {@code hiddenUpTo}. */
    public boolean isAlive(long now, long hiddenUpTo) {
        return seqno() > hiddenUpTo && (stamp & 3) == Op.PUT.code() && expireAt > now;
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

    /** Copies the value of the entry held to the begin of {@code into}, if there is room for all of it. */
    public void copyValue(byte[] into) {
        if (valueLength <= into.length) {
            System.arraycopy(array, valueOffset, into, 0, valueLength);
        }
    }

    /** Holds nothing again. */
    public void clear() {
        stamp = 0;
        array = OpCodec.EMPTY;
        valueLength = 0;
    }

    /** A copy of the value of the entry held. */
    public byte[] value() {
        return Arrays.copyOfRange(array, valueOffset, valueOffset + valueLength);
    }
}
