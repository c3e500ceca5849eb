package io.flowdb.internal.base;

/**
 * A walk over the versions of a sorted source, each a (key, ts), forward or backward. Place it first; its direction
 * follows from that. Threads: one.
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
     * Moves forward to the next version and puts it into {@code shown}: its newest entry at or below {@code atMost} or,
     * if it has none, any of its entries with the sequence number 0, which says that it is invisible. The first call of
     * a walk shows the version that the cursor stands on, each later one the version behind that in {@code shown}. So a
     * walk begins with a new {@code shown} and passes it to each call, and nothing else moves the cursor meanwhile.
     *
     * @return false at the end
     */
    boolean nextVersion(long atMost, ShownEntry shown);

    /**
     * As {@link #nextVersion} if the next entry is of another version and one of {@code plain}, or lies behind the end
     * of {@code plain}. In all other cases nothing is moved or shown, and the caller has to use {@link #nextVersion}.
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
