package io.flowdb.benchmarks.stress;

import io.flowdb.benchmarks.engine.BenchStore.Stalls;
import io.flowdb.benchmarks.measure.JsonLine;
import io.flowdb.benchmarks.measure.LatencyHistogram;
import java.util.Locale;

/**
 * Figures of one phase of a stress run.
 *
 * @param name of the phase
 * @param nanos how long it took
 * @param recordsWritten in acknowledged commits
 * @param reads point reads
 * @param readsVerified reads whose answer was checked
 * @param writeLatencies of commits
 * @param readLatencies of point reads
 * @param slowCalls calls that took longer than {@link #SLOW_NANOS}
 * @param stalls counted by the engine in this phase
 * @param writeAmplification since the database was created, after the background work of the phase had ended
 * @param bytesOnDisk at the same moment
 */
record Phase(
        String name,
        long nanos,
        long recordsWritten,
        long reads,
        long readsVerified,
        LatencyHistogram writeLatencies,
        LatencyHistogram readLatencies,
        long slowCalls,
        Stalls stalls,
        double writeAmplification,
        long bytesOnDisk) {

    /** From here on a single call counts as a stall seen by the caller. */
    static final long SLOW_NANOS = 100_000_000;

    double writesPerSecond() {
        return recordsWritten * 1e9 / nanos;
    }

    double readsPerSecond() {
        return reads * 1e9 / nanos;
    }

    String json(StressOptions options) {
        JsonLine line = new JsonLine()
                .text("command", "stress")
                .text("phase", name)
                .text("engine", options.engine().label())
                .number("records", options.records())
                .number("valueSize", options.valueBytes())
                .number("batch", options.batch())
                .number("threads", options.threads())
                .text("durability", options.durability().meaning())
                .number("readPercent", options.readPercent())
                .flag("verify", options.verify())
                .number("seconds", nanos / 1e9)
                .number("recordsWritten", recordsWritten)
                .number("reads", reads)
                .number("readsVerified", readsVerified)
                .number("writesPerSecond", writesPerSecond())
                .number("readsPerSecond", readsPerSecond());
        addLatencies(line, "write", writeLatencies);
        addLatencies(line, "read", readLatencies);
        return line.number("writeAmplification", writeAmplification)
                .number("bytesOnDisk", bytesOnDisk)
                .number("slowCalls", slowCalls)
                .number("stalls", known(stalls.count()))
                .number("stallMillis", known(stalls.nanos()) / 1e6)
                .toString();
    }

    String text() {
        StringBuilder out = new StringBuilder();
        out.append(String.format(
                Locale.ROOT,
                "%s: %.2f s, %,d records written (%,.0f/s), %,d reads (%,.0f/s), %,d answers checked%n",
                name,
                nanos / 1e9,
                recordsWritten,
                writesPerSecond(),
                reads,
                readsPerSecond(),
                readsVerified));
        out.append(latencyText("commit", writeLatencies)).append(latencyText("read", readLatencies));
        out.append(String.format(
                Locale.ROOT,
                "  write amplification %s, bytes on disk %,d, calls over 100 ms %,d, stalls %s%n",
                Double.isNaN(writeAmplification) ? "unknown" : String.format(Locale.ROOT, "%.2f", writeAmplification),
                bytesOnDisk,
                slowCalls,
                stallText()));
        return out.toString();
    }

    private String stallText() {
        return stalls.count() < 0
                ? "not told by the engine"
                : String.format(Locale.ROOT, "%,d in %.1f ms", stalls.count(), stalls.nanos() / 1e6);
    }

    private static String latencyText(String call, LatencyHistogram latencies) {
        if (latencies.count() == 0) {
            return "";
        }
        return String.format(
                Locale.ROOT,
                "  %-6s latency us: p50 %,.1f  p90 %,.1f  p99 %,.1f  p99.9 %,.1f  max %,.1f%n",
                call,
                latencies.microsAt(0.5),
                latencies.microsAt(0.9),
                latencies.microsAt(0.99),
                latencies.microsAt(0.999),
                latencies.maxNanos() / 1e3);
    }

    private static void addLatencies(JsonLine line, String call, LatencyHistogram latencies) {
        line.number(call + "P50Micros", latencies.microsAt(0.5))
                .number(call + "P90Micros", latencies.microsAt(0.9))
                .number(call + "P99Micros", latencies.microsAt(0.99))
                .number(call + "P999Micros", latencies.microsAt(0.999))
                .number(call + "MaxMicros", latencies.count() == 0 ? Double.NaN : latencies.maxNanos() / 1e3);
    }

    private static double known(long figure) {
        return figure < 0 ? Double.NaN : figure;
    }
}
