package io.flowdb.internal.base;

import java.util.Arrays;

/**
 * The best entry that a search has met so far. Sources offer what they hold: for one (key, ts) the highest sequence
 * number stays, for the latest version of a key the highest ts. Refers to the source's array, which nobody changes or
 * takes back. Threads: one.
 */
public class PointLookup {
    /* Sequence number << 2 | op: each point read makes such an object. */
    private long stamp;
    private long ts;
    private long expireAt;
    private byte[] array = OpCodec.EMPTY;
    private int valueOffset;
    private int valueLength;

    private int touched;

    /**
     * Asked before a file is read: whether it is certain to stay open for this search. If not, the search is given up,
     * and what it has found so far does not count.
     */
    public boolean holdFiles() {
        return true;
    }

    /** Takes the result of a read that was made only to bring bytes to the processor, so that the compiler keeps it. */
    public final void keep(int bytes) {
        touched = bytes;
    }

    /** Keeps the entry if it is newer than the one held. */
    public final void offer(InternalEntry entry) {
        if (entry.seqno() > seqno()) {
            set(entry.seqno(), entry.op(), entry.ts(), entry.expireAt());
            setValue(entry.valueArray(), entry.valueOffset(), entry.valueLength());
        }
    }

    /** Keeps the entry if it is of a later ts than the one held, or of the same ts and newer. */
    public final void offerLater(InternalEntry entry) {
        if (isBefore(entry.ts(), entry.seqno())) {
            set(entry.seqno(), entry.op(), entry.ts(), entry.expireAt());
            setValue(entry.valueArray(), entry.valueOffset(), entry.valueLength());
        }
    }

    /** Whether {@link #offerLater} would keep an entry of this ts and sequence number. */
    public final boolean isBefore(long otherTs, long otherSeqno) {
        return stamp == 0 || otherTs > ts || otherTs == ts && otherSeqno > seqno();
    }

    /** Replaces the entry held, but for its value. */
    public final void set(long newSeqno, byte newOp, long newTs, long newExpireAt) {
        stamp = newSeqno << 2 | newOp;
        ts = newTs;
        expireAt = newExpireAt;
    }

    /** Replaces the value of the entry held. */
    public final void setValue(byte[] holder, int offset, int length) {
        array = holder;
        valueOffset = offset;
        valueLength = length;
    }

    /** Sequence number of the entry held, 0 if there is none. */
    public final long seqno() {
        return stamp >>> 2;
    }

    /** Whether the entry held is a value that is alive at {@code now} and newer than {@code hiddenUpTo}. */
    public final boolean isAlive(long now, long hiddenUpTo) {
        return seqno() > hiddenUpTo && (stamp & 3) == Op.PUT.code() && expireAt > now;
    }

    /** Timestamp of the entry held. */
    public final long ts() {
        return ts;
    }

    /** Expiry of the entry held. */
    public final long expireAt() {
        return expireAt;
    }

    /** Bytes of the value of the entry held. */
    public final int valueLength() {
        return valueLength;
    }

    /** Copies the value of the entry held to the begin of {@code into}, if there is room for all of it. */
    public final void copyValue(byte[] into) {
        if (valueLength <= into.length) {
            System.arraycopy(array, valueOffset, into, 0, valueLength);
        }
    }

    /** A copy of the value of the entry held. */
    public final byte[] value() {
        return Arrays.copyOfRange(array, valueOffset, valueOffset + valueLength);
    }
}
