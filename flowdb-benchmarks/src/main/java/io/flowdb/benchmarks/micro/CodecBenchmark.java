package io.flowdb.benchmarks.micro;

import io.flowdb.FlowRecord;
import io.flowdb.WriteBatch;
import io.flowdb.benchmarks.check.KvRecords;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.compress.Lz4Compressor;
import java.util.Arrays;
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

/** Encoding of a write batch, and compression of a block of 8 KiB. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class CodecBenchmark {
    private static final int VALUE_BYTES = 100;
    private static final int BLOCK_BYTES = 8 << 10;
    private static final int BATCH = 100;

    private final KvRecords records = new KvRecords(VALUE_BYTES);
    private final WriteBatch batch = new WriteBatch(BATCH * 2 * VALUE_BYTES);
    private final Lz4Compressor lz4 = new Lz4Compressor();
    private final byte[] block = new byte[BLOCK_BYTES];
    private final byte[] compressed = new byte[Lz4Compressor.maxCompressedBytes(BLOCK_BYTES)];
    private int compressedBytes;

    /** Fills a block with values. */
    @Setup
    public void fillBlock() {
        for (int at = 0; at < BLOCK_BYTES; at += VALUE_BYTES) {
            System.arraycopy(records.value(at, 1), 0, block, at, Math.min(VALUE_BYTES, BLOCK_BYTES - at));
        }
        compressedBytes = lz4.compress(block, BLOCK_BYTES, compressed);
        if (!Arrays.equals(block, decompress())) {
            throw new IllegalStateException("block differs after compression");
        }
    }

    /** A batch of 100 records. */
    @Benchmark
    public long encodeBatch() {
        batch.clear();
        for (int i = 0; i < BATCH; i++) {
            batch.put(records.key(i), 0, FlowRecord.NEVER, records.value(i, 1));
        }
        return batch.sizeBytes();
    }

    /** LZ4, one block. */
    @Benchmark
    public int compress() {
        return lz4.compress(block, BLOCK_BYTES, compressed);
    }

    /** LZ4, one block. */
    @Benchmark
    public byte[] decompress() {
        byte[] raw = Codec.LZ4.decompress(compressed, 0, compressedBytes, BLOCK_BYTES);
        return raw == null ? new byte[0] : raw;
    }
}
