package io.flowdb;

import io.flowdb.error.FlowDbException;
import io.flowdb.internal.memtable.Memtable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
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

    Background(Config config, EngineParts parts, CommitPipeline pipeline) {
        this.config = config;
        this.parts = parts;
        this.flusher = new Flusher(parts, pipeline::refuse, () -> pipeline.refusal() != null);
        this.maintenance = new Maintenance(parts, config.compactionThreshold(), pipeline::refuse);
        this.pipeline = pipeline;
        Duration idle = config.flushInterval().isZero() ? Duration.ofHours(1) : config.flushInterval();
        this.flushTask = new BackgroundTask("flowdb-flush", idle.toNanos(), this::flushDue);
        this.compactionTask = new BackgroundTask(
                "flowdb-compaction", config.compactionInterval().toNanos(), this::compactDue);
        tasks.add(flushTask);
        tasks.add(compactionTask);
        tasks.add(new BackgroundTask("flowdb-gc", config.gcInterval().toNanos(), maintenance::dropExpired));
        if (config.walSyncMode() instanceof SyncMode.Interval interval) {
            tasks.add(new BackgroundTask("flowdb-sync", interval.period().toNanos(), this::syncLog));
        }
    }

    void start() {
        if (config.autoBackground() && !config.readOnly()) {
            tasks.forEach(BackgroundTask::start);
            flushTask.wake();
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

    void logFailure(String what, FlowDbException e) {
        LOG.warn("{}: {}", what, e.getMessage(), e);
    }

    @Override
    public void close() {
        closing = true;
        tasks.forEach(BackgroundTask::close);
    }

    private void flushDue() {
        Memtable active = parts.states().current().active();
        boolean old = !config.flushInterval().isZero()
                && active.ageNanos() >= config.flushInterval().toNanos();
        if (old && active.sizeBytes() >= config.memtableSize() / WORTHWHILE_SHARE) {
            pipeline.freeze();
        }
        while (flusher.flushOldest()) {
            pipeline.frozenCountFell();
            compactionTask.wake();
        }
    }

    private void compactDue() {
        while (!closing && maintenance.compactDue()) {
            pipeline.frozenCountFell();
        }
    }

    private void syncLog() {
        long start = System.nanoTime();
        try {
            parts.wal().sync();
        } catch (FlowDbException e) {
            pipeline.refuse(e);
            return;
        }
        parts.counters().synced(Math.max(1, TimeUnit.NANOSECONDS.toNanos(System.nanoTime() - start)));
    }
}
