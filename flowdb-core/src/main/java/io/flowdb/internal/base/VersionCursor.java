package io.flowdb.internal.base;

/**
 * A walk over the versions of a sorted source, each a (key, ts), forward or backward. Place it first; its direction follows from that. Threads: one.
 */
public interface VersionCursor extends AutoCloseable {

    /** Moves to the first entry. */
    void first();

    /** Moves to the last entry. */
    void last();

    /** Moves to the first entry at or behind the given place in internal order. */
    void seek(byte[] key, long ts, long seqno);

    /** Moves to the last entry before the given place in internal order. */
    void seekBefore(byte[] key, long ts, long seqno);

    /**
     * Shows the next version of a walk forward: its newest entry at or below {@code atMost}; if it has none, any entry of it, hidden by sequence number 0. The
     * walk begins with the entry the cursor stands on, and goes on behind what {@code shown} shows, so {@code shown} is new, and the cursor is not moved
     * otherwise meanwhile.
     *
     * @return false at the end
     */
    boolean nextVersion(long atMost, ShownEntry shown);

    /**
     * As {@link #nextVersion} where that is simple: the next entry is of another version and one of {@code plain}, or behind its end. Nothing is moved or
     * shown otherwise.
     */
    default PlainEntries.Step nextPlain(PlainEntries plain, ShownEntry shown) {
        return PlainEntries.Step.UNDECIDED;
    }

    /** As {@link #nextVersion}, of a walk backward. */
    boolean previousVersion(long atMost, ShownEntry shown);

    /** Releases what the cursor holds. */
    @Override
    void close();
}
