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

    /**
     * Shows the next version, a (key, ts), of a walk forward: its newest entry at or below {@code atMost}; if it has none, any entry of it, hidden
     * by sequence number 0. The walk begins with the entry the cursor stands on, and goes on behind what {@code shown} shows, so {@code shown} is new, and the
     * cursor is not moved otherwise meanwhile.
     *
     * @return false at the end
     */
    default boolean nextVersion(long atMost, ShownEntry shown) {
        while (valid() && shown.isVersionOf(this)) {
            next();
        }
        if (!valid()) {
            return false;
        }
        shown.show(this);
        while (shown.seqno() > atMost) {
            next();
            if (!valid() || !shown.isVersionOf(this)) {
                shown.hide();
            } else {
                shown.show(this);
            }
        }
        return true;
    }

    /**
     * As {@link #nextVersion} where that is simple: the next entry is of another version and one of {@code plain}, or behind its end. Nothing is moved or
     * shown otherwise.
     */
    default PlainEntries.Step nextPlain(PlainEntries plain, ShownEntry shown) {
        return PlainEntries.Step.UNDECIDED;
    }

    /** As {@link #nextVersion}, of a walk backward. */
    default boolean previousVersion(long atMost, ShownEntry shown) {
        if (!valid()) {
            return false;
        }
        shown.show(this);
        boolean visible = seqno() <= atMost;
        /* The entries of one version come oldest first: the last one at or below counts. */
        for (prev(); valid() && shown.isVersionOf(this); prev()) {
            if (seqno() <= atMost) {
                shown.show(this);
                visible = true;
            }
        }
        if (!visible) {
            shown.hide();
        }
        return true;
    }

    /** Releases what the cursor holds. */
    @Override
    void close();
}
