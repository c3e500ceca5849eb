package io.flowdb.internal.base;

/**
 * A walk over one sorted source in internal order: key ascending (unsigned bytes), ts ascending, sequence number
 * descending. Shows every stored entry, tombstones and shadowed versions included. Threads: one.
 */
public interface InternalCursor extends VersionCursor {

    /** Whether the cursor stands on an entry. */
    boolean valid();

    /** The entry stood on, until the cursor is moved; undefined while not {@link #valid()}. */
    InternalEntry entry();

    /** Moves one entry forward. */
    void next();
}
