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

/** Looks for writes to the keys and ranges of {@link Preconditions}. Keys stand for their version with the given ts. */
final class PreconditionGuard implements CommitGuard {
    private final Preconditions preconditions;
    private final long ts;

    /** Keys with ts 0, as an {@link OrderedStore} has them. */
    PreconditionGuard(Preconditions preconditions) {
        this(preconditions, 0);
    }

    /** Keys with this ts. */
    PreconditionGuard(Preconditions preconditions, long ts) {
        this.preconditions = preconditions;
        this.ts = ts;
    }

    @Override
    public long sinceSeqno() {
        return preconditions.sinceSeqno();
    }

    @Override
    public @Nullable Violation check(Memtable memtable) {
        if (memtable.maxSeqno() <= sinceSeqno()) {
            return null;
        }
        RangeTombstones tombstones = memtable.tombstones();
        List<byte[]> keys = preconditions.keys();
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            int node = memtable.find(key, ts, Long.MAX_VALUE);
            long newest = node == 0 ? 0 : memtable.seqno(node);
            newest = Math.max(newest, tombstones.covering(key, 0, key.length, Long.MAX_VALUE));
            if (newest > preconditions.sinceSeqno(i)) {
                return new Violation(i, newest);
            }
        }
        return preconditions.ranges().isEmpty() ? null : checkRanges(memtable, tombstones);
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

    @Override
    public @Nullable Violation check(Sst table) {
        if (table.meta().properties().maxSeqno() <= sinceSeqno()) {
            return null;
        }
        RangeTombstones tombstones = table.reader().tombstones();
        List<byte[]> keys = preconditions.keys();
        for (int i = 0; i < keys.size(); i++) {
            byte[] key = keys.get(i);
            PointLookup found = new PointLookup();
            if (Reads.contains(table.meta().properties(), key)) {
                table.reader().find(key, KeyHash.of(key, 0, key.length), ts, Long.MAX_VALUE, found);
            }
            long newest = Math.max(found.seqno(), tombstones.covering(key, 0, key.length, Long.MAX_VALUE));
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
