package io.flowdb.benchmarks.micro;

import io.flowdb.benchmarks.measure.Random64;
import io.flowdb.internal.bloom.BloomFilter;
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

/** A filter over a million keys with 10 bits each. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class BloomBenchmark {
    private static final int KEYS = 1_000_000;
    private static final int BITS_PER_KEY = 10;

    private final long[] present = hashes(1);
    private final long[] absent = hashes(2);
    private final BloomFilter filter = new BloomFilter(BloomFilter.build(present, KEYS, BITS_PER_KEY));
    private int next;

    private static long[] hashes(long seed) {
        Random64 random = new Random64(seed);
        long[] hashes = new long[KEYS];
        for (int i = 0; i < KEYS; i++) {
            hashes[i] = random.nextLong();
        }
        return hashes;
    }

    /** A filter must know each of its keys. */
    @Setup
    public void checkPresent() {
        for (long hash : present) {
            if (!filter.mayContain(hash)) {
                throw new IllegalStateException("the filter denies a key");
            }
        }
    }

    /** Keys that are there. */
    @Benchmark
    public boolean present() {
        return filter.mayContain(present[advance()]);
    }

    /** Keys that are not. */
    @Benchmark
    public boolean absent() {
        return filter.mayContain(absent[advance()]);
    }

    private int advance() {
        next = next + 1 == KEYS ? 0 : next + 1;
        return next;
    }
}
