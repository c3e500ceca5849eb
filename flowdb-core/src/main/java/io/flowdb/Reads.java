package io.flowdb;

import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.base.VersionCursor;
import io.flowdb.internal.manifest.LevelCursor;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.merge.ScanBounds;
import io.flowdb.internal.merge.Visibility;
import io.flowdb.internal.merge.VisibleScan;
import io.flowdb.internal.sstable.ScanOptions;
import io.flowdb.internal.sstable.SstProperties;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How a {@link ReadState} answers: which sources are asked, in which order, and when the search may end. Stateless. */
final class Reads {
    /** Sources of most walks. */
    private static final int FEW = 3;

    private Reads() {}

    /**
     * Searches the newest entry of (key, ts) at or below {@code snapshot} into {@code best}; it may be a tombstone or
     * expired.
     */
    static void find(ReadState state, byte[] key, long ts, long snapshot, PointLookup best) {
        if (findInMemory(state.active(), key, ts, snapshot, best)) {
            return;
        }
        List<Memtable> frozen = state.frozen();
        for (int i = 0, n = frozen.size(); i < n; i++) {
            if (findInMemory(frozen.get(i), key, ts, snapshot, best)) {
                return;
            }
        }
        SstSet ssts = state.ssts();
        if (!ssts.tables().isEmpty()) {
            findInTables(ssts, key, ts, snapshot, best);
        }
    }

    private static void findInTables(SstSet ssts, byte[] key, long ts, long snapshot, PointLookup best) {
        long hash = KeyHash.of(key, 0, key.length);
        List<Sst> level0 = ssts.level0();
        for (int i = 0; i < level0.size(); i++) {
            SstProperties properties = level0.get(i).meta().properties();
            if (best.seqno() >= properties.maxSeqno()) {
                break;
            }
            if (properties.contains(key)) {
                level0.get(i).reader().find(key, hash, ts, snapshot, best);
            }
        }
        List<Sst> sorted = ssts.sorted();
        for (int i = ssts.sortedAt(key); i < sorted.size(); i++) {
            Sst table = sorted.get(i);
            if (best.seqno() < table.meta().properties().maxSeqno()
                    && table.reader().find(key, hash, ts, snapshot, best)) {
                return;
            }
            /* A range tombstone may make two neighbours touch in one key; otherwise the key is here or nowhere. */
            if (!Arrays.equals(table.meta().properties().maxKey(), key)) {
                return;
            }
        }
    }

    /**
     * Searches the newest entry at or below {@code snapshot} of the highest ts of the key that has one into
     * {@code best}. It may be a tombstone, expired or hidden: then an earlier version may be the latest alive.
     */
    static void findLatest(ReadState state, byte[] key, long snapshot, PointLookup best) {
        if (!state.active().isEmpty()) {
            state.active().findLatest(key, snapshot, best);
        }
        for (Memtable memtable : state.frozen()) {
            memtable.findLatest(key, snapshot, best);
        }
        SstSet ssts = state.ssts();
        if (ssts.tables().isEmpty()) {
            return;
        }
        long hash = KeyHash.of(key, 0, key.length);
        for (Sst table : ssts.level0()) {
            SstProperties properties = table.meta().properties();
            if (best.isBefore(properties.maxTs(), properties.maxSeqno()) && properties.contains(key)) {
                table.reader().findLatest(key, hash, snapshot, best);
            }
        }
        List<Sst> sorted = ssts.sorted();
        for (int i = ssts.sortedAt(key); i < sorted.size(); i++) {
            Sst table = sorted.get(i);
            if (table.reader().findLatest(key, hash, snapshot, best)
                    || !Arrays.equals(table.meta().properties().maxKey(), key)) {
                return;
            }
        }
    }

    /** Sequence number up to which range tombstones at or below {@code snapshot} hide records of the key. */
    static long hiddenUpTo(ReadState state, byte[] key, long snapshot) {
        long hidden = state.active().isEmpty() ? 0 : state.active().tombstones().covering(key, 0, key.length, snapshot);
        List<Memtable> frozen = state.frozen();
        for (int i = 0, n = frozen.size(); i < n; i++) {
            hidden = Math.max(hidden, frozen.get(i).tombstones().covering(key, 0, key.length, snapshot));
        }
        List<RangeTombstones> inTables = state.ssts().tombstones();
        for (int i = 0, n = inTables.size(); i < n; i++) {
            hidden = Math.max(hidden, inTables.get(i).covering(key, 0, key.length, snapshot));
        }
        return hidden;
    }

    /** A walk over what is visible. The state must be held until the walk is closed. */
    static VisibleScan scan(ReadState state, ScanBounds bounds, long snapshot, long nowMicros, ReadOptions options) {
        List<VersionCursor> sources = new ArrayList<>(FEW);
        List<RangeTombstones> tombstones = new ArrayList<>();
        addMemtable(state.active(), sources, tombstones);
        for (Memtable memtable : state.frozen()) {
            addMemtable(memtable, sources, tombstones);
        }
        ScanOptions scanOptions =
                new ScanOptions(bounds.minTs(), bounds.maxTs(), options.fillCache(), options.verifyChecksums());
        SstSet ssts = state.ssts();
        tombstones.addAll(ssts.tombstonesOver(bounds.startKey(), bounds.endKey()));
        List<Sst> tables = ssts.overlapping(bounds.startKey(), bounds.endKey(), bounds.minTs(), bounds.maxTs());
        int count = tables.size();
        int sortedFrom = 0;
        for (; sortedFrom < count && tables.get(sortedFrom).meta().level() == 0; sortedFrom++) {
            sources.add(tables.get(sortedFrom).reader().cursor(scanOptions));
        }
        if (sortedFrom == count - 1) {
            sources.add(tables.get(sortedFrom).reader().cursor(scanOptions));
        } else if (sortedFrom < count) {
            sources.add(new LevelCursor(tables.subList(sortedFrom, count), scanOptions));
        }
        return new VisibleScan(sources, new Visibility(snapshot, nowMicros, tombstones), bounds);
    }

    private static boolean findInMemory(Memtable memtable, byte[] key, long ts, long snapshot, PointLookup best) {
        if (memtable.isEmpty()) {
            return false;
        }
        int node = memtable.find(key, ts, snapshot);
        if (node == 0) {
            return false;
        }
        memtable.show(node, best);
        return true;
    }

    private static void addMemtable(Memtable memtable, List<VersionCursor> sources, List<RangeTombstones> tombstones) {
        if (!memtable.isEmpty()) {
            sources.add(memtable.cursor());
            if (!memtable.tombstones().isEmpty()) {
                tombstones.add(memtable.tombstones());
            }
        }
    }
}
