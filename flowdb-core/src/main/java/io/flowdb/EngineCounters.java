package io.flowdb;

import java.util.concurrent.atomic.LongAdder;

/** What the engine counts while it works. Threads: any. */
final class EngineCounters {
    final LongAdder recordsWritten = new LongAdder();
    final LongAdder bytesWritten = new LongAdder();
    final LongAdder recordsRead = new LongAdder();
    final LongAdder recordsExpired = new LongAdder();
    final LongAdder syncs = new LongAdder();
    final LongAdder syncNanos = new LongAdder();
    final LongAdder stalls = new LongAdder();
    final LongAdder stallNanos = new LongAdder();
    final LongAdder flushes = new LongAdder();
    final LongAdder flushNanos = new LongAdder();
    final LongAdder flushedBytes = new LongAdder();

    final LongAdder compactions = new LongAdder();
    final LongAdder compactionNanos = new LongAdder();
    final LongAdder compactedBytesIn = new LongAdder();
    final LongAdder compactedBytesOut = new LongAdder();
    final LongAdder gcRuns = new LongAdder();
    final LongAdder recordsPurged = new LongAdder();

    void compacted(long bytesIn, long bytesOut, long nanos) {
        compactions.increment();
        compactedBytesIn.add(bytesIn);
        compactedBytesOut.add(bytesOut);
        compactionNanos.add(nanos);
    }

    void purged(long records) {
        gcRuns.increment();
        recordsPurged.add(records);
    }

    void written(int records, long bytes) {
        recordsWritten.add(records);
        bytesWritten.add(bytes);
    }

    void synced(long nanos) {
        syncs.increment();
        syncNanos.add(nanos);
    }

    void stalled(long nanos) {
        stalls.increment();
        stallNanos.add(nanos);
    }

    void flushed(long bytes, long nanos) {
        flushes.increment();
        flushedBytes.add(bytes);
        flushNanos.add(nanos);
    }
}
