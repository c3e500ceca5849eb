package io.flowdb.benchmarks.stress;

import io.flowdb.benchmarks.check.KvRecords;
import io.flowdb.benchmarks.engine.BenchCursor;
import io.flowdb.benchmarks.engine.BenchReader;
import io.flowdb.benchmarks.engine.BenchStore;
import io.flowdb.benchmarks.engine.BenchStore.Stalls;
import io.flowdb.benchmarks.engine.BenchWriter;
import io.flowdb.benchmarks.measure.CallTimer;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.LatencyHistogram;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.benchmarks.measure.TimedRun;
import io.flowdb.benchmarks.measure.VersionModel;
import io.flowdb.benchmarks.measure.WriteMeter;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Loads a database, works on it with many threads, and with {@code verify} compares it in full with what was
 * acknowledged, before and after it is reopened.
 *
 * <p>Thread t writes the keys that leave the remainder t, so that each key has one writer and the version model holds;
 * it reads all keys.
 */
final class StressRun {
    private static final long SEED = 20260103;
    private static final int PERCENT = 100;

    private final StressOptions options;
    private final Path dir;
    private final VersionModel model;
    private final Consumer<Phase> sink;
    private final int threads;

    StressRun(StressOptions options, Path dir, Consumer<Phase> sink) {
        this.options = options;
        this.dir = dir;
        this.sink = sink;
        model = new VersionModel(options.records());
        threads = options.threads();
    }

    /** Runs all phases. Errors: those of the engine, and {@link WrongAnswerException}. */
    void run() throws Exception {
        WriteMeter meter = new WriteMeter();
        try (BenchStore store = options.engine().open(options.storeOptions(dir))) {
            phase("load", store, meter, Long.MAX_VALUE, this::load);
            long nanos = options.overwrites() > 0
                    ? Long.MAX_VALUE
                    : options.duration().toNanos();
            if (nanos > 0) {
                phase("mixed", store, meter, nanos, this::mixed);
            }
            verifyAll(store);
        }
        if (options.verify()) {
            try (BenchStore reopened = options.engine().open(options.storeOptions(dir))) {
                verifyAll(reopened);
            }
        }
    }

    private void phase(String name, BenchStore store, WriteMeter meter, long nanos, Work work) throws Exception {
        Tally tally = new Tally();
        Stalls before = store.stalls();
        TimedRun run = TimedRun.run(threads, nanos, 1, (thread, timer) -> {
            ThreadWork mine = new ThreadWork(store, thread, nanos);
            try (mine) {
                work.run(mine);
            } finally {
                tally.add(mine);
            }
        });
        meter.addUserBytes(tally.recordsWritten.get() * (KvRecords.KEY_BYTES + options.valueBytes()));
        Stalls after = store.stalls();
        store.settle();
        sink.accept(new Phase(
                name,
                run.nanos(),
                tally.recordsWritten.get(),
                tally.readLatencies.count(),
                options.verify() ? tally.readLatencies.count() : 0,
                tally.writeLatencies,
                tally.readLatencies,
                tally.slowCalls.get(),
                after.count() < 0
                        ? Stalls.UNKNOWN
                        : new Stalls(after.count() - before.count(), after.nanos() - before.nanos()),
                meter.amplification(),
                Directories.sizeBytes(dir)));
    }

    /** Each thread writes each of its keys once. */
    private void load(ThreadWork work) throws Exception {
        long next = work.thread;
        while (next < options.records()) {
            work.keys = 0;
            for (; work.keys < options.batch() && next < options.records(); next += threads) {
                work.batch[work.keys++] = (int) next;
            }
            work.commit();
        }
    }

    private void mixed(ThreadWork work) throws Exception {
        long wanted = options.overwrites() == 0 ? Long.MAX_VALUE : (long) options.overwrites() * work.ownKeys();
        while (!work.expired() && work.recordsWritten < wanted) {
            if (work.random.nextInt(PERCENT) < options.readPercent()) {
                work.read(work.random.nextInt(options.records()));
            } else {
                work.keys = 0;
                while (work.keys < options.batch()) {
                    work.batch[work.keys++] = work.ownKey();
                }
                work.commit();
            }
        }
    }

    private void verifyAll(BenchStore store) throws Exception {
        if (!options.verify()) {
            return;
        }
        try (BenchCursor cursor = store.reader().all(false)) {
            int found = new KvRecords(options.valueBytes()).checkAll(cursor, model, false);
            if (found != options.records()) {
                throw new WrongAnswerException(found + " records instead of " + options.records());
            }
        }
    }

    private interface Work {
        void run(ThreadWork work) throws Exception;
    }

    /** Sums over the threads of a phase. */
    private static final class Tally {
        private final AtomicLong recordsWritten = new AtomicLong();
        private final AtomicLong slowCalls = new AtomicLong();
        private final LatencyHistogram writeLatencies = new LatencyHistogram();
        private final LatencyHistogram readLatencies = new LatencyHistogram();

        synchronized void add(ThreadWork work) {
            recordsWritten.addAndGet(work.recordsWritten);
            writeLatencies.add(work.writes.histogram());
            readLatencies.add(work.reads.histogram());
            slowCalls.addAndGet(work.writes.histogram().countAbove(Phase.SLOW_NANOS)
                    + work.reads.histogram().countAbove(Phase.SLOW_NANOS));
        }
    }

    /** What one thread holds during a phase. */
    private final class ThreadWork implements AutoCloseable {
        private final int thread;
        private final BenchWriter writer;
        private final BenchReader reader;
        private final CallTimer writes;
        private final CallTimer reads;
        private final Random64 random;
        private final KvRecords record = new KvRecords(options.valueBytes());
        private final byte[] value = new byte[options.valueBytes()];
        private final int[] batch = new int[options.batch()];
        private int keys;
        private long recordsWritten;

        ThreadWork(BenchStore store, int thread, long nanos) {
            this.thread = thread;
            writer = store.writer();
            reader = store.reader();
            writes = new CallTimer(1, nanos);
            reads = new CallTimer(1, nanos);
            random = new Random64(SEED + thread);
        }

        boolean expired() {
            return writes.expired() || reads.expired();
        }

        /** Number of keys that this thread writes. */
        int ownKeys() {
            return (int) (((long) options.records() - thread + threads - 1) / threads);
        }

        int ownKey() {
            return random.nextInt(ownKeys()) * threads + thread;
        }

        /** Writes the keys in {@link #batch} in one commit. */
        void commit() throws Exception {
            long begin = writes.begin();
            if (keys == 1) {
                writer.put(record.key(batch[0]), 0, nextValue(batch[0]));
            } else {
                for (int i = 0; i < keys; i++) {
                    writer.add(record.key(batch[i]), 0, nextValue(batch[i]));
                }
                writer.commit();
            }
            writes.end(begin);
            for (int i = 0; i < keys; i++) {
                model.commit(batch[i]);
            }
            recordsWritten += keys;
        }

        private byte[] nextValue(int key) {
            return record.value(key, model.begin(key));
        }

        void read(int key) throws Exception {
            int oldest = model.committed(key);
            long begin = reads.begin();
            byte[] found = reader.get(record.key(key), 0, value);
            reads.end(begin);
            if (options.verify()) {
                record.check(found, key, oldest, model.begun(key));
            }
        }

        @Override
        public void close() {
            writer.close();
        }
    }
}
