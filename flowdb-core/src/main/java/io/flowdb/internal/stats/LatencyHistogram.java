package io.flowdb.internal.stats;

import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Counts durations in buckets whose width grows with them: exact below {@value #LINEAR} ns, then {@value #LINEAR}
 * buckets to each power of two, so a quantile is at most 1/{@value #LINEAR} (3.2 %) too high and never too low.
 *
 * <p>Units: nanoseconds; negative durations count as 0. Threads: any, without locks. A summary taken meanwhile may hold
 * a duration in one figure and not yet in another.
 */
public final class LatencyHistogram {
    /*
     * Log-linear buckets as in HdrHistogram (Tene): no bound on the range, no configuration, one atomic increment a
     * duration.
     */
    private static final int LINEAR_BITS = 5;
    private static final int LINEAR = 1 << LINEAR_BITS;
    private static final int BUCKETS = (64 - LINEAR_BITS) * LINEAR;

    private final AtomicLongArray counts = new AtomicLongArray(BUCKETS);
    private final AtomicLong totalNanos = new AtomicLong();
    private final AtomicLong maxNanos = new AtomicLong();

    /**
     * What the durations so far add up to; all zero if there are none.
     *
     * @param count durations
     * @param totalNanos their sum
     * @param p50Nanos half of them are not longer
     * @param p90Nanos 90 % of them are not longer
     * @param p99Nanos 99 % of them are not longer
     * @param maxNanos the longest
     */
    public record Summary(long count, long totalNanos, long p50Nanos, long p90Nanos, long p99Nanos, long maxNanos) {}

    /** Counts one duration. */
    public void record(long nanos) {
        long duration = Math.max(0, nanos);
        counts.getAndIncrement(bucketOf(duration));
        totalNanos.getAndAdd(duration);
        long longest = maxNanos.get();
        while (duration > longest && !maxNanos.compareAndSet(longest, duration)) {
            longest = maxNanos.get();
        }
    }

    /** The figures up to now. */
    public Summary summary() {
        long[] now = new long[BUCKETS];
        long count = 0;
        for (int i = 0; i < BUCKETS; i++) {
            now[i] = counts.get(i);
            count += now[i];
        }
        long max = maxNanos.get();
        return new Summary(
                count,
                totalNanos.get(),
                Math.min(max, quantile(now, count, 50)),
                Math.min(max, quantile(now, count, 90)),
                Math.min(max, quantile(now, count, 99)),
                max);
    }

    /** Upper end of the bucket in which the duration of rank ceil(count * percent / 100) lies. */
    private static long quantile(long[] now, long count, int percent) {
        long rank = count / 100 * percent + (count % 100 * percent + 99) / 100;
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            seen += now[i];
            if (seen >= rank && seen > 0) {
                return highestIn(i);
            }
        }
        return 0;
    }

    static int bucketOf(long nanos) {
        if (nanos < LINEAR) {
            return (int) nanos;
        }
        int shift = 63 - LINEAR_BITS - Long.numberOfLeadingZeros(nanos);
        return (shift << LINEAR_BITS) + (int) (nanos >>> shift);
    }

    /** The longest duration that falls into a bucket. */
    static long highestIn(int bucket) {
        if (bucket < LINEAR) {
            return bucket;
        }
        int shift = (bucket >>> LINEAR_BITS) - 1;
        long lowest = (long) (bucket - (shift << LINEAR_BITS)) << shift;
        return lowest + (1L << shift) - 1;
    }
}
