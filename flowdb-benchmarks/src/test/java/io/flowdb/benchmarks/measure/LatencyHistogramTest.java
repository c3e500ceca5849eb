package io.flowdb.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatencyHistogramTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nanosAt_randomDurations_isWithinABucketOfTheSortedArray(long seed) {
        Random random = new Random(seed);
        LatencyHistogram histogram = new LatencyHistogram();
        long[] durations = new long[10_000];
        for (int i = 0; i < durations.length; i++) {
            durations[i] = random.nextLong() >>> (1 + random.nextInt(62));
            histogram.record(durations[i]);
        }
        Arrays.sort(durations);

        for (double share : new double[] {0.0001, 0.01, 0.5, 0.9, 0.99, 0.999, 1}) {
            long exact = durations[(int) Math.ceil(share * durations.length) - 1];
            assertThat(histogram.nanosAt(share))
                    .as("seed %d share %s", seed, share)
                    .isBetween((double) exact, exact * (1 + 1.0 / 64));
        }
        assertThat(histogram.maxNanos()).isEqualTo(durations[durations.length - 1]);
    }

    @Test
    void nanosAt_nothingRecorded_isNoNumber() {
        assertThat(new LatencyHistogram().nanosAt(0.5)).isNaN();
    }

    @Test
    void add_twoHistograms_countsBoth() {
        LatencyHistogram fast = new LatencyHistogram();
        LatencyHistogram slow = new LatencyHistogram();
        for (int i = 0; i < 99; i++) {
            fast.record(1_000);
        }
        slow.record(200_000_000);
        fast.add(slow);

        assertThat(fast.count()).isEqualTo(100);
        assertThat(fast.microsAt(0.99)).isCloseTo(1, within(0.02));
        assertThat(fast.maxNanos()).isEqualTo(200_000_000);
        assertThat(fast.countAbove(100_000_000)).isEqualTo(1);
    }

    @Test
    void record_extremes_areCounted() {
        LatencyHistogram histogram = new LatencyHistogram();
        histogram.record(-5);
        histogram.record(0);
        histogram.record(Long.MAX_VALUE);

        assertThat(histogram.count()).isEqualTo(3);
        assertThat(histogram.nanosAt(0.5)).isZero();
        assertThat(histogram.nanosAt(1)).isEqualTo(Long.MAX_VALUE);
    }
}
