package io.flowdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.compaction.OlderTables;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.merge.MergingCursor;
import io.flowdb.internal.merge.RetainedCursor;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns frozen memtables into tables, oldest first. A failed flush changes nothing: memtable and log stay, and it is
 * tried again. What fails when the tables are live is no failure of the flush: it is done with the next one. Threads:
 * any; one flush at a time.
 */
final class Flusher {
    private final EngineParts parts;
    private final Consumer<FlowDbException> onManifestFailure;
    private final BooleanSupplier refused;
    private final ReentrantLock flushLock = new ReentrantLock(); // rank 5, docs/concurrency.md

    @GuardedBy("flushLock")
    private @Nullable FlowDbException lastFailure;

    @GuardedBy("flushLock")
    private boolean closed;

    private volatile boolean healthy = true; // mirrors lastFailure for readers without the lock
    private volatile @Nullable FlowDbException leftUndone; // written under flushLock

    /**
     * {@code onManifestFailure} must stop all writes: what the manifest says on disk is then unknown. {@code refused}
     * tells whether commits are refused.
     */
    Flusher(EngineParts parts, Consumer<FlowDbException> onManifestFailure, BooleanSupplier refused) {
        this.parts = parts;
        this.refused = refused;
        this.onManifestFailure = onManifestFailure;
    }

    /** Flushes the oldest frozen memtable, or waits a moment until that is possible; false if there is none. */
    boolean flushOldest() {
        return flushOldest(Long.MAX_VALUE);
    }

    /** The same, and false if what the oldest one holds came after {@code last}. */
    boolean flushOldest(long last) {
        flushLock.lock();
        try {
            List<Memtable> frozen = parts.states().current().frozen();
            if (frozen.isEmpty() || closed || refused.getAsBoolean()) {
                return false;
            }
            Memtable oldest = frozen.get(frozen.size() - 1);
            if (oldest.maxSeqno() > last) {
                return false;
            }
            if (oldest.maxSeqno() > parts.snapshots().newestVisible()) {
                /* Its last commits are still on their way to the log, and may yet be taken back. */
                LockSupport.parkNanos(50_000);
                return true;
            }
            parts.snapshots().beginDropping();
            try {
                flush(oldest);
                lastFailure = null;
                healthy = true;
                return true;
            } catch (RuntimeException | Error e) {
                lastFailure = asFailure("flush", e);
                healthy = false;
                throw e;
            } finally {
                parts.snapshots().endDropping();
            }
        } finally {
            flushLock.unlock();
        }
    }

    /** Waits for a running flush and does nothing from then on. */
    void close() {
        flushLock.lock();
        try {
            closed = true;
        } finally {
            flushLock.unlock();
        }
    }

    /** What is kept for the statistics of a task that failed, for want of memory perhaps. */
    static FlowDbException asFailure(String task, Throwable cause) {
        return cause instanceof FlowDbException known
                ? known
                : new StorageException("A " + task + " ended half-way: " + cause, cause);
    }

    /** Why the last try failed, or null if it succeeded. */
    @Nullable
    FlowDbException lastFailure() {
        if (healthy) {
            return null;
        }
        flushLock.lock();
        try {
            return lastFailure;
        } finally {
            flushLock.unlock();
        }
    }

    /**
     * Why the last flush could not do what comes after it, the sharing of memory for indexes and the deletion of log
     * segments; null if it could.
     */
    @Nullable
    FlowDbException leftUndone() {
        return leftUndone;
    }

    @GuardedBy("flushLock")
    private void flush(Memtable memtable) {
        long start = System.nanoTime();
        /* So a table beyond the log is never the leftover of a crash, see EngineOpening. */
        parts.syncLog();
        Written written = write(memtable);
        List<Sst> added = written.tables();
        long firstSegment = retireLog(memtable, added);
        ManifestEdit edit = new ManifestEdit(
                added.stream().map(Sst::meta).toList(),
                List.of(),
                firstSegment,
                memtable.maxSeqno(),
                parts.tables().nextId());
        parts.record(edit, added, onManifestFailure);
        /* Before it shows: who sees an empty memory finds the flush counted. */
        parts.counters().recordsExpired.add(written.expired());
        parts.counters().flushed(SstSet.bytesOf(added), System.nanoTime() - start);
        parts.show(() -> parts.states().flushed(memtable, added), onManifestFailure);
        tidyUp(firstSegment);
    }

    /** The tables are live and the memtable is gone: whoever asked for the flush has what he wants. */
    @GuardedBy("flushLock")
    private void tidyUp(long firstSegment) {
        try {
            parts.wal().deleteBefore(firstSegment);
            parts.shareIndexMemory();
            leftUndone = null;
        } catch (RuntimeException | Error e) {
            leftUndone = asFailure("flush", e);
        }
    }

    /** New tables, and how many records were left out of them because they had expired. */
    private record Written(List<Sst> tables, long expired) {}

    private Written write(Memtable memtable) {
        try (ReadStates.Lease lease = parts.states().lease()) {
            /* The oldest memtable goes first, so all tables are older than it. */
            OlderTables older = new OlderTables(lease.state().ssts().tables());
            MergingCursor all = new MergingCursor(List.of(memtable.cursor()), null, null);
            RetainedCursor entries = new RetainedCursor(
                    all, memtable.tombstones(), parts.snapshots().retention(), older);
            List<Sst> added = parts.tables().write(entries, 0, Long.MAX_VALUE, () -> false);
            return new Written(added, entries.expiredCount());
        }
    }

    /** Number of the first segment of the log that is needed once the memtable is in tables. */
    private long retireLog(Memtable memtable, List<Sst> added) {
        try {
            parts.wal().retireUpTo(memtable.maxSeqno());
            return parts.wal().firstSegmentAfter(memtable.maxSeqno());
        } catch (RuntimeException | Error e) {
            onManifestFailure.accept(asFailure("flush", e));
            parts.tables().discard(added);
            throw e;
        }
    }
}
