package io.flowdb.benchmarks.measure;

import java.util.OptionalLong;

/**
 * Write amplification since the meter was started: bytes handed to write calls over bytes of keys, ts and values.
 * Threads: one.
 */
public final class WriteMeter {
    private final OptionalLong start = WrittenBytes.now();
    private long userBytes;

    /** Counts what the user has written. */
    public void addUserBytes(long bytes) {
        userBytes += bytes;
    }

    /** The ratio so far; {@code NaN} if the system has no figure or nothing was written. */
    public double amplification() {
        OptionalLong now = WrittenBytes.now();
        if (start.isEmpty() || now.isEmpty() || userBytes == 0) {
            return Double.NaN;
        }
        return (double) (now.getAsLong() - start.getAsLong()) / userBytes;
    }
}
