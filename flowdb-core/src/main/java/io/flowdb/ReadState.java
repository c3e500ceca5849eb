package io.flowdb;

import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Everything a read looks at: the active memtable, the frozen ones (newest first) and the tables. Immutable but for
 * what writers add to the active memtable.
 *
 * <p>Readers enter before and leave after they read; a state that has been replaced lets go of its tables when the last
 * reader has left. Threads: any.
 */
final class ReadState {
    /* One counter would be fought over by all reading threads; each thread uses one of several, a cache line apart. */
    private static final int CELLS = 16;
    private static final int SPACING = 8;

    /** In a cell: a reader in the lower half, and in the upper one whether it is a walk that stays open. */
    private static final long CALL = 1;

    private static final long WALK = 1L << Integer.SIZE | CALL;

    private final Memtable active;
    private final List<Memtable> frozen;
    private final SstSet ssts;
    private final AtomicLongArray readers = new AtomicLongArray(CELLS * SPACING);

    private final AtomicBoolean released = new AtomicBoolean();
    private volatile long limit = Long.MAX_VALUE; // lowered once, before the state is replaced
    private volatile boolean retired; // set once, after the state has been replaced

    ReadState(Memtable active, List<Memtable> frozen, SstSet ssts) {
        this.active = active;
        this.frozen = frozen;
        this.ssts = ssts;
        ssts.retain();
    }

    Memtable active() {
        return active;
    }

    List<Memtable> frozen() {
        return frozen;
    }

    /** Bytes of all memtables. */
    long memtableBytes() {
        long bytes = active.sizeBytes();
        for (Memtable memtable : frozen) {
            bytes += memtable.sizeBytes();
        }
        return bytes;
    }

    /** Whether anything expires of what a reader may see. */
    boolean mayExpire() {
        if (active.mayExpire() || ssts.mayExpire()) {
            return true;
        }
        for (int i = 0; i < frozen.size(); i++) {
            if (frozen.get(i).mayExpire()) {
                return true;
            }
        }
        return false;
    }

    SstSet ssts() {
        return ssts;
    }

    /** The cell in which the current thread counts. */
    static int cellOfThread() {
        return (int) (Thread.currentThread().getId() & (CELLS - 1)) * SPACING;
    }

    /** Counts a reader in: one that leaves before its call returns, or one that stays. */
    void enter(int cell, boolean stays) {
        readers.getAndAdd(cell, stays ? WALK : CALL);
    }

    /** Counts out a reader that was counted in by the same thread. */
    void leave() {
        leave(cellOfThread(), false);
    }

    /** Counts out a reader that was counted in in this cell, in the same way. */
    void leave(int cell, boolean stayed) {
        readers.getAndAdd(cell, stayed ? -WALK : -CALL);
        if (retired) {
            releaseIfUnused();
        }
    }

    /** Says that no new reader will stay: the state is no longer the current one. */
    void retire() {
        retired = true;
        releaseIfUnused();
    }

    /** Readers of this state must not look beyond this sequence number; asked after the published one. */
    long limit() {
        return limit;
    }

    /** Hides commits above {@code seqno} that have been taken back and whose numbers later commits overtake. */
    void limitTo(long seqno) {
        limit = seqno;
    }

    /** Number of readers inside that leave before their call returns. */
    int callCount() {
        long all = sum();
        return (int) all - (int) (all >>> Integer.SIZE);
    }

    private long sum() {
        long total = 0;
        for (int cell = 0; cell < CELLS; cell++) {
            total += readers.get(cell * SPACING);
        }
        return total;
    }

    /*
     * A reader that stays keeps its own cell above zero during the whole summing, so a sum of zero means that none is
     * left. One that enters a retired state notices that it is not current, leaves again and gets here itself.
     */
    private void releaseIfUnused() {
        if (sum() == 0 && released.compareAndSet(false, true)) {
            ssts.release();
        }
    }
}
