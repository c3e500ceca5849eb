package io.flowdb;

import io.flowdb.internal.compaction.Level0Limit;
import io.flowdb.internal.memtable.Memtable;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far flushes and compactions are behind the writers, and how much writers are slowed down for it: the further
 * behind, the more, so that they need not stop. Threads: guarded by its owner's lock.
 */
final class Backlog {
    /*
     * The rate of a writer is this at a half-full backlog and halves with each further tenth up to a full one. A rate
     * that falls so steeply suits a disk of any speed: writers settle where they are as fast as flushes and
     * compactions.
     */
    private static final double FASTEST_BYTES_PER_SECOND = 64 << 20;
    private static final double HALVINGS = 10;

    /** A shorter pause would mostly be the time that waking up takes; it is added to the next one. */
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long memtableBytes;
    private final Level0Limit limit;
    private final int maxFrozen;
    private final boolean compacting;

    private @Nullable ReadState known; // what follows was taken from it
    private double tables; // how full level 0 is, 1 is full, without the memtables
    private double allowedBytes;
    private long frozenBytes;

    private long paidUntil; // System.nanoTime() until which the commits so far have used up the rate

    /** With {@code compacting} compactions run by themselves, so that waiting for them helps. */
    Backlog(long memtableBytes, int maxFrozen, boolean compacting) {
        this.memtableBytes = memtableBytes;
        this.limit = new Level0Limit(memtableBytes);
        this.maxFrozen = maxFrozen;
        this.compacting = compacting;
    }

    /** Lets go of the state it was asked about last, so that its memtables and tables are free. */
    void forget() {
        known = null;
    }

    boolean isActiveFull(ReadState state) {
        return state.active().sizeBytes() >= memtableBytes;
    }

    /** Whether memory, or the disk, would grow without bound if one more memtable were frozen. */
    boolean isFull(ReadState state) {
        return state.frozen().size() >= maxFrozen || tablesOf(state) >= 1;
    }

    /** How long the writer of {@code bytes} is to pause, 0 while flushes and compactions keep up. */
    long pauseNanos(ReadState state, int bytes) {
        double full = Math.max(tablesWithMemtables(state), lastMemtable(state));
        if (full <= Level0Limit.PRESSING) {
            return 0;
        }
        double rate = FASTEST_BYTES_PER_SECOND * Math.pow(2, -HALVINGS * (2 * Math.min(1, full) - 1));
        long now = System.nanoTime();
        paidUntil = (now - paidUntil > 0 ? now : paidUntil) + (long) (bytes / rate * TimeUnit.SECONDS.toNanos(1));
        long pause = paidUntil - now;
        return pause < MIN_PAUSE_NANOS ? 0 : Math.min(pause, MAX_PAUSE_NANOS);
    }

    /** How full the last memtable is that may be filled before a flush ends; 0 if there is another one. */
    private double lastMemtable(ReadState state) {
        return state.frozen().size() < maxFrozen ? 0 : (double) state.active().sizeBytes() / memtableBytes;
    }

    private double tablesWithMemtables(ReadState state) {
        double full = tablesOf(state);
        /* A table takes about half of its memtable: without this the rate would fall in steps. */
        return compacting && full > 0 ? full + (state.active().sizeBytes() + frozenBytes) / 2 / allowedBytes : 0;
    }

    private double tablesOf(ReadState state) {
        if (state != known) {
            known = state;
            allowedBytes = limit.allowedBytes(state.ssts());
            tables = compacting ? limit.usedShare(state.ssts()) : 0;
            frozenBytes = 0;
            for (Memtable memtable : state.frozen()) {
                frozenBytes += memtable.sizeBytes();
            }
        }
        return tables;
    }
}
