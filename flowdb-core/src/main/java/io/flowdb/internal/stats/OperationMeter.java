package io.flowdb.internal.stats;

import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts operations that are too short and too many to be timed each: every one is counted, with the records and bytes it returned, and one
 * in so many of each thread is timed. The counter that picks them is the one that counts them.
 *
 * <p>Counts are exact. Threads: any, without locks; each counts in one of {@value #CELLS} cells, so that threads rarely meet.
 */
public final class OperationMeter {
    private static final int CELLS = 16;

    /* A cell has a cache line of its own; its three counters share it. */
    private static final int SPACING = 8;
    private static final int RECORDS = 1;
    private static final int BYTES = 2;

    private final AtomicLongArray cells = new AtomicLongArray(CELLS * SPACING);
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
        return (cells.getAndIncrement(cell()) & sampleMask) == 0 ? System.nanoTime() | 1 : 0;
    }

    /** Ends the operation that began at {@code start} and returned so much. */
    public void end(long start, long records, long bytes) {
        int cell = cell();
        if (records != 0) {
            cells.getAndAdd(cell + RECORDS, records);
        }
        if (bytes != 0) {
            cells.getAndAdd(cell + BYTES, bytes);
        }
        if (start != 0) {
            latencies.record(System.nanoTime() - start);
        }
    }

    /** Operations begun. */
    public long operations() {
        return sum(0);
    }

    /** Records that ended operations returned. */
    public long records() {
        return sum(RECORDS);
    }

    /** Bytes that ended operations returned. */
    public long bytes() {
        return sum(BYTES);
    }

    /** How long the timed ones took. */
    public LatencyHistogram.Summary latency() {
        return latencies.summary();
    }

    private long sum(int counter) {
        long total = 0;
        for (int cell = 0; cell < CELLS; cell++) {
            total += cells.get(cell * SPACING + counter);
        }
        return total;
    }

    private static int cell() {
        return (int) (Thread.currentThread().getId() & (CELLS - 1)) * SPACING;
    }
}
