package io.flowdb.internal.manifest;

import io.flowdb.internal.base.RangeTombstones;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One immutable state of the live tables. Level 0 tables may overlap each other; the sorted level's tables do not share a key (but a range
 * tombstone may end where the next table begins). Holds its tables open as long as it is held itself. Threads: any.
 */
public final class SstSet {
    private final List<Sst> tables;
    private final List<Sst> level0;
    private final List<Sst> sorted;
    private final List<RangeTombstones> tombstones;
    private final AtomicInteger references = new AtomicInteger();

    private SstSet(List<Sst> level0, List<Sst> sorted) {
        this.level0 = List.copyOf(level0);
        this.sorted = List.copyOf(sorted);
        List<Sst> all = new ArrayList<>(level0);
        all.addAll(sorted);
        this.tables = List.copyOf(all);
        this.tombstones = tables.stream()
                .map(t -> t.reader().tombstones())
                .filter(t -> !t.isEmpty())
                .toList();
        tables.forEach(Sst::retain);
    }

    /** A set of these tables. */
    public static SstSet of(Collection<Sst> tables) {
        List<Sst> level0 = new ArrayList<>();
        List<Sst> sorted = new ArrayList<>();
        for (Sst table : tables) {
            (table.meta().level() == 0 ? level0 : sorted).add(table);
        }
        level0.sort(Comparator.comparingLong((Sst t) -> t.meta().properties().maxSeqno())
                .reversed());
        sorted.sort((a, b) -> Arrays.compareUnsigned(
                a.meta().properties().minKey(), b.meta().properties().minKey()));
        return new SstSet(level0, sorted);
    }

    /** A new set without the tables of some ids and with others added. */
    public SstSet with(Set<Long> removedIds, Collection<Sst> added) {
        List<Sst> after = new ArrayList<>(added);
        for (Sst table : tables) {
            if (!removedIds.contains(table.meta().id())) {
                after.add(table);
            }
        }
        return of(after);
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

    /** Range tombstones of the tables that have any. */
    public List<RangeTombstones> tombstones() {
        return tombstones;
    }

    /** Position in {@link #sorted()} of the first table that ends at or behind {@code key}; its size if there is none. */
    public int sortedAt(byte[] key) {
        int low = 0;
        int high = sorted.size();
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (Arrays.compareUnsigned(sorted.get(mid).meta().properties().maxKey(), key) < 0) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low;
    }

    /** The level 0 tables that may hold keys from {@code start} (inclusive) to {@code end} (exclusive); null is unbounded. */
    public List<Sst> level0Overlapping(byte @Nullable [] start, byte @Nullable [] end) {
        return overlapping(level0, start, end);
    }

    /** The tables of the sorted level that may hold keys from {@code start} (inclusive) to {@code end} (exclusive). */
    public List<Sst> sortedOverlapping(byte @Nullable [] start, byte @Nullable [] end) {
        return overlapping(sorted, start, end);
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

    private static List<Sst> overlapping(List<Sst> from, byte @Nullable [] start, byte @Nullable [] end) {
        List<Sst> found = new ArrayList<>();
        for (Sst table : from) {
            byte[] min = table.meta().properties().minKey();
            byte[] max = table.meta().properties().maxKey();
            if ((start == null || Arrays.compareUnsigned(max, start) >= 0)
                    && (end == null || Arrays.compareUnsigned(min, end) < 0)) {
                found.add(table);
            }
        }
        return found;
    }
}
