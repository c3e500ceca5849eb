package io.flowdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.internal.compaction.CompactionPlan;
import io.flowdb.internal.compaction.CompactionPlanner;
import io.flowdb.internal.compaction.Compactor;
import io.flowdb.internal.compaction.ExpirySweep;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Compaction, dropping of expired tables and verification. Threads: any; one compaction or drop at a time. */
final class Maintenance {
    private final EngineParts parts;
    private final CompactionPlanner planner;
    private final Compactor compactor;
    private final Consumer<FlowDbException> onManifestFailure;
    private final ReentrantLock compactionLock = new ReentrantLock(); // rank 4, docs/concurrency.md

    @GuardedBy("compactionLock")
    private boolean closed;

    private final AtomicInteger callers = new AtomicInteger(); // in compactAll, or waiting to be

    private volatile boolean closing; // set once, by close()

    /* Written under compactionLock; null if the last try succeeded. */
    private volatile @Nullable FlowDbException compactionFailure;
    private volatile @Nullable FlowDbException dropFailure;
    private volatile @Nullable FlowDbException leftUndone;

    /**
     * A compaction takes a second thread from {@code threads}, unless that is null, while a caller of
     * {@link #compactAll} waits for it.
     */
    Maintenance(
            EngineParts parts,
            CompactionPlanner planner,
            @Nullable ThreadFactory threads,
            Consumer<FlowDbException> onManifestFailure) {
        this.parts = parts;
        this.planner = planner;
        this.compactor = new Compactor(
                parts.tables(),
                new EngineTables(),
                parts.snapshots()::retention,
                () -> closing,
                () -> callers.get() > 0 ? threads : null,
                planner);
        this.onManifestFailure = onManifestFailure;
    }

    /** Carries out one compaction if one is due. */
    boolean compactDue() {
        compactionLock.lock();
        try {
            SstSet set = liveTables();
            return run(() -> planner.plan(set, this::expiredBefore), set);
        } finally {
            compactionLock.unlock();
        }
    }

    /** Merges all tables into the sorted level; false if there was nothing to merge. */
    boolean compactAll() {
        callers.incrementAndGet();
        try {
            compactionLock.lock();
            try {
                SstSet set = liveTables();
                return run(() -> planner.planAll(set), set);
            } finally {
                compactionLock.unlock();
            }
        } finally {
            callers.decrementAndGet();
        }
    }

    /**
     * Why the last compaction, or the last drop of expired tables, failed, or could not do what comes after it, the
     * sharing of memory for indexes; null if both succeeded, or nothing is due any more.
     */
    @Nullable
    FlowDbException lastFailure() {
        FlowDbException compaction = compactionFailure;
        FlowDbException drop = compaction != null ? compaction : dropFailure;
        return drop != null ? drop : leftUndone;
    }

    /** Drops tables in which everything has expired; returns the number of their entries. */
    long dropExpired() {
        compactionLock.lock();
        try {
            SstSet set = liveTables();
            parts.snapshots().beginDropping();
            try {
                long entries = dropExpired(set);
                dropFailure = null;
                return entries;
            } catch (RuntimeException | Error e) {
                dropFailure = Flusher.asFailure("drop of expired tables", e);
                throw e;
            } finally {
                parts.snapshots().endDropping();
            }
        } finally {
            compactionLock.unlock();
        }
    }

    /** The moment up to which what expires is invisible to everyone. */
    private long expiredBefore() {
        return parts.snapshots().retention().expiredBefore();
    }

    @GuardedBy("compactionLock")
    private long dropExpired(SstSet set) {
        parts.tables().deleteDiscarded();
        List<Sst> expired = ExpirySweep.droppable(set, expiredBefore());
        long entries = 0;
        for (Sst table : expired) {
            entries += table.meta().properties().entryCount();
        }
        if (!expired.isEmpty()) {
            replace(expired, List.of());
        }
        parts.counters().purged(entries);
        return entries;
    }

    /**
     * Reads every block of every table. Errors: what is no damage, such as too many open files, or the engine's end, is
     * thrown.
     *
     * @param withLog whether log and manifest are read as well, which must be this engine's own
     */
    VerifyReport verify(boolean withLog) {
        List<String> problems = new ArrayList<>();
        long entries = 0;
        long bytes = 0;
        try (ReadStates.Lease lease = parts.states().lease()) {
            List<Sst> tables = lease.state().ssts().tables();
            List<Sst> overlap = lease.state().ssts().overlap();
            if (!overlap.isEmpty()) {
                problems.add("Tables " + overlap.get(0).meta().id() + " and "
                        + overlap.get(1).meta().id() + " of the sorted level share keys");
            }
            for (Sst table : tables) {
                checkNotClosing();
                try {
                    entries += table.reader().verify();
                    bytes += table.meta().fileBytes();
                } catch (FlowDbException e) {
                    problems.add(damage(e));
                }
            }
            long logBytes = withLog ? verifyLog(problems) : 0;
            checkNotClosing(); // the files may have become another engine's
            return new VerifyReport(tables.size(), entries, bytes, logBytes, problems);
        }
    }

    private long verifyLog(List<String> problems) {
        try {
            parts.manifest().verify();
        } catch (FlowDbException e) {
            problems.add(damage(e));
        }
        try {
            return parts.wal().verify();
        } catch (FlowDbException e) {
            problems.add(damage(e));
            return 0;
        }
    }

    /** What the report says of it; throws it if it tells nothing of the stored bytes. */
    private static String damage(FlowDbException e) {
        if (e.retryable() || e instanceof EngineClosedException) {
            throw e;
        }
        return String.valueOf(e.getMessage());
    }

    private void checkNotClosing() {
        if (closing) {
            throw new EngineClosedException("engine");
        }
    }

    /** Waits for what is running, asks it to end early, and refuses everything from then on. */
    void close() {
        closing = true;
        compactionLock.lock();
        try {
            closed = true;
        } finally {
            compactionLock.unlock();
        }
    }

    /**
     * The tables of the current state. Only this class takes tables away, so they stay live while its lock is held,
     * without a lease.
     */
    @GuardedBy("compactionLock")
    private SstSet liveTables() {
        if (closed) {
            throw new EngineClosedException("engine");
        }
        return parts.states().current().ssts();
    }

    @GuardedBy("compactionLock")
    private boolean run(Supplier<CompactionPlan> planned, SstSet set) {
        parts.snapshots().beginDropping();
        try {
            CompactionPlan plan = planned.get();
            boolean changed = plan != CompactionPlan.Nothing.NOTHING && carryOut(plan, set);
            compactionFailure = null;
            return changed;
        } catch (RuntimeException | Error e) {
            compactionFailure = Flusher.asFailure("compaction", e);
            throw e;
        } finally {
            parts.snapshots().endDropping();
        }
    }

    /** A compaction that fails has perhaps replaced tables before: their bytes count, too. */
    @GuardedBy("compactionLock")
    private boolean carryOut(CompactionPlan plan, SstSet set) {
        long start = System.nanoTime();
        long read = compactor.bytesRead();
        long written = compactor.bytesWritten();
        long expired = compactor.expiredCount();
        boolean changed;
        try {
            changed = compactor.run(plan, set);
        } finally {
            parts.counters().compactedBytes(compactor.bytesRead() - read, compactor.bytesWritten() - written);
            parts.counters().recordsExpired.add(compactor.expiredCount() - expired);
        }
        parts.counters().compacted(System.nanoTime() - start);
        return changed;
    }

    /** What the compactor sees of the engine, with the compaction lock held. */
    private final class EngineTables implements Compactor.LiveTables {
        @Override
        public SstSet now() {
            return parts.states().current().ssts();
        }

        @Override
        public void replace(List<Sst> removed, List<Sst> added) {
            Maintenance.this.replace(removed, added);
        }
    }

    private void replace(List<Sst> removed, List<Sst> added) {
        Set<Long> addedIds = new HashSet<>();
        added.forEach(t -> addedIds.add(t.meta().id()));
        Set<Long> removedIds = new HashSet<>();
        removed.forEach(t -> removedIds.add(t.meta().id()));
        List<Sst> made = new ArrayList<>(added);
        made.removeIf(t -> removedIds.contains(t.meta().id())); // a live table that moves
        ManifestEdit edit = new ManifestEdit(
                added.stream().map(Sst::meta).toList(),
                List.copyOf(removedIds),
                0,
                0,
                parts.tables().nextId());
        parts.record(edit, made, onManifestFailure);
        for (Sst table : removed) {
            if (!addedIds.contains(table.meta().id())) {
                table.markObsolete();
            }
        }
        parts.show(() -> parts.states().compacted(removedIds, added), onManifestFailure);
        shareIndexMemory();
    }

    /**
     * The tables are replaced: what fails from here on is no failure of the compaction or drop, and is done after the
     * next one.
     */
    private void shareIndexMemory() {
        try {
            parts.shareIndexMemory();
            leftUndone = null;
        } catch (RuntimeException | Error e) {
            leftUndone = Flusher.asFailure("compaction", e);
        }
    }
}
