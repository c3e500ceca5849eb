package io.flowdb.benchmarks.micro;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.FlowRecord;
import io.flowdb.WriteBatch;
import io.flowdb.benchmarks.check.KvRecords;
import io.flowdb.benchmarks.measure.Random64;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Random gets of an engine in memory, from its memtable and, flushed, from blocks in its cache: search in the index and
 * in the block. With {@code -prof gc} it shows what a get allocates beside its result.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class PointReadBenchmark {
    private static final int VALUE_BYTES = 100;
    private static final int RECORDS = 200_000;
    private static final int BATCH = 1_000;

    /** Whether the records lie in a table. */
    @Param({"true", "false"})
    public boolean flushed;

    private final KvRecords records = new KvRecords(VALUE_BYTES);
    private final byte[] into = new byte[VALUE_BYTES];
    private final Random64 random = new Random64(1);
    private final Engine engine =
            Engine.open(Config.builder().inMemory(true).autoBackground(false).build());

    /** Loads the engine. */
    @Setup
    public void load() {
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < RECORDS; i++) {
            batch.put(records.key(i), i, FlowRecord.NEVER, records.value(i, 1));
            if (batch.size() == BATCH) {
                engine.write(batch);
                batch.clear();
            }
        }
        if (flushed) {
            engine.flush();
        }
        for (int i = 0; i < RECORDS; i++) {
            records.check(engine.get(records.key(i), i).map(FlowRecord::value).orElse(null), i, 1, 1);
        }
    }

    /** Ends the engine. */
    @TearDown
    public void close() {
        engine.close();
    }

    /** By key and ts. */
    @Benchmark
    public Optional<FlowRecord> get() {
        int i = random.nextInt(RECORDS);
        return engine.get(records.key(i), i);
    }

    /** By key and ts, into a prepared array. */
    @Benchmark
    public int getInto() {
        int i = random.nextInt(RECORDS);
        return engine.get(records.key(i), i, into);
    }

    /** The newest version of a key. */
    @Benchmark
    public Optional<FlowRecord> getLatest() {
        return engine.getLatest(records.key(random.nextInt(RECORDS)));
    }

    /** Keys that are not there. */
    @Benchmark
    public Optional<FlowRecord> getMissing() {
        return engine.get(records.missingKey(random.nextInt(RECORDS)), 0);
    }
}
