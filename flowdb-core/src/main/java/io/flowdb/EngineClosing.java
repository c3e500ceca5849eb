package io.flowdb;

import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.memtable.Memtable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Closes an engine: ends its threads and commits, flushes, waits for readers, closes the files. Once. */
final class EngineClosing {
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Config config;
    private final EngineParts parts;
    private final CommitPipeline pipeline;
    private final Background background;
    private final Flusher flusher;
    private final Engine.Place place;

    EngineClosing(
            Config config, EngineParts parts, CommitPipeline pipeline, Background background, Engine.Place place) {
        this.config = config;
        this.parts = parts;
        this.pipeline = pipeline;
        this.background = background;
        this.flusher = background.flusher();
        this.place = place;
    }

    /**
     * Calls {@code refuseReads} when all is flushed, before files are closed.
     *
     * @throws StorageException if a file could not be closed, or a published commit is not durable
     */
    void run(Runnable refuseReads) {
        background.close();
        pipeline.close();
        try {
            if (!config.readOnly()) {
                flush();
            }
            flusher.close();
            keepUsedIds();
        } finally {
            refuseReads.run();
            awaitReaders();
            closeFiles();
        }
        parts.wal().checkDurable(pipeline.publishedTag());
    }

    /** The log has everything already, or fails itself: a flush that fails here only makes the next open slower. */
    private void flush() {
        Memtable active = parts.states().current().active();
        boolean refused = !(pipeline.refusal() instanceof EngineClosedException);
        if (refused || flusher.lastFailure() != null) {
            return;
        }
        if (!active.isEmpty()) {
            parts.states().freeze();
        }
        try {
            long deadline = System.nanoTime() + WAIT_NANOS;
            while (System.nanoTime() < deadline && flusher.flushOldest()) {
                Thread.onSpinWait();
            }
        } catch (RuntimeException | Error e) {
            background.logFailure("Flush at close failed; the next open reads the log", e);
        }
    }

    /**
     * Records file ids that were handed out to tables that were never finished. Their files are gone, so the next open
     * could not tell that the ids were used.
     */
    private void keepUsedIds() {
        if (config.readOnly() || parts.manifest().hasFailed()) {
            return;
        }
        try {
            parts.manifest().keepUsed(parts.tables().nextId());
        } catch (FlowDbException e) {
            background.logFailure("Used ids could not be recorded at close", e);
        }
    }

    private void awaitReaders() {
        long deadline = System.nanoTime() + WAIT_NANOS;
        while (parts.states().pointReaders() > 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(100_000);
        }
    }

    private void closeFiles() {
        try (AutoCloseable lock = place.lock();
                AutoCloseable manifest = parts.manifest();
                AutoCloseable wal = parts.wal()) {
            parts.states().close();
        } catch (FlowDbException e) {
            throw e;
        } catch (Exception e) {
            throw new StorageException("Cannot close " + config.dataDir() + ": " + e, e);
        }
    }
}
