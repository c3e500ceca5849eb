package io.flowdb.internal.stats;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * A few counters that many threads add to all the time. Sums are exact. Threads: any.
 *
 * <p>The first threads own a cell each, which nobody else writes, so adding needs no locked operation; threads whose
 * cell is taken share others.
 */
public final class ThreadCells {
    private static final VarHandle LONG = MethodHandles.arrayElementVarHandle(long[].class);

    /* A cell is as long as a cache line; its first number is the id of the thread that owns it, 0 for none. */
    private static final int SPACING = 8;
    private static final int COUNTERS_AT = 1;
    private static final int OWNED = 64;
    private static final int SHARED = 16;

    private final long[] owned = new long[OWNED * SPACING];
    private final AtomicLongArray shared = new AtomicLongArray(SHARED * SPACING);

    /** Adds to counter 0, 1 or 2; returns what the current thread's cell held before. */
    public long getAndAdd(int counter, long delta) {
        long thread = Thread.currentThread().getId();
        int cell = (int) (thread & OWNED - 1) * SPACING;
        if (owned[cell] == thread || claim(cell, thread)) {
            int at = cell + COUNTERS_AT + counter;
            long before = owned[at];
            LONG.setOpaque(owned, at, before + delta);
            return before;
        }
        return shared.getAndAdd((int) (thread & SHARED - 1) * SPACING + COUNTERS_AT + counter, delta);
    }

    /** What has been added to a counter. */
    public long sum(int counter) {
        long total = 0;
        for (int cell = 0; cell < OWNED; cell++) {
            total += (long) LONG.getOpaque(owned, cell * SPACING + COUNTERS_AT + counter);
        }
        for (int cell = 0; cell < SHARED; cell++) {
            total += shared.get(cell * SPACING + COUNTERS_AT + counter);
        }
        return total;
    }

    /* Ids are never used again, so a cell stays with its thread. */
    private boolean claim(int cell, long thread) {
        return (long) LONG.getOpaque(owned, cell) == 0 && LONG.compareAndSet(owned, cell, 0L, thread);
    }
}
