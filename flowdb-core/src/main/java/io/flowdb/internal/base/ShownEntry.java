package io.flowdb.internal.base;

import java.util.Arrays;

/**
 * An entry that a walk has shown; it stays as it is when the walk moves on. Nothing is copied but keys that the source
 * may overwrite. Threads: one.
 */
public final class ShownEntry implements InternalEntry {
    private byte[] keyArray = OpCodec.EMPTY;
    private int keyOffset;
    private int keyLength = -1;
    private byte[] keyBuffer = OpCodec.EMPTY;
    private byte op;
    private long ts;
    private long seqno;
    private long expireAt;
    private byte[] valueArray = OpCodec.EMPTY;
    private int valueOffset;
    private int valueLength;

    /** Whether {@code entry} has the key and the ts of the entry shown; false if none was. */
    public boolean isVersionOf(InternalEntry entry) {
        return entry.ts() == ts
                && entry.keyLength() == keyLength
                && Keys.equal(entry.keyArray(), entry.keyOffset(), keyArray, keyOffset, keyLength);
    }

    /** Whether the entry shown has this key and ts; false if none was shown. */
    public boolean isVersion(byte[] array, int offset, int length, long ofTs) {
        return length == keyLength
                && ofTs == ts
                && ((array == keyArray && offset == keyOffset)
                        || Keys.equal(array, offset, keyArray, keyOffset, length));
    }

    /** Whether the entry shown has this key. */
    public boolean isKey(byte[] key) {
        return keyLength == key.length && Keys.equal(keyArray, keyOffset, key, 0, keyLength);
    }

    /** Shows a key that stays where it is. */
    public void showKey(byte[] array, int offset, int length) {
        /* Storing a reference costs a look at the collector's tables; mostly it is the array of the entry before. */
        if (keyArray != array) {
            keyArray = array;
        }
        keyOffset = offset;
        keyLength = length;
    }

    /**
     * Shows a copy of a key whose first {@code headLength} bytes stand at {@code head} and whose others stand at
     * {@code tail}.
     */
    public void showJoinedKey(byte[] array, int head, int headLength, int tail, int tailLength) {
        int length = headLength + tailLength;
        if (keyBuffer.length < length) {
            keyBuffer = new byte[Math.max(length, Math.max(64, 2 * keyBuffer.length))];
        }
        Keys.copy(array, head, keyBuffer, 0, headLength);
        Keys.copy(array, tail, keyBuffer, headLength, tailLength);
        showKey(keyBuffer, 0, length);
    }

    /** Shows all but key and value. */
    public void showTimes(byte newOp, long newTs, long newSeqno, long newExpireAt) {
        op = newOp;
        ts = newTs;
        seqno = newSeqno;
        expireAt = newExpireAt;
    }

    /** Shows a value that stays where it is. */
    public void showValue(byte[] array, int offset, int length) {
        if (valueArray != array) {
            valueArray = array;
        }
        valueOffset = offset;
        valueLength = length;
    }

    /** Says that the version has no visible entry: the sequence number becomes 0. */
    public void hide() {
        seqno = 0;
    }

    /** Internal order of two entries. */
    public int compareTo(ShownEntry other) {
        int order = Keys.compare(keyArray, keyOffset, keyLength, other.keyArray, other.keyOffset, other.keyLength);
        if (order == 0) {
            order = Long.compare(ts, other.ts);
        }
        return order != 0 ? order : Long.compare(other.seqno, seqno);
    }

    /**
     * As {@link #compareTo}, with keys and ts the other way round; of one version the newest entry still comes first.
     */
    public int compareBackward(ShownEntry other) {
        int order = Keys.compare(other.keyArray, other.keyOffset, other.keyLength, keyArray, keyOffset, keyLength);
        if (order == 0) {
            order = Long.compare(other.ts, ts);
        }
        return order != 0 ? order : Long.compare(other.seqno, seqno);
    }

    /** A copy of the key. */
    public byte[] key() {
        return Arrays.copyOfRange(keyArray, keyOffset, keyOffset + keyLength);
    }

    /** A copy of the value. */
    public byte[] value() {
        return Arrays.copyOfRange(valueArray, valueOffset, valueOffset + valueLength);
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
        return valueArray;
    }

    @Override
    public int valueOffset() {
        return valueOffset;
    }

    @Override
    public int valueLength() {
        return valueLength;
    }
}
