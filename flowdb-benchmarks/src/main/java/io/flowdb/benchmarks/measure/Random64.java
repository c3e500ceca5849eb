package io.flowdb.benchmarks.measure;

/** A small generator of random numbers (SplitMix64): the same numbers for the same seed, everywhere. Threads: one. */
public final class Random64 {
    private long state;

    /** Starts the sequence of {@code seed}. */
    public Random64(long seed) {
        state = mix(seed);
    }

    /** The next number. */
    public long nextLong() {
        state += 0x9e3779b97f4a7c15L;
        return mix(state);
    }

    /** A number from 0 to {@code bound - 1}. */
    public int nextInt(int bound) {
        return (int) Math.multiplyHigh(nextLong() >>> 1, (long) bound << 1);
    }

    static long mix(long z) {
        long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
        return b ^ (b >>> 31);
    }
}
