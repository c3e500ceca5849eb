package io.flowdb.benchmarks.measure;

/**
 * Counts durations in buckets that are at most 1/64 wide of their value.
 *
 * <p>Units: nanoseconds. Threads: one; give each thread its own and {@link #add} them up.
 */
public final class LatencyHistogram {
    private static final int SUB_BITS = 6;
    private static final int SUB_BUCKETS = 1 << SUB_BITS;

    private final long[] counts = new long[(Long.SIZE - SUB_BITS) * SUB_BUCKETS];
    private long total;
    private long max;

    /** Counts one duration; a negative one counts as 0. */
    public void record(long nanos) {
        long value = Math.max(0, nanos);
        counts[bucket(value)]++;
        total++;
        if (value > max) {
            max = value;
        }
    }

    /** Adds what {@code other} has counted. */
    public void add(LatencyHistogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
        max = Math.max(max, other.max);
    }

    /** Number of durations. */
    public long count() {
        return total;
    }

    /** Number of durations above {@code nanos}, to the width of a bucket. */
    public long countAbove(long nanos) {
        long above = 0;
        for (int i = bucket(nanos) + 1; i < counts.length; i++) {
            above += counts[i];
        }
        return above;
    }

    /** The longest duration; 0 if there is none. */
    public long maxNanos() {
        return max;
    }

    /**
     * The smallest duration that {@code share} of all do not exceed, to the width of a bucket; {@code NaN} if there is
     * none.
     *
     * @param share above 0, at most 1
     */
    public double nanosAt(double share) {
        if (total == 0) {
            return Double.NaN;
        }
        long rank = Math.max(1, (long) Math.ceil(share * total));
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= rank) {
                return Math.min(max, upperBound(i));
            }
        }
        return max;
    }

    /** As {@link #nanosAt}, in microseconds. */
    public double microsAt(double share) {
        return nanosAt(share) / 1_000;
    }

    private static int bucket(long value) {
        if (value < SUB_BUCKETS) {
            return (int) value;
        }
        int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - SUB_BITS;
        return (shift << SUB_BITS) + (int) (value >>> shift);
    }

    /** The greatest value that falls into a bucket. */
    private static long upperBound(int bucket) {
        if (bucket < SUB_BUCKETS) {
            return bucket;
        }
        int shift = (bucket >> SUB_BITS) - 1;
        long lowest = (long) (bucket - (shift << SUB_BITS)) << shift;
        return lowest + (1L << shift) - 1;
    }
}
