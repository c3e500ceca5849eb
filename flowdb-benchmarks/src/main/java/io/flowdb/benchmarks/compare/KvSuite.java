package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.check.KvRecords;
import io.flowdb.benchmarks.engine.BenchCursor;
import io.flowdb.benchmarks.engine.BenchReader;
import io.flowdb.benchmarks.engine.BenchStore;
import io.flowdb.benchmarks.engine.BenchWriter;
import io.flowdb.benchmarks.engine.Durability;
import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.engine.StoreOptions;
import io.flowdb.benchmarks.measure.CallTimer;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.benchmarks.measure.TimedRun;
import io.flowdb.benchmarks.measure.VersionModel;
import io.flowdb.benchmarks.measure.WriteMeter;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;

/**
 * The workloads of db_bench, by its definitions: one record a write, random keys drawn with replacement, so that a
 * share of them is never written and reads meet both answers. All of it twice, the second time with a cache of a tenth
 * of the data.
 */
final class KvSuite implements Suite.Runner {
    private static final String SMALL_CACHE = "-smallcache";
    private static final List<String> ROWS = List.of(
            "fillseq",
            "fillrandom",
            "overwrite",
            "readrandom",
            "readmissing",
            "readseq",
            "readreverse",
            "seekrandom",
            "readwhilewriting",
            "deleterandom",
            "compact");
    static final List<String> WORKLOADS = Stream.concat(
                    ROWS.stream(), ROWS.stream().map(row -> row + SMALL_CACHE))
            .toList();

    private static final int VALUE_BYTES = 100;
    private static final int USER_BYTES = KvRecords.KEY_BYTES + VALUE_BYTES;
    private static final int RECORDS = 1_000_000;
    private static final int WARM_UP_SHARE = 10;
    private static final int CACHE_SHARE = 10;
    private static final int NEXTS = 10;
    private static final int READERS = 2;
    private static final long SEED = 20260102;

    private final RunContext context;
    private final int records;

    KvSuite(RunContext context) {
        this.context = context;
        records = context.recordsOr(RECORDS);
    }

    static Durability durability(EngineKind engine) {
        return engine == EngineKind.MVSTORE ? Durability.PROCESS : Durability.OS;
    }

    @Override
    public void run() throws Exception {
        StoreOptions options = new StoreOptions(
                context.dir(),
                KvRecords.KEY_BYTES,
                false,
                durability(context.engine()),
                StoreOptions.CACHE_BYTES,
                StoreOptions.MEMTABLE_BYTES);
        warmUp(options);
        runVariant("", options);
        runVariant(SMALL_CACHE, options.withCacheBytes((long) records * USER_BYTES / CACHE_SHARE));
    }

    /** Every kind of write, on a database that is thrown away. */
    private void warmUp(StoreOptions options) throws Exception {
        Path dir = context.dir().resolve("warm-up");
        int some = Math.max(1, records / WARM_UP_SHARE);
        try (BenchStore store = context.engine().open(options.in(dir))) {
            VersionModel model = new VersionModel(some);
            put(store, model, key -> key);
            put(store, model, randomKeys(some, 1));
            put(store, model, randomKeys(some, 2));
            delete(store, model, randomKeys(some, 3));
            store.settle();
            store.compact();
            checkAll(store, model, false);
        }
        Directories.remove(dir);
    }

    private void runVariant(String suffix, StoreOptions options) throws Exception {
        if (ROWS.stream().noneMatch(row -> context.wants(row + suffix))) {
            return;
        }
        if (context.wants("fillseq" + suffix)) {
            fillSequentially(suffix, options);
        }
        Path dir = context.dir().resolve("random");
        try (BenchStore store = context.engine().open(options.in(dir))) {
            Variant variant = new Variant(suffix, dir, store, new VersionModel(records), new WriteMeter());
            write(variant, "fillrandom", model -> put(store, model, randomKeys(records, 1)));
            write(variant, "overwrite", model -> put(store, model, randomKeys(records, 2)));
            store.settle();
            int live = checkAll(store, variant.model, false);
            read(variant, live);
            readWhileWriting(variant);
            if (context.wants("deleterandom" + suffix) || context.wants("compact" + suffix)) {
                write(variant, "deleterandom", model -> delete(store, model, randomKeys(records, 3)));
                compact(variant);
                checkAll(store, variant.model, false);
            }
        }
        Directories.remove(dir);
    }

    private void fillSequentially(String suffix, StoreOptions options) throws Exception {
        Path dir = context.dir().resolve("sequential");
        try (BenchStore store = context.engine().open(options.in(dir))) {
            Variant variant = new Variant(suffix, dir, store, new VersionModel(records), new WriteMeter());
            write(variant, "fillseq", model -> put(store, model, key -> key));
            checkAll(store, variant.model, false);
        }
        Directories.remove(dir);
    }

    private void write(Variant variant, String row, Writes writes) throws Exception {
        System.gc();
        TimedRun run = writes.run(variant.model);
        variant.meter.addUserBytes((long) records * USER_BYTES);
        context.emit(RowSample.of(row + variant.suffix, run.callsPerSecond(), run.histogram())
                .withBytesOnDisk(Directories.sizeBytes(variant.dir))
                .withWriteAmplification(variant.meter.amplification()));
    }

    private static TimedRun put(BenchStore store, VersionModel model, IntUnaryOperator keys) throws Exception {
        return TimedRun.run(1, Long.MAX_VALUE, RunContext.SAMPLE_EVERY, (thread, timer) -> {
            try (BenchWriter writer = store.writer()) {
                KvRecords record = new KvRecords(VALUE_BYTES);
                for (int i = 0; i < model.keys(); i++) {
                    int key = keys.applyAsInt(i);
                    int version = model.begin(key);
                    byte[] value = record.value(key, version);
                    long begin = timer.begin();
                    writer.put(record.key(key), 0, value);
                    timer.end(begin);
                    model.commit(key);
                }
            }
        });
    }

    private static TimedRun delete(BenchStore store, VersionModel model, IntUnaryOperator keys) throws Exception {
        return TimedRun.run(1, Long.MAX_VALUE, RunContext.SAMPLE_EVERY, (thread, timer) -> {
            try (BenchWriter writer = store.writer()) {
                KvRecords record = new KvRecords(VALUE_BYTES);
                for (int i = 0; i < model.keys(); i++) {
                    int key = keys.applyAsInt(i);
                    long begin = timer.begin();
                    writer.delete(record.key(key), 0);
                    timer.end(begin);
                    model.delete(key);
                }
            }
        });
    }

    private void compact(Variant variant) throws Exception {
        boolean[] compacted = new boolean[1];
        TimedRun run = TimedRun.run(1, Long.MAX_VALUE, 1, (thread, timer) -> {
            long begin = timer.begin();
            variant.store.flush();
            compacted[0] = variant.store.compact();
            timer.end(begin);
        });
        if (!compacted[0]) {
            return;
        }
        context.emit(RowSample.of("compact" + variant.suffix, records * run.callsPerSecond(), run.histogram())
                .withBytesOnDisk(Directories.sizeBytes(variant.dir))
                .withWriteAmplification(variant.meter.amplification()));
    }

    private void read(Variant variant, int live) throws Exception {
        long bytes = Directories.sizeBytes(variant.dir);
        Random64 random = new Random64(SEED);
        KvRecords record = new KvRecords(VALUE_BYTES);
        BenchReader reader = variant.store.reader();
        context.measureReads("readrandom" + variant.suffix, new RunContext.Reads(1, 1, 1, bytes, (thread, timer) -> {
            ReadGroup group = new ReadGroup(reader, timer, KvRecords.KEY_BYTES, VALUE_BYTES, (value, key) -> {
                int version = variant.model.committed(key);
                record.check(value, key, version, version);
            });
            while (!timer.expired()) {
                int key = random.nextInt(records);
                group.get(key, record.key(key), 0);
            }
            group.flush();
        }));
        context.measureReads("readmissing" + variant.suffix, new RunContext.Reads(1, 1, 1, bytes, (thread, timer) -> {
            ReadGroup group = new ReadGroup(
                    reader, timer, KvRecords.KEY_BYTES, VALUE_BYTES, (value, key) -> record.check(value, key, 0, 0));
            while (!timer.expired()) {
                int key = random.nextInt(records);
                group.get(key, record.missingKey(key), 0);
            }
            group.flush();
        }));
        scan(variant, "readseq", false, new RowSize(live, bytes));
        scan(variant, "readreverse", true, new RowSize(live, bytes));
        seek(variant, random, bytes);
    }

    private void scan(Variant variant, String row, boolean reverse, RowSize size) throws Exception {
        context.measureReads(
                row + variant.suffix, new RunContext.Reads(1, 1, size.live, size.bytesOnDisk, (thread, timer) -> {
                    while (!timer.expired()) {
                        long begin = timer.begin();
                        int found = checkAll(variant.store, variant.model, reverse);
                        timer.end(begin);
                        if (found != size.live) {
                            throw new WrongAnswerException(row + ": " + found + " records instead of " + size.live);
                        }
                    }
                }));
    }

    private void seek(Variant variant, Random64 random, long bytesOnDisk) throws Exception {
        context.measureReads(
                "seekrandom" + variant.suffix, new RunContext.Reads(1, 1, 1, bytesOnDisk, (thread, timer) -> {
                    BenchReader reader = variant.store.reader();
                    KvRecords record = new KvRecords(VALUE_BYTES);
                    while (!timer.expired()) {
                        int from = random.nextInt(records);
                        long begin = timer.begin();
                        seek(reader, record, variant.model, from);
                        timer.end(begin);
                    }
                }));
    }

    private void seek(BenchReader reader, KvRecords record, VersionModel model, int from) throws Exception {
        try (BenchCursor cursor = reader.from(record.key(from))) {
            int expected = model.nextPresent(from);
            for (int i = 0; i <= NEXTS; i++) {
                boolean found = record.next(cursor);
                if (found != expected < records) {
                    throw new WrongAnswerException("seek to " + from + ": record " + expected + " found: " + found);
                }
                if (!found) {
                    return;
                }
                record.checkMet(expected, model.committed(expected));
                expected = model.nextPresent(expected + 1);
            }
        }
    }

    /** Two readers are measured; beside them one writer overwrites random records as fast as it can. */
    private void readWhileWriting(Variant variant) throws Exception {
        String row = "readwhilewriting" + variant.suffix;
        if (!context.wants(row)) {
            return;
        }
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService pool = Executors.newSingleThreadExecutor();
        try {
            Future<Long> writer = pool.submit(() -> overwriteUntil(stop, variant));
            try {
                long bytes = Directories.sizeBytes(variant.dir);
                context.measureReads(
                        row,
                        new RunContext.Reads(
                                READERS,
                                RunContext.SAMPLE_EVERY,
                                1,
                                bytes,
                                (thread, timer) -> readBesideWriter(variant, thread, timer)));
            } finally {
                stop.set(true);
            }
            variant.meter.addUserBytes(writer.get() * USER_BYTES);
        } finally {
            pool.shutdown();
        }
    }

    private void readBesideWriter(Variant variant, int thread, CallTimer timer) throws Exception {
        Random64 random = new Random64(SEED + 1 + thread);
        BenchReader reader = variant.store.reader();
        KvRecords record = new KvRecords(VALUE_BYTES);
        byte[] into = new byte[VALUE_BYTES];
        while (!timer.expired()) {
            int key = random.nextInt(records);
            int oldest = variant.model.committed(key);
            long begin = timer.begin();
            byte[] value = reader.get(record.key(key), 0, into);
            timer.end(begin);
            record.check(value, key, oldest, variant.model.begun(key));
        }
    }

    private long overwriteUntil(AtomicBoolean stop, Variant variant) throws Exception {
        Random64 random = new Random64(SEED - 1);
        long written = 0;
        try (BenchWriter writer = variant.store.writer()) {
            KvRecords record = new KvRecords(VALUE_BYTES);
            for (; !stop.get(); written++) {
                int key = random.nextInt(records);
                writer.put(record.key(key), 0, record.value(key, variant.model.begin(key)));
                variant.model.commit(key);
            }
        }
        return written;
    }

    private static int checkAll(BenchStore store, VersionModel model, boolean reverse) throws Exception {
        try (BenchCursor cursor = store.reader().all(reverse)) {
            return new KvRecords(VALUE_BYTES).checkAll(cursor, model, reverse);
        }
    }

    /** As many random keys as one asks for; another sequence for each row. */
    private static IntUnaryOperator randomKeys(int bound, int sequence) {
        Random64 random = new Random64(SEED * 31 + sequence);
        return i -> random.nextInt(bound);
    }

    private interface Writes {
        TimedRun run(VersionModel model) throws Exception;
    }

    private record RowSize(int live, long bytesOnDisk) {}

    private record Variant(String suffix, Path dir, BenchStore store, VersionModel model, WriteMeter meter) {}
}
