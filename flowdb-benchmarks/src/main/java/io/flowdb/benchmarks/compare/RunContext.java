package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.measure.TimedRun;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What one run of a suite on one engine needs to know.
 *
 * @param engine under test
 * @param dir an empty directory for the databases
 * @param seconds each repeatable row is measured for
 * @param records size of the data set; 0 for the size the suite is defined with
 * @param workloads rows to report
 * @param cities file with the cities of the suite {@code documents}; null if there is none
 * @param sink takes the figures of each row
 */
record RunContext(
        EngineKind engine,
        Path dir,
        double seconds,
        int records,
        Set<String> workloads,
        @Nullable Path cities,
        Consumer<RowSample> sink) {

    /** Fast calls are timed one in so many; see {@link io.flowdb.benchmarks.measure.CallTimer}. */
    static final int SAMPLE_EVERY = 16;

    private static final long LONG_WARM_UP_NANOS = 6_000_000_000L;

    long measuredNanos() {
        return (long) (seconds * 1e9);
    }

    /** How long a row runs before it is measured: as long as it is measured, the same for every engine. */
    long warmUpNanos() {
        return measuredNanos();
    }

    int recordsOr(int defined) {
        return records == 0 ? defined : records;
    }

    /**
     * As {@link #warmUpNanos} for a row of short calls: up to three times as long, until what they use is compiled. On
     * two slow cores that takes some seconds, in which a call may take three times as long.
     */
    private long readWarmUpNanos() {
        return Math.min(3 * measuredNanos(), Math.max(measuredNanos(), LONG_WARM_UP_NANOS));
    }

    boolean wants(String workload) {
        return workloads.contains(workload);
    }

    /** Reports a row if it is asked for. */
    void emit(RowSample sample) {
        if (wants(sample.workload())) {
            sink.accept(sample);
        }
    }

    /**
     * Warms up, measures and reports a row; skips all if it is not asked for. Where one thread times each call, the
     * checks between calls do not count.
     */
    void measureReads(String workload, Reads reads) throws Exception {
        if (!wants(workload)) {
            return;
        }
        TimedRun.run(reads.threads(), readWarmUpNanos(), reads.sampleEvery(), reads.body());
        System.gc();
        TimedRun run = TimedRun.run(reads.threads(), measuredNanos(), reads.sampleEvery(), reads.body());
        boolean callsAlone = reads.threads() == 1 && reads.sampleEvery() == 1;
        double rate = callsAlone ? run.callsPerTimedSecond() : run.callsPerSecond();
        emit(RowSample.of(workload, rate * reads.operationsPerCall(), run.histogram())
                .withBytesOnDisk(reads.bytesOnDisk()));
    }

    /**
     * A row that runs as long as one likes, mostly of reads.
     *
     * @param threads that run the body
     * @param sampleEvery one in so many calls is timed
     * @param operationsPerCall what one call counts for
     * @param bytesOnDisk of the database before
     * @param body runs until its timer has expired
     */
    record Reads(int threads, int sampleEvery, int operationsPerCall, double bytesOnDisk, TimedRun.Body body) {}
}
