package io.flowdb.internal.memtable;

import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Range tombstones of one memtable in the order they came, with a view for searches that readers build when it is out of date. Threads:
 * one writer, any readers.
 */
final class TombstoneLog {
    /** An array that is never changed below {@code count}. */
    private record State(RangeTombstone[] all, int count) {}

    /**
     * What readers use.
     *
     * @param arranged the first tombstones
     * @param shown those and the few that came later
     */
    private record View(RangeTombstones arranged, RangeTombstones shown) {}

    /* Arranging all of them for each one that is added would take n * n; looking through a few takes as long as a search or two. */
    private static final int MAX_LOOSE = 64;

    private volatile State state = new State(new RangeTombstone[4], 0);
    private volatile View view = new View(RangeTombstones.NONE, RangeTombstones.NONE);

    void add(RangeTombstone tombstone) {
        State before = state;
        RangeTombstone[] all = before.all();
        if (before.count() == all.length) {
            all = Arrays.copyOf(all, 2 * all.length);
        }
        all[before.count()] = tombstone;
        state = new State(all, before.count() + 1);
    }

    RangeTombstones arranged() {
        State now = state;
        View cached = view;
        if (cached.shown().all().size() < now.count()) {
            List<RangeTombstone> all =
                    Collections.unmodifiableList(Arrays.asList(now.all()).subList(0, now.count()));
            RangeTombstones arranged = cached.arranged();
            if (now.count() - arranged.all().size() > MAX_LOOSE) {
                arranged = RangeTombstones.of(all);
                cached = new View(arranged, arranged);
            } else {
                cached = new View(arranged, arranged.extendedTo(all));
            }
            view = cached;
        }
        return cached.shown();
    }
}
