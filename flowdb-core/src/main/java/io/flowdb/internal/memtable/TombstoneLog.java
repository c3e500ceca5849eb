package io.flowdb.internal.memtable;

import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import java.util.Arrays;

/**
 * Range tombstones of one memtable in the order they came, with a fragmented view that readers build when it is out of date. Threads:
 * one writer, any readers.
 */
final class TombstoneLog {
    /** An array that is never changed below {@code count}. */
    private record State(RangeTombstone[] all, int count) {}

    /** The fragments of the first {@code count} tombstones. */
    private record View(RangeTombstones fragments, int count) {}

    private volatile State state = new State(new RangeTombstone[4], 0);
    private volatile View view = new View(RangeTombstones.NONE, 0);

    void add(RangeTombstone tombstone) {
        State before = state;
        RangeTombstone[] all = before.all();
        if (before.count() == all.length) {
            all = Arrays.copyOf(all, 2 * all.length);
        }
        all[before.count()] = tombstone;
        state = new State(all, before.count() + 1);
    }

    RangeTombstones fragmented() {
        State now = state;
        View cached = view;
        if (cached.count() < now.count()) {
            cached = new View(RangeTombstones.of(Arrays.asList(now.all()).subList(0, now.count())), now.count());
            view = cached;
        }
        return cached.fragments();
    }
}
