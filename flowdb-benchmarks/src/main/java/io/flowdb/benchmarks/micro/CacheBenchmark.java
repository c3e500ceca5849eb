package io.flowdb.benchmarks.micro;

import io.flowdb.internal.cache.BlockCache;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/** The block cache when it is full: each new entry pushes an old one out. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
@State(Scope.Benchmark)
public class CacheBenchmark {
    private static final int BLOCK_BYTES = 8 << 10;
    private static final int BLOCKS = 4_096;

    private final BlockCache cache = new BlockCache((long) BLOCKS * BLOCK_BYTES);

    /** Fills the cache. */
    @Setup
    public void fill() {
        for (int i = 0; i < BLOCKS; i++) {
            cache.add(new Sized(i));
        }
    }

    /** One thread. */
    @Benchmark
    public boolean addAndEvict() {
        return cache.add(new Sized((int) System.nanoTime()));
    }

    /** Two threads. */
    @Benchmark
    @Threads(2)
    public boolean addAndEvictByTwoThreads() {
        return cache.add(new Sized((int) System.nanoTime()));
    }

    private static final class Sized extends BlockCache.Entry {
        private final int hash;

        Sized(int hash) {
            super(BLOCK_BYTES);
            this.hash = hash * 0x9e3779b9 >>> 8;
        }

        @Override
        protected int shardHash() {
            return hash;
        }

        @Override
        protected boolean takeHit() {
            return false;
        }

        @Override
        protected void evicted() {
            // Nothing refers to it.
        }
    }
}
