package io.flowdb.internal.stats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quantiles against sorted durations, and nothing lost between threads. */
class LatencyHistogramTest {

    @Test
    void summary_ofNothing_isZero() {
        assertThat(new LatencyHistogram().summary()).isEqualTo(new LatencyHistogram.Summary(0, 0, 0, 0, 0, 0));
    }

    @Test
    void summary_ofOneDuration_isThatDuration() {
        for (long nanos : new long[] {0, 1, 31, 32, 33, 63, 64, 1_000_003, Long.MAX_VALUE / 2, Long.MAX_VALUE}) {
            LatencyHistogram histogram = new LatencyHistogram();
            histogram.record(nanos);
            assertThat(histogram.summary())
                    .isEqualTo(new LatencyHistogram.Summary(1, nanos, nanos, nanos, nanos, nanos));
        }
    }

    @Test
    void record_negative_countsAsZero() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(-5);
        assertThat(histogram.summary()).isEqualTo(new LatencyHistogram.Summary(1, 0, 0, 0, 0, 0));
    }

    /** Every bucket begins where the one before ended, so that no duration is without a bucket. */
    @Test
    void buckets_followEachOther_withoutGap() {
        int last = LatencyHistogram.bucketOf(Long.MAX_VALUE);
        for (int i = 0; i < last; i++) {
            long end = LatencyHistogram.highestIn(i);
            assertThat(LatencyHistogram.bucketOf(end)).isEqualTo(i);
            assertThat(LatencyHistogram.bucketOf(end + 1)).isEqualTo(i + 1);
        }
        assertThat(LatencyHistogram.highestIn(last)).isEqualTo(Long.MAX_VALUE);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void quantiles_ofRandomDurations_areAtMostOneBucketTooHigh(long seed) {
        Random random = new Random(seed);
        LatencyHistogram histogram = new LatencyHistogram();
        long[] durations = new long[1 + random.nextInt(5_000)];
        long total = 0;
        for (int i = 0; i < durations.length; i++) {
            durations[i] = random.nextLong() >>> (20 + random.nextInt(44));
            histogram.record(durations[i]);
            total += durations[i];
        }
        Arrays.sort(durations);
        LatencyHistogram.Summary summary = histogram.summary();
        assertThat(summary.count()).isEqualTo(durations.length);
        assertThat(summary.totalNanos()).isEqualTo(total);
        assertThat(summary.maxNanos()).isEqualTo(durations[durations.length - 1]);
        checkQuantile(summary.p50Nanos(), durations, 0.50);
        checkQuantile(summary.p90Nanos(), durations, 0.90);
        checkQuantile(summary.p99Nanos(), durations, 0.99);
    }

    private static void checkQuantile(long found, long[] sorted, double quantile) {
        long exact = sorted[Math.max(0, (int) Math.ceil(sorted.length * quantile) - 1)];
        assertThat(found).isBetween(exact, exact + exact / 32);
    }

    @Test
    void record_fromManyThreads_losesNothing() throws InterruptedException {
        LatencyHistogram histogram = new LatencyHistogram();
        List<Thread> threads = new ArrayList<>();
        for (int t = 1; t <= 4; t++) {
            long nanos = 1_000L * t;
            threads.add(new Thread(() -> {
                for (int i = 0; i < 50_000; i++) {
                    histogram.record(nanos);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        LatencyHistogram.Summary summary = histogram.summary();
        assertThat(summary.count()).isEqualTo(200_000);
        assertThat(summary.totalNanos()).isEqualTo(50_000L * 10_000);
        assertThat(summary.maxNanos()).isEqualTo(4_000);
    }
}
