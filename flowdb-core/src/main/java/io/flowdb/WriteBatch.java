package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import java.util.Arrays;
import java.util.Objects;

/**
 * Puts, deletes and range deletes that commit together or not at all, in the order in which they were added: a later
 * operation wins over an earlier one of the same batch.
 *
 * <p>Operations are encoded as they are added (see {@link OpCodec}); arrays may be reused afterwards. Threads: one at a
 * time; a batch may be written once more after {@link #clear()}.
 */
public final class WriteBatch {
    /** Largest encoded batch, in bytes. */
    public static final long MAX_BYTES = 1L << 30;

    private byte[] buffer;
    private int length;
    private int count;

    /** An empty batch. */
    public WriteBatch() {
        this(256);
    }

    /** An empty batch with room for about {@code expectedBytes} of encoded operations. */
    public WriteBatch(int expectedBytes) {
        check(expectedBytes >= 0, "expectedBytes", expectedBytes, "0 or more");
        buffer = new byte[expectedBytes];
    }

    /** Adds a put with ts 0 and no expiry of its own. */
    public WriteBatch put(byte[] key, byte[] value) {
        return put(key, 0, FlowRecord.NEVER, value);
    }

    /** Adds a put. */
    public WriteBatch put(FlowRecord record) {
        Objects.requireNonNull(record, "record");
        return put(record.key(), record.ts(), record.expireAt(), record.value());
    }

    /** Adds a put of one version; see {@link FlowRecord} for the limits. */
    public WriteBatch put(byte[] key, long ts, long expireAt, byte[] value) {
        Keys.checkKey(key);
        Objects.requireNonNull(value, "value");
        check(
                value.length <= FlowRecord.MAX_VALUE_BYTES,
                "value length",
                value.length,
                "0 to " + FlowRecord.MAX_VALUE_BYTES);
        append(Op.PUT, key, ts, expireAt, value);
        return this;
    }

    /** Adds a delete of the version with ts 0. */
    public WriteBatch delete(byte[] key) {
        return delete(key, 0);
    }

    /** Adds a delete of one version. It is no error if the version does not exist. */
    public WriteBatch delete(byte[] key, long ts) {
        append(Op.DELETE, Keys.checkKey(key), ts, FlowRecord.NEVER, OpCodec.EMPTY);
        return this;
    }

    /**
     * Adds a delete of every version of the keys from {@code start} (inclusive, may be empty for the first key) to
     * {@code end} (exclusive). {@code start >= end} deletes nothing.
     */
    public WriteBatch deleteRange(byte[] start, byte[] end) {
        Objects.requireNonNull(start, "start");
        Objects.requireNonNull(end, "end");
        check(
                start.length <= Keys.MAX_KEY_BYTES,
                "start length",
                start.length,
                "0 to " + Keys.MAX_KEY_BYTES + " bytes");
        check(
                end.length <= Keys.MAX_KEY_BYTES + 1,
                "end length",
                end.length,
                "0 to " + (Keys.MAX_KEY_BYTES + 1) + " bytes");
        if (Arrays.compareUnsigned(start, end) < 0) {
            append(Op.DELETE_RANGE, start, 0, FlowRecord.NEVER, end);
        }
        return this;
    }

    /** Adds a put of one version; the key is taken as UTF-8. */
    public WriteBatch put(String key, long ts, long expireAt, byte[] value) {
        return put(Keys.utf8(key), ts, expireAt, value);
    }

    /** Adds a delete of one version; the key is taken as UTF-8. */
    public WriteBatch delete(String key, long ts) {
        return delete(Keys.utf8(key), ts);
    }

    /**
     * Adds a delete of every version of the keys from {@code start} (inclusive) to {@code end} (exclusive), taken as
     * UTF-8.
     */
    public WriteBatch deleteRange(String start, String end) {
        return deleteRange(
                Keys.utf8(Objects.requireNonNull(start, "start")), Keys.utf8(Objects.requireNonNull(end, "end")));
    }

    /** Number of operations. */
    public int size() {
        return count;
    }

    /** Whether there are no operations. */
    public boolean isEmpty() {
        return count == 0;
    }

    /** Encoded length of all operations. */
    public long sizeBytes() {
        return length;
    }

    /** Forgets all operations and keeps the memory. */
    public void clear() {
        length = 0;
        count = 0;
    }

    /** The encoded operations, {@link #sizeBytes()} of them; shared, not a copy. */
    byte[] encoded() {
        return buffer;
    }

    /** A copy in which puts that never expire do so at {@code expireAt}. */
    WriteBatch withDefaultExpiry(long expireAt) {
        WriteBatch copy = new WriteBatch(0);
        copy.buffer = Arrays.copyOf(buffer, length);
        copy.length = length;
        copy.count = count;
        for (int at = 0; at < length; at += OpCodec.length(buffer, at)) {
            if (OpCodec.op(buffer, at) == Op.PUT.code() && OpCodec.expireAt(buffer, at) == FlowRecord.NEVER) {
                OpCodec.setExpireAt(copy.buffer, at, expireAt);
            }
        }
        return copy;
    }

    private void append(Op op, byte[] key, long ts, long expireAt, byte[] value) {
        long needed = length + (long) OpCodec.HEADER_BYTES + key.length + value.length;
        check(needed <= MAX_BYTES, "batch size", needed, "at most " + MAX_BYTES + " bytes");
        if (needed > buffer.length) {
            buffer = Arrays.copyOf(buffer, (int) Math.min(MAX_BYTES, Math.max(needed, 2L * buffer.length)));
        }
        OpCodec.setTs(buffer, length, ts);
        OpCodec.setExpireAt(buffer, length, expireAt);
        length = OpCodec.encode(buffer, length, op, key, value);
        count++;
    }
}
