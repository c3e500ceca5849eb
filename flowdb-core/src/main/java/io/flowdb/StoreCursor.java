package io.flowdb;

/**
 * A walk over a range of an {@link OrderedStore}. Holds a few blocks a source at most. Threads: one at a time.
 *
 * <p>Keys and values are only copied when asked for, so a walk that never calls {@link #value()} costs no value copies.
 */
public interface StoreCursor extends AutoCloseable {

    /** Moves to the next entry in the direction of the walk; false at the end. A walk that has failed fails again: begin a new one. */
    boolean next();

    /** A copy of the current key. */
    byte[] key();

    /** A copy of the current value. */
    byte[] value();

    /** Sequence number of the commit that wrote the current entry. */
    long seqno();

    /** Expiry of the current entry in microseconds since the epoch, or {@link FlowRecord#NEVER}. */
    long expireAt();

    @Override
    void close();
}
