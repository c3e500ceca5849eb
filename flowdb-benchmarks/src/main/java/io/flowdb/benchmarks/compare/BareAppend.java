package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.measure.LatencyHistogram;
import io.flowdb.benchmarks.measure.TimedRun;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * What the file system can do at best: 200-byte appends, each followed by {@code force(false)}, into a file whose
 * blocks are written beforehand, so that neither its length nor its layout changes. Threads: one.
 */
final class BareAppend {
    private static final int APPEND_BYTES = 200;
    private static final int FILE_BYTES = 64 << 20;
    private static final int CHUNK_BYTES = 1 << 20;

    private final Path file;
    private final LatencyHistogram latencies = new LatencyHistogram();
    private long appends;
    private long nanos;

    BareAppend(Path file) {
        this.file = file;
    }

    /**
     * Appends for {@code runNanos}.
     *
     * @param counted whether the run goes into the figures
     */
    void run(long runNanos, boolean counted) throws Exception {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            preallocate(channel);
            ByteBuffer record = ByteBuffer.allocateDirect(APPEND_BYTES);
            TimedRun run = TimedRun.run(1, runNanos, 1, (thread, timer) -> {
                long at = 0;
                while (!timer.expired()) {
                    long begin = timer.begin();
                    writeFully(channel, record.clear(), at);
                    channel.force(false);
                    timer.end(begin);
                    at = at + 2 * APPEND_BYTES <= FILE_BYTES ? at + APPEND_BYTES : 0;
                }
            });
            if (counted) {
                appends += run.calls();
                nanos += run.nanos();
                latencies.add(run.histogram());
            }
        } finally {
            Files.deleteIfExists(file);
        }
    }

    double appendsPerSecond() {
        return appends * 1e9 / nanos;
    }

    LatencyHistogram latencies() {
        return latencies;
    }

    private static void preallocate(FileChannel channel) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(CHUNK_BYTES);
        for (long at = 0; at < FILE_BYTES; at += CHUNK_BYTES) {
            writeFully(channel, zeros.clear(), at);
        }
        channel.force(true);
    }

    private static void writeFully(FileChannel channel, ByteBuffer from, long at) throws IOException {
        long position = at;
        while (from.hasRemaining()) {
            position += channel.write(from, position);
        }
    }
}
