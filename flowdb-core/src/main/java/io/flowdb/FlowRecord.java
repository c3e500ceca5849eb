package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.internal.base.Keys;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;

/**
 * One version of one key.
 *
 * <p>The arrays are used as they are, without a copy: do not change them after handing them over.
 *
 * @param key 1 to {@value #MAX_KEY_BYTES} bytes, ordered as unsigned bytes
 * @param ts event time in microseconds since the epoch; the engine orders by it and does not interpret it
 * @param expireAt microseconds since the epoch; the record is alive while {@code expireAt > now}; {@link #NEVER} for no
 *     expiry of its own
 * @param value 0 to {@value #MAX_VALUE_BYTES} bytes
 */
public record FlowRecord(byte[] key, long ts, long expireAt, byte[] value) {

    /** Value of {@link #expireAt()} for a record that does not expire. */
    public static final long NEVER = Long.MAX_VALUE;

    /** Longest key, in bytes. */
    public static final int MAX_KEY_BYTES = Keys.MAX_KEY_BYTES;

    /** Longest value, in bytes. */
    public static final int MAX_VALUE_BYTES = 256 << 20;

    /** Checks the lengths. */
    public FlowRecord {
        Keys.checkKey(key);
        Objects.requireNonNull(value, "value");
        check(value.length <= MAX_VALUE_BYTES, "value length", value.length, "0 to " + MAX_VALUE_BYTES + " bytes");
    }

    /** A record without an expiry of its own: it expires only if {@link Config#defaultTtl()} is set. */
    public static FlowRecord of(byte[] key, long ts, byte[] value) {
        return new FlowRecord(key, ts, NEVER, value);
    }

    /** As the other one, with key and value taken as UTF-8; a text with half a surrogate pair is refused. */
    public static FlowRecord of(String key, long ts, String value) {
        return new FlowRecord(Keys.utf8(key), ts, NEVER, Keys.utf8("value", value));
    }

    /** The same record with another expiry. */
    public FlowRecord withExpireAt(long micros) {
        return new FlowRecord(key, ts, micros, value);
    }

    /** The key as UTF-8 text; malformed bytes become U+FFFD. */
    public String keyText() {
        return new String(key, StandardCharsets.UTF_8);
    }

    /** The value as UTF-8 text; malformed bytes become U+FFFD. */
    public String valueText() {
        return new String(value, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FlowRecord that
                && ts == that.ts
                && expireAt == that.expireAt
                && Arrays.equals(key, that.key)
                && Arrays.equals(value, that.value);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * Arrays.hashCode(key) + Long.hashCode(ts)) + Arrays.hashCode(value);
    }

    /** Key, ts, expiry and the length of the value; the value itself is left out. */
    @Override
    public String toString() {
        return "FlowRecord[key=" + Keys.show(key) + ", ts=" + ts + (expireAt == NEVER ? "" : ", expireAt=" + expireAt)
                + ", value=" + value.length + " bytes]";
    }
}
