package io.flowdb;

import io.flowdb.internal.stats.LatencyHistogram;
import io.flowdb.internal.stats.OperationMeter;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/** What the engine counts and times while it works. Threads: any. */
final class EngineCounters {
    /*
     * A clock read costs some 20 ns, twice an operation. A commit or a flush does not feel it; a point read of 200 ns
     * and a short walk would, so only some of them are timed.
     */
    private static final int TIMED_READS = 64;
    private static final int TIMED_SCANS = 16;

    final OperationMeter reads = new OperationMeter(TIMED_READS);
    final OperationMeter scans = new OperationMeter(TIMED_SCANS);

    final LongAdder recordsWritten = new LongAdder();
    final LongAdder bytesWritten = new LongAdder();
    final LongAdder recordsExpired = new LongAdder();
    final LongAdder stalls = new LongAdder();
    final LongAdder stallNanos = new LongAdder();
    final LongAdder flushedBytes = new LongAdder();
    final LongAdder compactedBytesIn = new LongAdder();
    final LongAdder compactedBytesOut = new LongAdder();
    final LongAdder gcRuns = new LongAdder();
    final LongAdder recordsPurged = new LongAdder();

    final LatencyHistogram writes = new LatencyHistogram();
    final LatencyHistogram syncs = new LatencyHistogram();
    final LatencyHistogram flushes = new LatencyHistogram();
    final LatencyHistogram compactions = new LatencyHistogram();

    /** Clock times of the last ends in microseconds, {@link #NOT_YET} before the first. */
    static final long NOT_YET = Long.MIN_VALUE;

    volatile long lastFlushMicros = NOT_YET; // written by one flush at a time
    volatile long lastCompactionMicros = NOT_YET; // written by one compaction at a time
    volatile long lastGcMicros = NOT_YET; // written by one look for expired tables at a time

    private final LongSupplier clockMicros;
    private final long openedNanos = System.nanoTime();

    /** {@code clockMicros} is the engine's clock. */
    EngineCounters(LongSupplier clockMicros) {
        this.clockMicros = clockMicros;
    }

    long uptimeNanos() {
        return System.nanoTime() - openedNanos;
    }

    void compactedBytes(long bytesIn, long bytesOut) {
        compactedBytesIn.add(bytesIn);
        compactedBytesOut.add(bytesOut);
    }

    void compacted(long nanos) {
        compactions.record(nanos);
        lastCompactionMicros = nowOr(lastCompactionMicros);
    }

    void purged(long records) {
        gcRuns.increment();
        recordsPurged.add(records);
        lastGcMicros = nowOr(lastGcMicros);
    }

    void written(int records, long bytes) {
        recordsWritten.add(records);
        bytesWritten.add(bytes);
    }

    void synced(long nanos) {
        syncs.record(nanos);
    }

    void stalled(long nanos) {
        stalls.increment();
        stallNanos.add(nanos);
    }

    void flushed(long bytes, long nanos) {
        flushedBytes.add(bytes);
        flushes.record(nanos);
        lastFlushMicros = nowOr(lastFlushMicros);
    }

    /** The time, or {@code last} if the clock fails: what has just been done must not fail for a figure. */
    private long nowOr(long last) {
        try {
            return clockMicros.getAsLong();
        } catch (RuntimeException | Error e) {
            return last;
        }
    }
}
