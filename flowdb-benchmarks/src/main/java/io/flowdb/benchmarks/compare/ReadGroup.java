package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.BenchReader;
import io.flowdb.benchmarks.measure.CallTimer;
import org.jspecify.annotations.Nullable;

/**
 * Point reads that are timed together: their keys are ready before the clock starts, their answers are checked after it
 * has stopped. What the harness does for a key and an answer takes a quarter as long as a cached read. Threads: one.
 */
final class ReadGroup {
    private static final int SIZE = 16;

    private final BenchReader reader;
    private final CallTimer timer;
    private final Check check;
    private final int[] numbers = new int[SIZE];
    private final byte[][] keys;
    private final long[] ts = new long[SIZE];
    private final byte[][] values;
    private final byte[] @Nullable [] found = new byte[SIZE][];
    private int count;

    /** Looks at the answer for record {@code number}. */
    @FunctionalInterface
    interface Check {
        void check(byte @Nullable [] value, int number);
    }

    ReadGroup(BenchReader reader, CallTimer timer, int keyBytes, int valueBytes, Check check) {
        this.reader = reader;
        this.timer = timer;
        this.check = check;
        this.keys = new byte[SIZE][keyBytes];
        this.values = new byte[SIZE][valueBytes];
    }

    /** Reads this record with the others of its group, once there are enough of them. */
    void get(int number, byte[] key, long version) throws Exception {
        numbers[count] = number;
        System.arraycopy(key, 0, keys[count], 0, key.length);
        ts[count++] = version;
        if (count == SIZE) {
            flush();
        }
    }

    /** Reads what has not been read yet. */
    void flush() throws Exception {
        if (count == 0) {
            return;
        }
        long begin = timer.begin();
        found[0] = reader.get(keys[0], ts[0], values[0]);
        long first = System.nanoTime();
        for (int i = 1; i < count; i++) {
            found[i] = reader.get(keys[i], ts[i], values[i]);
        }
        timer.endAll(begin, first, count);
        for (int i = 0; i < count; i++) {
            check.check(found[i], numbers[i]);
        }
        count = 0;
    }
}
