package io.flowdb;

import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How far flushes and compactions are behind the writers, and how much writers are slowed down for it: the further behind, the more, so that they
 * need not stop. Threads: guarded by its owner's lock.
 */
final class Backlog {
    /*
     * With s bytes in the sorted level, the disk holds at its peak: s; level 0; one slice, or the output of one tier merge, at most s/8; and the log of the
     * active and the frozen memtables. Level 0 is merged down from s/4 on, and what comes while that runs is added: writers are slowed down from 3/8 on and
     * stop at 3/4. At the speed of a half-used backlog level 0 stays at about s/2, which leaves 2.2 s with a log of up to s/2.
     *
     * A rate that halves with each tenth of the range suits a disk of any speed: writers settle where they are as fast as the compactions.
     */
    private static final int LEVEL0_QUARTERS = 3;
    private static final int MIN_LEVEL0_MEMTABLES = 6;
    private static final int MAX_LEVEL0_TABLES = 40;

    private static final double FASTEST_BYTES_PER_SECOND = 64 << 20;
    private static final double HALVINGS = 10;

    /** A shorter pause would mostly be the time that waking up takes; it is added to the next one. */
    private static final long MIN_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long MAX_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final long memtableBytes;
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
        if (full <= 0.5) {
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
            List<Sst> level0 = state.ssts().level0();
            allowedBytes = Math.max(
                    MIN_LEVEL0_MEMTABLES * memtableBytes,
                    SstSet.bytesOf(state.ssts().sorted()) * LEVEL0_QUARTERS / 4.0);
            double full = Math.max(SstSet.bytesOf(level0) / allowedBytes, (double) level0.size() / MAX_LEVEL0_TABLES);
            tables = compacting ? full : 0;
            frozenBytes = 0;
            for (Memtable memtable : state.frozen()) {
                frozenBytes += memtable.sizeBytes();
            }
        }
        return tables;
    }
}
