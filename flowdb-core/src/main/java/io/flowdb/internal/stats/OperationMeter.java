package io.flowdb.internal.stats;

/**
 * Counts operations that are too short and too many to be timed each: every one is counted, with the records and bytes
 * it returned, and one in so many of each thread is timed. The counter that picks them is the one that counts them.
 *
 * <p>Counts are exact. Threads: any, without locks.
 */
public final class OperationMeter {
    private static final int OPERATIONS = 0;
    private static final int RECORDS = 1;
    private static final int BYTES = 2;

    private final ThreadCells counters = new ThreadCells();
    private final LatencyHistogram latencies = new LatencyHistogram();
    private final long sampleMask;

    /** Times one in {@code period} operations, a power of two. */
    public OperationMeter(int period) {
        if (Integer.bitCount(period) != 1) {
            throw new IllegalArgumentException("period = " + period + ", must be a power of two");
        }
        this.sampleMask = period - 1L;
    }

    /** Counts an operation that begins; returns its start for {@link #end}, 0 if it is not timed. */
    public long begin() {
        return (counters.getAndAdd(OPERATIONS, 1) & sampleMask) == 0 ? System.nanoTime() | 1 : 0;
    }

    /** Ends the operation that began at {@code start} and returned so much. */
    public void end(long start, long records, long bytes) {
        if (records != 0) {
            counters.getAndAdd(RECORDS, records);
        }
        if (bytes != 0) {
            counters.getAndAdd(BYTES, bytes);
        }
        if (start != 0) {
            latencies.record(System.nanoTime() - start);
        }
    }

    /** Operations begun. */
    public long operations() {
        return counters.sum(OPERATIONS);
    }

    /** Records that ended operations returned. */
    public long records() {
        return counters.sum(RECORDS);
    }

    /** Bytes that ended operations returned. */
    public long bytes() {
        return counters.sum(BYTES);
    }

    /** How long the timed ones took. */
    public LatencyHistogram.Summary latency() {
        return latencies.summary();
    }
}
