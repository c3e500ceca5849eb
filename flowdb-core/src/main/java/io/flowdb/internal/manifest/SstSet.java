package io.flowdb.internal.manifest;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.sstable.SstProperties;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One immutable state of the live tables. Level 0 tables may overlap each other; the sorted level's tables do not share
 * a key (but a range tombstone may end where the next table begins). Holds its tables open as long as it is held
 * itself. Threads: any.
 */
public final class SstSet {
    /** Tables that most walks touch. */
    private static final int FEW = 3;

    private final List<Sst> tables;
    private final List<Sst> level0;
    private final List<Sst> sorted;
    private final List<Sst> withTombstones;
    private final byte[][] maxKeys; // of the sorted tables
    private final long sortedBytes;
    private final boolean mayExpire;
    private final List<RangeTombstones> tombstones;
    private final TimeIndex<Sst> times;
    private final long bucketMicros;
    private final AtomicInteger references = new AtomicInteger();

    private SstSet(List<Sst> level0, List<Sst> sorted, long bucketMicros) {
        this.level0 = List.copyOf(level0);
        this.sorted = List.copyOf(sorted);
        this.maxKeys = sorted.stream().map(t -> t.meta().properties().maxKey()).toArray(byte[][]::new);
        this.sortedBytes = bytesOf(sorted);
        List<Sst> all = new ArrayList<>(level0);
        all.addAll(sorted);
        this.tables = List.copyOf(all);
        this.mayExpire = all.stream().anyMatch(t -> t.meta().properties().minExpireAt() != Long.MAX_VALUE);
        this.withTombstones =
                tables.stream().filter(t -> !t.reader().tombstones().isEmpty()).toList();
        this.tombstones =
                withTombstones.stream().map(t -> t.reader().tombstones()).toList();
        this.bucketMicros = bucketMicros;
        this.times = TimeIndex.of(tables, EntryTimes.RANGE, bucketMicros);
        tables.forEach(Sst::retain);
    }

    /** Times of a table's entries; a table without entries has none. */
    private enum EntryTimes implements TimeIndex.Range<Sst> {
        RANGE;

        @Override
        public long min(Sst table) {
            return table.meta().properties().minTs();
        }

        @Override
        public long max(Sst table) {
            return table.meta().properties().maxTs();
        }
    }

    /** A set of these tables, whose time index has buckets of {@code bucketMicros}. */
    public static SstSet of(Collection<Sst> tables, long bucketMicros) {
        List<Sst> level0 = new ArrayList<>();
        List<Sst> sorted = new ArrayList<>();
        for (Sst table : tables) {
            (table.meta().level() == 0 ? level0 : sorted).add(table);
        }
        level0.sort(Comparator.comparingLong((Sst t) -> t.meta().properties().maxSeqno())
                .reversed());
        sorted.sort((a, b) -> Arrays.compareUnsigned(
                a.meta().properties().minKey(), b.meta().properties().minKey()));
        return new SstSet(level0, sorted, bucketMicros);
    }

    /** A new set without the tables of some ids and with others added. */
    public SstSet with(Set<Long> removedIds, Collection<Sst> added) {
        List<Sst> after = new ArrayList<>(added);
        for (Sst table : tables) {
            if (!removedIds.contains(table.meta().id())) {
                after.add(table);
            }
        }
        return of(after, bucketMicros);
    }

    /** A set of no tables. */
    public SstSet empty() {
        return of(List.of(), bucketMicros);
    }

    /** The first two neighbours of the sorted level that share keys, which none may; empty if there are none. */
    public List<Sst> overlap() {
        for (int i = 1; i < sorted.size(); i++) {
            byte[] next = sorted.get(i).meta().properties().minKey();
            if (Arrays.compareUnsigned(maxKeys[i - 1], next) > 0) {
                return sorted.subList(i - 1, i + 1);
            }
        }
        return List.of();
    }

    /** Whether anything in the tables expires. */
    public boolean mayExpire() {
        return mayExpire;
    }

    /** All tables, level 0 first. */
    public List<Sst> tables() {
        return tables;
    }

    /** Tables that may overlap, those with the highest sequence numbers first. */
    public List<Sst> level0() {
        return level0;
    }

    /** Tables of the sorted level, by key. */
    public List<Sst> sorted() {
        return sorted;
    }

    /** Bytes of the files of the sorted level. */
    public long sortedBytes() {
        return sortedBytes;
    }

    /** Range tombstones of the tables that have any. */
    public List<RangeTombstones> tombstones() {
        return tombstones;
    }

    /**
     * Position in {@link #sorted()} of the first table that ends at or behind {@code key}; its size if there is none.
     */
    public int sortedAt(byte[] key) {
        int low = 0;
        int high = maxKeys.length;
        while (low < high) {
            int mid = (low + high) >>> 1;
            byte[] maxKey = maxKeys[mid];
            if (Keys.compare(maxKey, 0, maxKey.length, key, 0, key.length) < 0) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    /**
     * Tables with entries of keys from {@code start} (inclusive) to {@code end} (exclusive) and of times from
     * {@code minTs} to {@code maxTs} (both inclusive), as far as their properties tell, in the order of
     * {@link #tables()}; null is unbounded.
     */
    public List<Sst> overlapping(byte @Nullable [] start, byte @Nullable [] end, long minTs, long maxTs) {
        List<Sst> found = new ArrayList<>(FEW);
        if (minTs != Long.MIN_VALUE || maxTs != Long.MAX_VALUE) {
            List<Sst> candidates = times.candidates(minTs, maxTs);
            if (candidates.size() < tables.size()) {
                addTouched(candidates, start, end, minTs, maxTs, found);
                return found;
            }
        }
        addTouched(level0, start, end, minTs, maxTs, found);
        int from = start == null ? 0 : sortedAt(start);
        int to = end == null ? sorted.size() : Math.min(sorted.size(), sortedAt(end) + 1);
        addTouched(sorted.subList(from, Math.max(from, to)), start, end, minTs, maxTs, found);
        return found;
    }

    private static void addTouched(
            List<Sst> some, byte @Nullable [] start, byte @Nullable [] end, long minTs, long maxTs, List<Sst> to) {
        for (int i = 0, n = some.size(); i < n; i++) {
            SstProperties properties = some.get(i).meta().properties();
            if (properties.minTs() <= maxTs && properties.maxTs() >= minTs && properties.touches(start, end)) {
                to.add(some.get(i));
            }
        }
    }

    /**
     * Range tombstones that may reach keys from {@code start} (inclusive) to {@code end} (exclusive); null is
     * unbounded.
     */
    public List<RangeTombstones> tombstonesOver(byte @Nullable [] start, byte @Nullable [] end) {
        if (withTombstones.isEmpty()) {
            return List.of();
        }
        List<RangeTombstones> found = new ArrayList<>();
        for (Sst table : withTombstones) {
            if (table.meta().properties().touches(start, end)) {
                found.add(table.reader().tombstones());
            }
        }
        return found;
    }

    /** Buckets of the time index that tables are entered in. */
    public int timeBuckets() {
        return times.bucketCount();
    }

    /** Bytes of the files of some tables. */
    public static long bytesOf(Collection<Sst> some) {
        long total = 0;
        for (Sst table : some) {
            total += table.meta().fileBytes();
        }
        return total;
    }

    /** Adds a holder; a new set has none. */
    public void retain() {
        references.incrementAndGet();
    }

    /** Takes a holder away; the last one lets go of the tables. */
    public void release() {
        if (references.decrementAndGet() == 0) {
            tables.forEach(Sst::release);
        }
    }
}
