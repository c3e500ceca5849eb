package io.flowdb;

/**
 * A walk over a range of an {@link OrderedStore}. Holds a few blocks a source at most. Threads: one at a time.
 *
 * <p>Keys and values are only copied when asked for, so a walk that never calls {@link #value()} costs no value copies.
 * {@link #copyKey} and {@link #copyValue} fill an array of the caller; a walk of an {@link Engine} then allocates
 * nothing for an entry.
 */
public interface StoreCursor extends AutoCloseable {

    /**
     * Moves to the next entry in the direction of the walk; false at the end. A walk that has failed fails again: begin
     * a new one.
     */
    boolean next();

    /** A copy of the current key. */
    byte[] key();

    /** A copy of the current value. */
    byte[] value();

    /** Bytes of the current key. */
    default int keyLength() {
        return key().length;
    }

    /** Bytes of the current value. */
    default int valueLength() {
        return value().length;
    }

    /**
     * Copies the current key into {@code to}, from index {@code at} on.
     *
     * @return its length
     * @throws IllegalArgumentException if it does not fit; nothing is copied then
     */
    default int copyKey(byte[] to, int at) {
        byte[] key = key();
        return ArrayTarget.copy(key, 0, key.length, to, at);
    }

    /**
     * Copies the current value into {@code to}, from index {@code at} on.
     *
     * @return its length
     * @throws IllegalArgumentException if it does not fit; nothing is copied then
     */
    default int copyValue(byte[] to, int at) {
        byte[] value = value();
        return ArrayTarget.copy(value, 0, value.length, to, at);
    }

    /** Sequence number of the commit that wrote the current entry. */
    long seqno();

    /** Expiry of the current entry in microseconds since the epoch, or {@link FlowRecord#NEVER}. */
    long expireAt();

    @Override
    void close();
}
