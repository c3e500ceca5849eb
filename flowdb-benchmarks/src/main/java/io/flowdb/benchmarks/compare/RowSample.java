package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.measure.LatencyHistogram;

/**
 * Figures of one row from one process, or their medians. {@code NaN} where a row has no such figure.
 *
 * @param workload name of the row
 * @param opsPerSecond operations a second
 * @param p50Micros median latency of a call
 * @param p99Micros 99th percentile of the latency of a call
 * @param bytesOnDisk length of all files when the row had ended
 * @param writeAmplification since the database was created
 */
record RowSample(
        String workload,
        double opsPerSecond,
        double p50Micros,
        double p99Micros,
        double bytesOnDisk,
        double writeAmplification) {

    private static final String SEPARATOR = "\t";
    private static final int FIELDS = 6;

    static RowSample of(String workload, double opsPerSecond, LatencyHistogram latencies) {
        return new RowSample(
                workload, opsPerSecond, latencies.microsAt(0.5), latencies.microsAt(0.99), Double.NaN, Double.NaN);
    }

    RowSample withBytesOnDisk(double bytes) {
        return new RowSample(workload, opsPerSecond, p50Micros, p99Micros, bytes, writeAmplification);
    }

    RowSample withWriteAmplification(double ratio) {
        return new RowSample(workload, opsPerSecond, p50Micros, p99Micros, bytesOnDisk, ratio);
    }

    /** One line of text, as it goes from the measuring process to the one that reports. */
    String toLine() {
        return String.join(
                SEPARATOR,
                workload,
                Double.toString(opsPerSecond),
                Double.toString(p50Micros),
                Double.toString(p99Micros),
                Double.toString(bytesOnDisk),
                Double.toString(writeAmplification));
    }

    /** Reads what {@link #toLine} wrote. */
    static RowSample parse(String line) {
        String[] fields = line.split(SEPARATOR, -1);
        if (fields.length != FIELDS) {
            throw new IllegalArgumentException("row has " + fields.length + " fields instead of " + FIELDS);
        }
        return new RowSample(
                fields[0],
                Double.parseDouble(fields[1]),
                Double.parseDouble(fields[2]),
                Double.parseDouble(fields[3]),
                Double.parseDouble(fields[4]),
                Double.parseDouble(fields[5]));
    }
}
