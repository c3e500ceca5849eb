package io.flowdb.internal.base;

/**
 * A walk over one sorted source in internal order: key ascending (unsigned bytes), ts ascending, sequence number descending. Shows
 * every stored entry, tombstones and shadowed versions included. Threads: one. Reading an entry while not {@link #valid()} is undefined.
 */
public interface InternalCursor extends InternalEntry, AutoCloseable {

    /** Whether the cursor stands on an entry. */
    boolean valid();

    /** Moves to the first entry. */
    void first();

    /** Moves to the last entry. */
    void last();

    /** Moves to the first entry at or behind the given place in internal order. */
    void seek(byte[] key, long ts, long seqno);

    /** Moves to the last entry before the given place in internal order. */
    void seekBefore(byte[] key, long ts, long seqno);

    /** Moves one entry forward. */
    void next();

    /** Moves one entry back. */
    void prev();

    /** Releases what the cursor holds. */
    @Override
    void close();
}
