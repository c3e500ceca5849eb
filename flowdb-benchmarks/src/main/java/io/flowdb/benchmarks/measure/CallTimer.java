package io.flowdb.benchmarks.measure;

/**
 * Counts the calls of one thread, times every n-th of them, and knows when the thread should stop.
 *
 * <p>Reading the clock twice costs as much as a cached point read, so fast calls are sampled. Threads: one.
 */
public final class CallTimer {
    private final int sampleEvery;
    private final long deadline;
    private final LatencyHistogram histogram = new LatencyHistogram();
    private long calls;
    private long timedNanos;
    private int untilSample = 1;
    private boolean expired;

    /**
     * A timer that expires after {@code nanos}.
     *
     * @param sampleEvery 1 to time each call
     */
    public CallTimer(int sampleEvery, long nanos) {
        this.sampleEvery = sampleEvery;
        this.deadline = System.nanoTime() + nanos;
    }

    /** Before a call; hand the result to {@link #end}. */
    public long begin() {
        if (--untilSample > 0) {
            return 0;
        }
        untilSample = sampleEvery;
        return System.nanoTime() | 1;
    }

    /** After the call that {@code begin} belongs to. */
    public void end(long begin) {
        calls++;
        if (begin != 0) {
            long now = System.nanoTime();
            histogram.record(now - begin);
            timedNanos += now - begin;
            expired = now - deadline >= 0;
        }
    }

    /**
     * After {@code made} calls that {@code begin} belongs to, of which the first ended at {@code firstEnd}: all count
     * for the rate, the first one for the latencies.
     */
    public void endAll(long begin, long firstEnd, int made) {
        long now = System.nanoTime();
        calls += made;
        histogram.record(firstEnd - begin);
        timedNanos += now - begin;
        expired = now - deadline >= 0;
    }

    /** Whether the time was over at the end of the last timed call. */
    public boolean expired() {
        return expired;
    }

    /** Number of calls. */
    public long calls() {
        return calls;
    }

    /** Sum of the durations of the timed calls. */
    public long timedNanos() {
        return timedNanos;
    }

    /** Durations of the timed calls. */
    public LatencyHistogram histogram() {
        return histogram;
    }
}
