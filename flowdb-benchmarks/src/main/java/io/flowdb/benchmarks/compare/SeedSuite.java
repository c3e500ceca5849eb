package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.BenchCursor;
import io.flowdb.benchmarks.engine.BenchReader;
import io.flowdb.benchmarks.engine.BenchStore;
import io.flowdb.benchmarks.engine.BenchWriter;
import io.flowdb.benchmarks.engine.Durability;
import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.engine.StoreOptions;
import io.flowdb.benchmarks.measure.CallTimer;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.LatencyHistogram;
import io.flowdb.benchmarks.measure.Median;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.benchmarks.measure.TimedRun;
import io.flowdb.benchmarks.measure.WriteMeter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The original's table: records {@code key_%08d} with ts = counter and 128-byte values, written in batches of 100, read
 * back by key and ts, by prefix and in full. The second half of the records comes from eight writers that share a
 * counter.
 *
 * <p>A load is short, so it is repeated in fresh databases until the measured time is over; the last one is read. The
 * number of records is a multiple of 1,000.
 */
final class SeedSuite implements Suite.Runner {
    static final List<String> WORKLOADS = List.of(
            "sequential-write",
            "concurrent-write-8",
            "flush-compact",
            "point-strided",
            "point-random",
            "prefix-scan",
            "full-scan",
            "disk");

    private static final int RECORDS = 100_000;
    private static final int BATCH = 100;
    private static final int WRITERS = 8;
    private static final int STRIDE = 10;
    private static final int PREFIX_BYTES = SeedRecords.KEY_BYTES - 2;
    private static final int PREFIX_MATCHES = 100;
    private static final int MIN_LOADS = 3;
    /** Fewer leave compilers of the JVM at work beside the writers; each load is short. */
    private static final int MIN_WARM_UP_LOADS = 8;

    private static final long SEED = 20260101;

    private final RunContext context;
    private final int half;
    private final int all;
    private final StoreOptions options;

    SeedSuite(RunContext context) {
        this.context = context;
        half = context.recordsOr(RECORDS);
        all = 2 * half;
        options = new StoreOptions(
                context.dir(),
                SeedRecords.KEY_BYTES,
                true,
                durability(context.engine()),
                StoreOptions.CACHE_BYTES,
                StoreOptions.MEMTABLE_BYTES);
    }

    static Durability durability(EngineKind engine) {
        return Durability.OS;
    }

    @Override
    public void run() throws Exception {
        Path dir =
                load("warm-up", context.warmUpNanos(), MIN_WARM_UP_LOADS, new Figures(), new Figures(), new Figures());
        Directories.remove(dir);

        Figures sequential = new Figures();
        Figures concurrent = new Figures();
        Figures compact = new Figures();
        dir = load("measured", context.measuredNanos(), MIN_LOADS, sequential, concurrent, compact);
        context.emit(sequential.row("sequential-write"));
        context.emit(concurrent.row("concurrent-write-8"));
        if (compact.nanos > 0) {
            context.emit(compact.row("flush-compact"));
        }

        try (BenchStore store = context.engine().open(options.in(dir))) {
            BenchReader reader = store.reader();
            read(reader, Directories.sizeBytes(dir));
        }
        context.emit(RowSample.of("disk", Double.NaN, new LatencyHistogram())
                .withBytesOnDisk(Directories.sizeBytes(dir))
                .withWriteAmplification(compact.amplification));
        Directories.remove(dir);
    }

    /** Loads fresh databases until {@code nanos} have been measured; returns the directory of the last one, closed. */
    private Path load(String name, long nanos, int atLeast, Figures sequential, Figures concurrent, Figures compact)
            throws Exception {
        for (int i = 0; ; i++) {
            System.gc();
            Path dir = context.dir().resolve(name + "-" + i);
            try (BenchStore store = context.engine().open(options.in(dir))) {
                WriteMeter meter = new WriteMeter();
                sequential.add(writeSequentially(store), half);
                meter.addUserBytes((long) half * SeedRecords.USER_BYTES);
                sequential.end(dir, meter);
                concurrent.add(writeConcurrently(store), half);
                meter.addUserBytes((long) half * SeedRecords.USER_BYTES);
                concurrent.end(dir, meter);
                flushAndCompact(store, compact);
                compact.end(dir, meter);
            }
            long measured = sequential.nanos + concurrent.nanos + compact.nanos;
            if (i + 1 >= atLeast && measured >= nanos) {
                return dir;
            }
            Directories.remove(dir);
        }
    }

    private TimedRun writeSequentially(BenchStore store) throws Exception {
        return TimedRun.run(1, Long.MAX_VALUE, 1, (thread, timer) -> {
            try (BenchWriter writer = store.writer()) {
                SeedRecords records = new SeedRecords();
                for (int first = 0; first < half; first += BATCH) {
                    writeBatch(writer, records, first, timer);
                }
            }
        });
    }

    private TimedRun writeConcurrently(BenchStore store) throws Exception {
        AtomicInteger next = new AtomicInteger(half);
        return TimedRun.run(WRITERS, Long.MAX_VALUE, 1, (thread, timer) -> {
            try (BenchWriter writer = store.writer()) {
                SeedRecords records = new SeedRecords();
                for (int first = next.getAndAdd(BATCH); first < all; first = next.getAndAdd(BATCH)) {
                    writeBatch(writer, records, first, timer);
                }
            }
        });
    }

    private static void writeBatch(BenchWriter writer, SeedRecords records, int first, CallTimer timer)
            throws Exception {
        long begin = timer.begin();
        for (int i = first; i < first + BATCH; i++) {
            writer.add(records.key(i), i, records.value(i));
        }
        writer.commit();
        timer.end(begin);
    }

    private void flushAndCompact(BenchStore store, Figures figures) throws Exception {
        boolean[] compacted = new boolean[1];
        TimedRun run = TimedRun.run(1, Long.MAX_VALUE, 1, (thread, timer) -> {
            long begin = timer.begin();
            store.flush();
            compacted[0] = store.compact();
            timer.end(begin);
        });
        if (compacted[0]) {
            figures.add(run, all);
        }
    }

    private void read(BenchReader reader, long bytesOnDisk) throws Exception {
        SeedRecords records = new SeedRecords();
        context.measureReads("point-strided", new RunContext.Reads(1, 1, 1, bytesOnDisk, (thread, timer) -> {
            ReadGroup group = group(reader, records, timer);
            while (!timer.expired()) {
                for (int i = 0; i < half; i += STRIDE) {
                    group.get(i, records.key(i), i);
                }
                group.flush();
            }
        }));
        Random64 random = new Random64(SEED);
        context.measureReads("point-random", new RunContext.Reads(1, 1, 1, bytesOnDisk, (thread, timer) -> {
            ReadGroup group = group(reader, records, timer);
            while (!timer.expired()) {
                for (int n = 0; n < all; n++) {
                    int i = random.nextInt(all);
                    group.get(i, records.key(i), i);
                }
                group.flush();
            }
        }));
        SeedRecords.Met met = new SeedRecords.Met(PREFIX_MATCHES + 1); // one that is too many
        context.measureReads("prefix-scan", new RunContext.Reads(1, 1, 1, bytesOnDisk, (thread, timer) -> {
            while (!timer.expired()) {
                for (int first = 0; first < half; first += PREFIX_MATCHES) {
                    scanPrefix(reader, records, met, first, timer);
                }
            }
        }));
        context.measureReads("full-scan", new RunContext.Reads(1, 1, all, bytesOnDisk, (thread, timer) -> {
            while (!timer.expired()) {
                scanAll(reader, records, timer);
            }
        }));
    }

    private static ReadGroup group(BenchReader reader, SeedRecords records, CallTimer timer) {
        return new ReadGroup(reader, timer, SeedRecords.KEY_BYTES, SeedRecords.VALUE_BYTES, records::check);
    }

    private static void scanPrefix(
            BenchReader reader, SeedRecords records, SeedRecords.Met met, int first, CallTimer timer) throws Exception {
        byte[] prefix = records.prefix(first, PREFIX_BYTES);
        int count = 0;
        long begin = timer.begin();
        try (BenchCursor cursor = reader.prefix(prefix)) {
            while (count <= PREFIX_MATCHES && met.next(cursor, count)) {
                count++;
            }
        }
        timer.end(begin);
        SeedRecords.checkCount("prefix scan", count, PREFIX_MATCHES);
        for (int n = 0; n < count; n++) {
            records.check(met, n, first + n);
        }
    }

    private void scanAll(BenchReader reader, SeedRecords records, CallTimer timer) throws Exception {
        SeedRecords.Met met = new SeedRecords.Met(1);
        int i = 0;
        long begin = timer.begin();
        try (BenchCursor cursor = reader.all(false)) {
            while (met.next(cursor, 0)) {
                records.check(met, 0, i++);
            }
        }
        timer.end(begin);
        SeedRecords.checkCount("full scan", i, all);
    }

    /** Figures of one row over several loads. */
    private static final class Figures {
        private final List<Double> rates = new ArrayList<>();
        private final LatencyHistogram latencies = new LatencyHistogram();
        private long nanos;
        private long bytesOnDisk;
        private double amplification;

        void add(TimedRun run, int records) {
            rates.add(records * 1e9 / run.nanos());
            latencies.add(run.histogram());
            nanos += run.nanos();
        }

        void end(Path dir, WriteMeter meter) throws Exception {
            bytesOnDisk = Directories.sizeBytes(dir);
            amplification = meter.amplification();
        }

        RowSample row(String workload) {
            return RowSample.of(workload, Median.of(rates), latencies)
                    .withBytesOnDisk(bytesOnDisk)
                    .withWriteAmplification(amplification);
        }
    }
}
