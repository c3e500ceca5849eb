package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.check.KvRecords;
import io.flowdb.benchmarks.engine.BenchCursor;
import io.flowdb.benchmarks.engine.BenchStore;
import io.flowdb.benchmarks.engine.BenchWriter;
import io.flowdb.benchmarks.engine.Durability;
import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.engine.StoreOptions;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.TimedRun;
import io.flowdb.benchmarks.measure.WriteMeter;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Commits that are forced to stable storage before they are acknowledged; an operation is one commit. Each row has a
 * fresh database, which is read back in full afterwards.
 *
 * <p>The bare rate of the file system is measured in the same process, half of it before and half of it after the
 * single-threaded commits that it is compared with.
 */
final class DurableSuite implements Suite.Runner {
    private static final String BARE = "bare-append-force";
    private static final List<Row> ROWS =
            List.of(new Row(1, 1), new Row(8, 1), new Row(64, 1), new Row(1, 100), new Row(64, 100));
    static final List<String> WORKLOADS =
            List.of("commit-1x1", "commit-8x1", "commit-64x1", "commit-1x100", "commit-64x100", BARE);

    private static final int VALUE_BYTES = 100;
    private static final int USER_BYTES = KvRecords.KEY_BYTES + VALUE_BYTES;
    private static final int FIRST_VERSION = 1;
    private static final int THREAD_SHIFT = 40;

    private final RunContext context;
    private final StoreOptions options;

    DurableSuite(RunContext context) {
        this.context = context;
        options = new StoreOptions(
                context.dir(),
                KvRecords.KEY_BYTES,
                false,
                durability(context.engine()),
                StoreOptions.CACHE_BYTES,
                StoreOptions.MEMTABLE_BYTES);
    }

    static Durability durability(EngineKind engine) {
        return Durability.FSYNC;
    }

    @Override
    public void run() throws Exception {
        BareAppend bare = new BareAppend(context.dir().resolve("bare"));
        for (Row row : ROWS) {
            boolean beside = row.equals(ROWS.get(0)) && context.wants(BARE);
            if (beside) {
                bare.run(context.warmUpNanos(), false);
                bare.run(context.measuredNanos() / 2, true);
            }
            if (context.wants(row.label())) {
                commit(row);
            }
            if (beside) {
                bare.run(context.measuredNanos() / 2, true);
            }
        }
        if (context.wants(BARE)) {
            context.emit(RowSample.of(BARE, bare.appendsPerSecond(), bare.latencies()));
        }
    }

    private void commit(Row row) throws Exception {
        Path dir = context.dir().resolve(row.label());
        AtomicLongArray written = new AtomicLongArray(row.threads);
        try (BenchStore store = context.engine().open(options.in(dir))) {
            WriteMeter meter = new WriteMeter();
            commit(store, row, written, context.warmUpNanos());
            TimedRun run = commit(store, row, written, context.measuredNanos());
            meter.addUserBytes(sum(written) * USER_BYTES);
            context.emit(RowSample.of(row.label(), run.callsPerSecond(), run.histogram())
                    .withBytesOnDisk(Directories.sizeBytes(dir))
                    .withWriteAmplification(meter.amplification()));
            checkAll(store, written);
        }
        Directories.remove(dir);
    }

    private static TimedRun commit(BenchStore store, Row row, AtomicLongArray written, long nanos) throws Exception {
        return TimedRun.run(row.threads, nanos, 1, (thread, timer) -> {
            try (BenchWriter writer = store.writer()) {
                KvRecords record = new KvRecords(VALUE_BYTES);
                long next = written.get(thread);
                while (!timer.expired()) {
                    long begin = timer.begin();
                    for (int i = 1; i < row.batch; i++) {
                        long number = number(thread, next++);
                        writer.add(record.key(number), 0, record.value(number, FIRST_VERSION));
                    }
                    long number = number(thread, next++);
                    if (row.batch == 1) {
                        writer.put(record.key(number), 0, record.value(number, FIRST_VERSION));
                    } else {
                        writer.add(record.key(number), 0, record.value(number, FIRST_VERSION));
                        writer.commit();
                    }
                    timer.end(begin);
                    written.set(thread, next);
                }
            }
        });
    }

    private static void checkAll(BenchStore store, AtomicLongArray written) throws Exception {
        KvRecords record = new KvRecords(VALUE_BYTES);
        try (BenchCursor cursor = store.reader().all(false)) {
            for (int thread = 0; thread < written.length(); thread++) {
                for (long i = 0; i < written.get(thread); i++) {
                    if (!record.next(cursor)) {
                        throw new WrongAnswerException("commit " + i + " of thread " + thread + " is missing");
                    }
                    record.checkMet(number(thread, i), FIRST_VERSION);
                }
            }
            if (record.next(cursor)) {
                throw new WrongAnswerException("a record that was never written");
            }
        }
    }

    private static long number(int thread, long i) {
        return ((long) thread << THREAD_SHIFT) + i;
    }

    private static long sum(AtomicLongArray numbers) {
        long sum = 0;
        for (int i = 0; i < numbers.length(); i++) {
            sum += numbers.get(i);
        }
        return sum;
    }

    /** So many threads, each of which commits batches of so many records. */
    private record Row(int threads, int batch) {
        String label() {
            return "commit-" + threads + "x" + batch;
        }
    }
}
