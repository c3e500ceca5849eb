package io.flowdb.internal.memtable;

import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Range tombstones of one memtable in the order they came, with a view for searches that readers build when it is out
 * of date. Threads: one writer, any readers.
 */
final class TombstoneLog {
    /** An array that is never changed below {@code count}. */
    private record State(RangeTombstone[] all, int count) {}

    /*
     * Arranging all of them for each one that is added would take n * n; looking through a few takes as long as a
     * search or two.
     */
    private static final int MAX_LOOSE = 64;

    private volatile State state = new State(new RangeTombstone[4], 0);
    private volatile RangeTombstones view = RangeTombstones.NONE;

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
        RangeTombstones cached = view;
        if (cached.all().size() < now.count()) {
            List<RangeTombstone> all =
                    Collections.unmodifiableList(Arrays.asList(now.all()).subList(0, now.count()));
            cached = cached.extendedTo(all, MAX_LOOSE);
            view = cached;
        }
        return cached;
    }
}
