package io.flowdb;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.compaction.CompactionPlanner;
import io.flowdb.internal.compaction.Level0Limit;
import io.flowdb.internal.memtable.Memtable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The engine's own threads: flush, compaction, GC and interval sync. Threads: any. */
final class Background implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /** An idle memtable smaller than this share of its limit is not worth a table of its own. */
    private static final int WORTHWHILE_SHARE = 4;

    private final Config config;
    private final EngineParts parts;
    private final Flusher flusher;
    private final CommitPipeline pipeline;
    private final Maintenance maintenance;
    private final BackgroundTask flushTask;
    private final BackgroundTask compactionTask;
    private volatile boolean closing; // set once, by close()
    private final List<BackgroundTask> tasks = new ArrayList<>();

    /** Not started yet; {@code threads} makes the threads. */
    Background(Config config, EngineParts parts, CommitPipeline pipeline, ThreadFactory threads) {
        this.config = config;
        this.parts = parts;
        this.flusher = new Flusher(parts, pipeline::refuse, pipeline::hasFailed);
        this.maintenance = new Maintenance(
                parts,
                new CompactionPlanner(config.compactionThreshold(), new Level0Limit(config.memtableSize())),
                config.autoBackground() && Runtime.getRuntime().availableProcessors() > 1 ? threads : null,
                pipeline::refuse);
        this.pipeline = pipeline;
        Duration idle = config.flushInterval().isZero() ? Duration.ofHours(1) : config.flushInterval();
        this.flushTask = new BackgroundTask(threads, "flowdb-flush", idle, this::flushDue);
        this.compactionTask =
                new BackgroundTask(threads, "flowdb-compaction", config.compactionInterval(), this::compactDue);
        tasks.add(flushTask);
        tasks.add(compactionTask);
        tasks.add(new BackgroundTask(threads, "flowdb-gc", config.gcInterval(), this::dropExpired));
        if (config.walSyncMode() instanceof SyncMode.Interval interval) {
            tasks.add(new BackgroundTask(threads, "flowdb-sync", interval.period(), this::syncLog));
        }
    }

    void start() {
        if (config.autoBackground() && !config.readOnly()) {
            tasks.forEach(BackgroundTask::start);
            flushTask.wake();
            compactionTask.wake();
        }
    }

    Flusher flusher() {
        return flusher;
    }

    Maintenance maintenance() {
        return maintenance;
    }

    /** A memtable was frozen. */
    void wakeFlush() {
        if (config.autoBackground()) {
            flushTask.wake();
        }
    }

    /** A memtable has become a table: stalled writers may go on, and a compaction may be due. */
    void flushed() {
        pipeline.frozenCountFell();
        if (config.autoBackground()) {
            compactionTask.wake();
        }
    }

    /** Logs a failure. What the log cannot take must not end what its owner has still to do. */
    void logFailure(String what, Throwable failure) {
        try {
            LOG.warn("{}: {}", what, failure.getMessage(), failure);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    @Override
    public void close() {
        closing = true;
        maintenance.close();
        tasks.forEach(BackgroundTask::close);
    }

    private void flushDue() {
        Memtable active = parts.states().current().active();
        boolean old = !config.flushInterval().isZero()
                && Duration.ofNanos(active.ageNanos()).compareTo(config.flushInterval()) >= 0;
        if (old && isWorthwhile(active)) {
            /* Not if a flush is behind: as often as it fails, another memtable could be filled. */
            pipeline.freezeIf(
                    state -> state.active() == active && state.frozen().isEmpty());
        }
        while (flusher.flushOldest()) {
            flushed();
        }
    }

    /**
     * Whether a memtable is large enough for a table of its own, or hides so much of the tables that its flush gives
     * space back.
     */
    private boolean isWorthwhile(Memtable active) {
        if (active.sizeBytes() >= config.memtableSize() / WORTHWHILE_SHARE) {
            return true;
        }
        RangeTombstones tombstones = active.tombstones();
        if (tombstones.isEmpty()) {
            return false;
        }
        try (ReadStates.Lease lease = parts.states().lease()) {
            return CompactionPlanner.hidesMuch(
                    List.of(tombstones), lease.state().ssts());
        } catch (StorageException | CorruptionException e) {
            return false; // the index of a table cannot be read: that fails who reads or compacts it, not flushes
        }
    }

    private void compactDue() {
        try {
            while (!closing && maintenance.compactDue()) {
                pipeline.frozenCountFell();
            }
        } catch (EngineClosedException e) {
            if (!closing) {
                throw e;
            }
        }
    }

    private void dropExpired() {
        if (!closing) {
            maintenance.dropExpired();
        }
    }

    private void syncLog() {
        try {
            parts.syncLog();
        } catch (FlowDbException e) {
            pipeline.refuse(e);
        }
    }
}
