package io.flowdb.benchmarks.micro;

import io.flowdb.FlowRecord;
import io.flowdb.benchmarks.check.KvRecords;
import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.io.MemoryFileSystem;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.sstable.FilterStats;
import io.flowdb.internal.sstable.IndexMemory;
import io.flowdb.internal.sstable.ScanOptions;
import io.flowdb.internal.sstable.SstOptions;
import io.flowdb.internal.sstable.SstReader;
import io.flowdb.internal.sstable.SstWriter;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Search in tables whose blocks of 8 KiB are all cached: in a table of one block, and in one of 200,000 records. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class BlockSearchBenchmark {
    private static final int VALUE_BYTES = 100;
    private static final int RECORDS = 200_000;
    private static final int RECORDS_OF_BLOCK = 50;
    private static final long CACHE_BYTES = 256L << 20;
    private static final SstOptions OPTIONS = new SstOptions(8 << 10, 10, Codec.LZ4, 1 << 20);
    private static final ScanOptions CACHED = new ScanOptions(Long.MIN_VALUE, Long.MAX_VALUE, true, false);

    private final KvRecords records = new KvRecords(VALUE_BYTES);
    private final Random64 random = new Random64(4);
    private final MemoryFileSystem files = new MemoryFileSystem();
    private final SstReader block = table(1, RECORDS_OF_BLOCK);
    private final SstReader table = table(2, RECORDS);
    private final InternalCursor blockCursor = block.cursor(CACHED);
    private final InternalCursor tableCursor = table.cursor(CACHED);

    private SstReader table(int id, int count) {
        Memtable memtable = new Memtable();
        byte[] op = new byte[OpCodec.HEADER_BYTES + KvRecords.KEY_BYTES + VALUE_BYTES];
        for (int i = 0; i < count; i++) {
            OpCodec.encode(op, 0, Op.PUT, records.key(i), records.value(i, 1));
            OpCodec.setTs(op, 0, 0);
            OpCodec.setExpireAt(op, 0, FlowRecord.NEVER);
            memtable.add(op, 0, i + 1);
        }
        Path file = Path.of(Integer.toString(id));
        try (SstWriter writer = new SstWriter(files.create(file), id, OPTIONS);
                InternalCursor entries = memtable.cursor()) {
            for (entries.first(); entries.valid(); entries.next()) {
                writer.add(entries.entry());
            }
            writer.finish();
        }
        SstReader reader = SstReader.open(
                files.open(file), id, new BlockCache(CACHE_BYTES), new IndexMemory(Long.MAX_VALUE), new FilterStats());
        if ((count == RECORDS_OF_BLOCK) != (reader.blockCount() == 1)) {
            throw new IllegalStateException(count + " records are in " + reader.blockCount() + " blocks");
        }
        return reader;
    }

    /** Binary search in one block, to stand on the entry. */
    @Benchmark
    public long seekInBlock() {
        return seek(blockCursor, random.nextInt(RECORDS_OF_BLOCK));
    }

    /** Search in the block index, then in a block. */
    @Benchmark
    public long seekInTable() {
        return seek(tableCursor, random.nextInt(RECORDS));
    }

    /** The way of a point read: by the locator to the entry. The value is not copied. */
    @Benchmark
    public long findInTable() {
        int number = random.nextInt(RECORDS);
        byte[] key = records.key(number);
        PointLookup found = new PointLookup();
        table.find(key, KeyHash.of(key, 0, key.length), 0, Long.MAX_VALUE, found);
        return checked(found.seqno(), number);
    }

    private long seek(InternalCursor cursor, int number) {
        cursor.seek(records.key(number), 0, Long.MAX_VALUE);
        return checked(cursor.valid() ? cursor.entry().seqno() : 0, number);
    }

    private static long checked(long seqno, int number) {
        if (seqno != number + 1) {
            throw new IllegalStateException("record " + number + ": found " + seqno);
        }
        return seqno;
    }
}
