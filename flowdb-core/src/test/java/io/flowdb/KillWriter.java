package io.flowdb;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The process that {@link EngineKillTest} kills: several threads commit batches to one directory, with flushes and
 * compactions going on, and each commit is reported on standard output as {@code thread batch} after it has returned.
 *
 * <p>Batch n of a thread puts {@link #RECORDS} records. Their values name the batch and, for every thread, how many
 * batches had been acknowledged before this one was begun.
 */
final class KillWriter {
    static final int THREADS = 4;
    static final int RECORDS = 3;
    private static final String PADDING = "p".repeat(80);

    private final Engine engine;
    private final int round;
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private final AtomicLongArray acknowledged = new AtomicLongArray(THREADS);

    private KillWriter(Engine engine, int round) {
        this.engine = engine;
        this.round = round;
    }

    /** Settings small enough that flushes, compactions and new segments never stop. */
    static Config config(Path directory, boolean always) {
        return Config.builder()
                .dataDir(directory)
                .walSyncMode(always ? SyncMode.always() : SyncMode.interval(Duration.ofMillis(10)))
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .blockCacheCapacity(1 << 20)
                .build();
    }

    static String keyPrefix(int round) {
        return String.format("round%05d-", round);
    }

    static String key(int round, int thread, int batch, int record) {
        return keyPrefix(round) + thread + String.format("-%08d-", batch) + record;
    }

    /** Arguments: directory, round, whether every commit is synced. */
    public static void main(String[] arguments) throws Exception {
        Config config = config(Path.of(arguments[0]), Boolean.parseBoolean(arguments[2]));
        KillWriter writer = new KillWriter(Engine.open(config), Integer.parseInt(arguments[1]));
        writer.print("open");
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            int id = i;
            Thread thread = new Thread(() -> writer.write(id));
            thread.setUncaughtExceptionHandler((t, e) -> {
                e.printStackTrace();
                Runtime.getRuntime().halt(1);
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
    }

    private void write(int thread) {
        for (int batch = 0; ; batch++) {
            StringBuilder before = new StringBuilder().append(batch);
            for (int i = 0; i < THREADS; i++) {
                before.append(',').append(acknowledged.get(i));
            }
            List<FlowRecord> records = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                records.add(FlowRecord.of(key(round, thread, batch, i), 0, before + "," + PADDING));
            }
            engine.writeBatch(records);
            acknowledged.set(thread, batch + 1);
            print(thread + " " + batch);
        }
    }

    /** One call to the operating system, so a line is printed whole or not at all. */
    private synchronized void print(String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
