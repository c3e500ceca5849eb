package io.flowdb.internal.manifest;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * One immutable state of the live tables, newest sequence numbers first. Holds its tables open as long as it is held itself. Threads: any.
 */
public final class SstSet {
    private final List<Sst> tables;
    private final AtomicInteger references = new AtomicInteger();

    private SstSet(List<Sst> tables) {
        this.tables = tables;
        tables.forEach(Sst::retain);
    }

    /** A set of these tables. */
    public static SstSet of(Collection<Sst> tables) {
        List<Sst> sorted = new ArrayList<>(tables);
        sorted.sort(Comparator.comparingLong((Sst t) -> t.meta().properties().maxSeqno())
                .reversed());
        return new SstSet(List.copyOf(sorted));
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

    /** The tables, those with the highest sequence numbers first. */
    public List<Sst> tables() {
        return tables;
    }

    /** The tables that may hold keys from {@code start} (inclusive) to {@code end} (exclusive); null is unbounded. */
    public List<Sst> overlapping(byte @Nullable [] start, byte @Nullable [] end) {
        List<Sst> found = new ArrayList<>();
        for (Sst table : tables) {
            byte[] min = table.meta().properties().minKey();
            byte[] max = table.meta().properties().maxKey();
            if ((start == null || Arrays.compareUnsigned(max, start) >= 0)
                    && (end == null || Arrays.compareUnsigned(min, end) < 0)) {
                found.add(table);
            }
        }
        return found;
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
