package io.flowdb;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.sstable.ScanOptions;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Looks for writes to the keys and ranges of {@link Preconditions}. Where all entries have ts 0, as those of an
 * {@link OrderedStore}, a key is found by its hash and need not be searched among versions.
 *
 * <p>Asked once for the tables without a lock, then for the memtables under the commit lock.
 */
final class PreconditionGuard {
    private final Preconditions preconditions;
    private final boolean everyVersion;
    private final long ts;

    /** Keys stand for all their versions. */
    PreconditionGuard(Preconditions preconditions) {
        this(preconditions, true, 0);
    }

    /**
     * A change that breaks the guard.
     *
     * @param precondition position among the preconditions
     * @param seqno of the change
     */
    record Violation(int precondition, long seqno) {}

    private PreconditionGuard(Preconditions preconditions, boolean everyVersion, long ts) {
        this.preconditions = preconditions;
        this.everyVersion = everyVersion;
        this.ts = ts;
    }

    /** Keys stand for their version with this ts. */
    static PreconditionGuard ofVersion(Preconditions preconditions, long ts) {
        return new PreconditionGuard(preconditions, false, ts);
    }

    /** Changes at or below this sequence number are known and allowed. */
    long sinceSeqno() {
        return preconditions.sinceSeqno();
    }

    /** A newer change in a memtable, or null. */
    @Nullable
    Violation check(Memtable memtable) {
        if (memtable.maxSeqno() <= sinceSeqno()) {
            return null;
        }
        RangeTombstones tombstones = memtable.tombstones();
        List<byte[]> keys = preconditions.keys();
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            long newest = everyVersion && memtable.isTimed()
                    ? newestVersion(key, preconditions.sinceSeqno(i), memtable.cursor())
                    : newestSeqno(memtable, key);
            newest = Math.max(newest, tombstones.covering(key, 0, key.length, Long.MAX_VALUE));
            if (newest > preconditions.sinceSeqno(i)) {
                return new Violation(i, newest);
            }
        }
        return preconditions.ranges().isEmpty() ? null : checkRanges(memtable, tombstones);
    }

    private long newestSeqno(Memtable memtable, byte[] key) {
        int node = memtable.find(key, ts, Long.MAX_VALUE);
        return node == 0 ? 0 : memtable.seqno(node);
    }

    /** Sequence number of a write to any version of the key after {@code since}, or 0. */
    private static long newestVersion(byte[] key, long since, InternalCursor cursor) {
        try (cursor) {
            cursor.seek(key, Long.MIN_VALUE, Long.MAX_VALUE);
            for (; cursor.valid() && isKey(cursor.entry(), key); cursor.next()) {
                if (cursor.entry().seqno() > since) {
                    return cursor.entry().seqno();
                }
            }
        }
        return 0;
    }

    private static boolean isKey(InternalEntry entry, byte[] key) {
        return entry.keyLength() == key.length && Keys.equal(entry.keyArray(), entry.keyOffset(), key, 0, key.length);
    }

    /**
     * Either walks the ranges or looks at every entry that is newer than the snapshot, whichever takes fewer steps. So
     * the commit lock is held for a short time both by a commit that has read much and by one that many small commits
     * have overtaken.
     */
    private @Nullable Violation checkRanges(Memtable memtable, RangeTombstones tombstones) {
        List<Preconditions.Range> ranges = preconditions.ranges();
        int keys = preconditions.keys().size();
        long steps = memtable.maxSeqno() - Math.max(sinceSeqno(), memtable.minSeqno() - 1);
        try (InternalCursor cursor = memtable.cursor()) {
            for (int i = 0; i < ranges.size(); i++) {
                Preconditions.Range range = ranges.get(i);
                long newest = newestTombstone(range, tombstones);
                if (newest == 0 && !isEmpty(range)) {
                    cursor.seek(range.start(), Long.MIN_VALUE, Long.MAX_VALUE);
                    for (; newest == 0 && cursor.valid() && !isBehind(cursor.entry(), range.end()); cursor.next()) {
                        newest = cursor.entry().seqno() > sinceSeqno()
                                ? cursor.entry().seqno()
                                : 0;
                        if (--steps < 0 && newest == 0) {
                            return checkChanges(memtable, tombstones, i);
                        }
                    }
                }
                if (newest > 0) {
                    return new Violation(keys + i, newest);
                }
            }
        }
        return null;
    }

    private @Nullable Violation checkChanges(Memtable memtable, RangeTombstones tombstones, int from) {
        List<Preconditions.Range> ranges = preconditions.ranges();
        int keys = preconditions.keys().size();
        for (int i = from; i < ranges.size(); i++) {
            long newest = newestTombstone(ranges.get(i), tombstones);
            if (newest > 0) {
                return new Violation(keys + i, newest);
            }
        }
        SortedRanges sorted = new SortedRanges(ranges, from);
        int[] found = new int[1];
        long newest = memtable.findAbove(sinceSeqno(), (array, offset, length) -> {
            found[0] = sorted.find(array, offset, length);
            return found[0] >= 0;
        });
        return newest > 0 ? new Violation(keys + found[0], newest) : null;
    }

    /** A newer change in a table, or null. */
    @Nullable
    Violation check(Sst table) {
        if (table.meta().properties().maxSeqno() <= sinceSeqno()) {
            return null;
        }
        RangeTombstones tombstones = table.reader().tombstones();
        List<byte[]> keys = preconditions.keys();
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            long newest =
                    table.meta().properties().contains(key) ? newestIn(table, key, preconditions.sinceSeqno(i)) : 0;
            newest = Math.max(newest, tombstones.covering(key, 0, key.length, Long.MAX_VALUE));
            if (newest > preconditions.sinceSeqno(i)) {
                return new Violation(i, newest);
            }
        }
        List<Preconditions.Range> ranges = preconditions.ranges();
        for (int i = 0; i < ranges.size(); i++) {
            long newest = newestIn(ranges.get(i), table.reader().cursor(ScanOptions.BACKGROUND), tombstones);
            if (newest > sinceSeqno()) {
                return new Violation(keys.size() + i, newest);
            }
        }
        return null;
    }

    /** Sequence number of a write to the key that may be after {@code since}, or 0. */
    private long newestIn(Sst table, byte[] key, long since) {
        long hash = KeyHash.of(key, 0, key.length);
        if (!everyVersion || isUntimed(table)) {
            PointLookup found = new PointLookup();
            table.reader().find(key, hash, ts, Long.MAX_VALUE, found);
            return found.seqno();
        }
        return table.reader().mayContainKey(key, hash)
                ? newestVersion(key, since, table.reader().cursor(ScanOptions.BACKGROUND))
                : 0;
    }

    private static boolean isUntimed(Sst table) {
        return table.meta().properties().minTs() == 0
                && table.meta().properties().maxTs() == 0;
    }

    /** Sequence number of a write to the range after the allowed ones, or 0. */
    private long newestIn(Preconditions.Range range, InternalCursor cursor, RangeTombstones tombstones) {
        if (isEmpty(range)) {
            return 0;
        }
        long tombstone = newestTombstone(range, tombstones);
        if (tombstone > 0) {
            return tombstone;
        }
        try (cursor) {
            for (cursor.seek(range.start(), Long.MIN_VALUE, Long.MAX_VALUE); cursor.valid(); cursor.next()) {
                if (isBehind(cursor.entry(), range.end())) {
                    return 0;
                }
                if (cursor.entry().seqno() > sinceSeqno()) {
                    return cursor.entry().seqno();
                }
            }
        }
        return 0;
    }

    /** Whether no key lies in the range, though a range delete may seem to overlap it. */
    private static boolean isEmpty(Preconditions.Range range) {
        return range.end() != null && Arrays.compareUnsigned(range.start(), range.end()) >= 0;
    }

    /** Sequence number of a range delete that overlaps the range, after the allowed ones, or 0. */
    private long newestTombstone(Preconditions.Range range, RangeTombstones tombstones) {
        if (tombstones.isEmpty() || isEmpty(range)) {
            return 0;
        }
        for (RangeTombstone t : tombstones.all()) {
            if (t.seqno() > sinceSeqno()
                    && Arrays.compareUnsigned(t.end(), range.start()) > 0
                    && (range.end() == null || Arrays.compareUnsigned(t.start(), range.end()) < 0)) {
                return t.seqno();
            }
        }
        return 0;
    }

    private static boolean isBehind(InternalEntry entry, byte @Nullable [] end) {
        return end != null
                && Keys.compare(entry.keyArray(), entry.keyOffset(), entry.keyLength(), end, 0, end.length) >= 0;
    }
}
