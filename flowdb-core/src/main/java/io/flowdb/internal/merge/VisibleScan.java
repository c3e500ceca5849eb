package io.flowdb.internal.merge;

import io.flowdb.error.StorageException;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.PlainEntries;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.base.VersionCursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The records that a reader sees, out of all stored entries: for each (key, ts) the newest entry at or below the
 * snapshot, unless it is a tombstone, hidden by a range tombstone or expired. Threads: one.
 *
 * <p>Key and value stay where they are until they are asked for.
 */
public final class VisibleScan implements AutoCloseable {
    private static final ShownEntry NOTHING = new ShownEntry();

    private final List<VersionCursor> sources;
    private final VersionMerge versions;
    private final Visibility visibility;
    private ScanBounds bounds;
    private final boolean anyRangeTombstones;
    private @Nullable PlainEntries plain; // null if there is more to look at
    private boolean started;
    private boolean ended;
    private long expired;
    private @Nullable RuntimeException failure;
    private ShownEntry current = NOTHING;

    /** Takes over {@code sources}. */
    public VisibleScan(List<VersionCursor> sources, Visibility visibility, ScanBounds bounds) {
        this.sources = sources;
        this.versions = new VersionMerge(sources, visibility.snapshot(), bounds);
        this.visibility = visibility;
        this.bounds = bounds;
        this.anyRangeTombstones = !visibility.tombstones().isEmpty();
        this.plain = plainEntries();
    }

    private @Nullable PlainEntries plainEntries() {
        return bounds.reversed() || anyRangeTombstones
                ? null
                : new PlainEntries(visibility.snapshot(), bounds.minTs(), bounds.maxTs(), bounds.endKey());
    }

    /** Goes on with other keys, which the sources must cover, in the same direction. */
    public void moveTo(byte[] start, byte[] end) {
        bounds = new ScanBounds(start, end, bounds.minTs(), bounds.maxTs(), bounds.reversed());
        plain = plainEntries();
        versions.restart(bounds);
        started = false;
        ended = false;
    }

    /** Moves to the next record; false at the end. A walk that has failed is at an unknown place: it fails again. */
    public boolean next() {
        if (failure != null) {
            throw failure;
        }
        try {
            PlainEntries simple = plain;
            PlainEntries.Step step = simple == null ? PlainEntries.Step.UNDECIDED : versions.nextPlain(simple);
            if (step == PlainEntries.Step.UNDECIDED) {
                return findNext();
            }
            return step == PlainEntries.Step.SHOWN || end();
        } catch (RuntimeException e) {
            failure = e;
            throw e;
        } catch (Error e) {
            failure = new StorageException("A walk was broken off by " + e, e);
            throw e;
        }
    }

    private boolean show(ShownEntry entry) {
        if (current != entry) {
            current = entry;
        }
        return true;
    }

    private boolean end() {
        ended = true;
        return false;
    }

    private boolean findNext() {
        if (!started) {
            started = true;
            placeSources();
        }
        while (!ended) {
            ShownEntry entry = versions.next();
            if (entry == null) {
                return end();
            }
            if (isShown(entry)) {
                return show(entry);
            }
        }
        return false;
    }

    /** The record itself, until the next call of {@link #next}. */
    public ShownEntry current() {
        return current;
    }

    /** Records left out so far because they have expired. */
    public long expiredCount() {
        return expired;
    }

    @Override
    public void close() {
        versions.close();
    }

    private void placeSources() {
        byte[] from = bounds.startKey();
        byte[] end = bounds.endKey();
        for (VersionCursor source : sources) {
            if (bounds.reversed()) {
                if (end == null) {
                    source.last();
                } else {
                    source.seekBefore(end, Long.MIN_VALUE, Long.MAX_VALUE);
                }
            } else if (from == null) {
                source.first();
            } else {
                source.seek(from, Long.MIN_VALUE, Long.MAX_VALUE);
            }
        }
    }

    private boolean isShown(ShownEntry entry) {
        long ts = entry.ts();
        if (entry.op() != Op.PUT.code() || entry.seqno() == 0 || ts < bounds.minTs() || ts > bounds.maxTs()) {
            return false;
        }
        if (anyRangeTombstones
                && visibility.hiddenUpTo(entry.keyArray(), entry.keyOffset(), entry.keyLength()) > entry.seqno()) {
            return false;
        }
        if (entry.expireAt() != Long.MAX_VALUE && entry.expireAt() <= visibility.nowMicros()) {
            expired++;
            return false;
        }
        return true;
    }
}
