package io.flowdb.benchmarks.micro;

import io.flowdb.FlowRecord;
import io.flowdb.benchmarks.check.KvRecords;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.memtable.Memtable;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Random inserts into a memtable and look-ups in one of 200,000 records. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class MemtableBenchmark {
    private static final int VALUE_BYTES = 100;
    private static final int RECORDS = 200_000;
    private static final int OP_BYTES = OpCodec.HEADER_BYTES + KvRecords.KEY_BYTES + VALUE_BYTES;

    private final KvRecords records = new KvRecords(VALUE_BYTES);
    private final Random64 random = new Random64(1);
    private final byte[] op = new byte[OP_BYTES];
    private final Memtable full = new Memtable();
    private Memtable growing = new Memtable();
    private long seqno;

    /** Fills the memtable for look-ups. */
    @Setup
    public void fill() {
        for (int i = 0; i < RECORDS; i++) {
            put(full, i);
        }
    }

    /** Starts a new memtable when the old one has as many records as the full one. */
    @Benchmark
    public void add() {
        if (growing.count() == RECORDS) {
            growing = new Memtable();
        }
        put(growing, random.nextInt(RECORDS));
    }

    /** Keys that are there. */
    @Benchmark
    public int find() {
        int node = full.find(records.key(random.nextInt(RECORDS)), 0, Long.MAX_VALUE);
        if (node == 0) {
            throw new IllegalStateException("a record is missing");
        }
        return node;
    }

    private void put(Memtable memtable, int key) {
        OpCodec.encode(op, 0, Op.PUT, records.key(key), records.value(key, 1));
        OpCodec.setTs(op, 0, 0);
        OpCodec.setExpireAt(op, 0, FlowRecord.NEVER);
        memtable.add(op, 0, ++seqno);
    }
}
