package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.BenchCursor;
import io.flowdb.benchmarks.measure.Values;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Record number i of the suite {@code seed}: key {@code key_%08d}, ts i, a value that follows from i. Threads: one. */
final class SeedRecords {
    static final int KEY_BYTES = 12;
    static final int VALUE_BYTES = 128;
    static final int USER_BYTES = KEY_BYTES + Long.BYTES + VALUE_BYTES;

    private static final int FIRST_VERSION = 1;
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] key = "key_00000000".getBytes(StandardCharsets.US_ASCII);
    private final Values values = new Values(VALUE_BYTES);
    private int number; // whose key stands in the array

    /** The key, in an array that the next call overwrites. */
    byte[] key(int i) {
        if (i == number + 1) {
            countUp();
        } else {
            putDigits(i / 10_000, KEY_BYTES - 8);
            putDigits(i % 10_000, KEY_BYTES - 4);
        }
        number = i;
        return key;
    }

    private void countUp() {
        int at = KEY_BYTES - 1;
        while (key[at] == '9') {
            key[at--] = '0';
        }
        key[at]++;
    }

    private void putDigits(int fourDigits, int at) {
        int high = fourDigits / 100;
        int low = fourDigits % 100;
        key[at] = (byte) ('0' + high / 10);
        key[at + 1] = (byte) ('0' + high % 10);
        key[at + 2] = (byte) ('0' + low / 10);
        key[at + 3] = (byte) ('0' + low % 10);
    }

    /** The first bytes of the key, in an array of their own. */
    byte[] prefix(int i, int length) {
        return Arrays.copyOf(key(i), length);
    }

    /** The value, in an array that the next call overwrites. */
    byte[] value(int i) {
        return values.of(i, FIRST_VERSION);
    }

    /** Checks the answer to a point read. */
    void check(byte @Nullable [] value, int i) {
        if (value == null || !values.matches(value, i, FIRST_VERSION)) {
            throw new WrongAnswerException("record " + i + (value == null ? ": not found" : ": wrong value"));
        }
    }

    /** Checks record number {@code n} that a walk has met. */
    void check(Met met, int n, int i) {
        if (met.ts[n] != i || !isKey(met.keys[n], i) || !values.matches(met.values[n], i, FIRST_VERSION)) {
            throw new WrongAnswerException("scan: expected record " + i + ", found another key, ts or value");
        }
    }

    /** What a walk has met, to be checked when it wants to. Threads: one. */
    static final class Met {
        private final byte[][] keys;
        private final long[] ts;
        private final byte[][] values;

        /** Room for so many records. */
        Met(int most) {
            keys = new byte[most][KEY_BYTES];
            ts = new long[most];
            values = new byte[most][VALUE_BYTES];
        }

        /** Moves a cursor on and keeps the record as number {@code n}; false at the end. */
        boolean next(BenchCursor cursor, int n) throws Exception {
            if (!cursor.next(keys[n], values[n])) {
                return false;
            }
            ts[n] = cursor.ts();
            return true;
        }
    }

    private boolean isKey(byte[] found, int i) {
        byte[] expected = key(i);
        int tail = KEY_BYTES - Long.BYTES; // two words that overlap
        return (((long) LONG.get(found, 0) ^ (long) LONG.get(expected, 0))
                        | ((long) LONG.get(found, tail) ^ (long) LONG.get(expected, tail)))
                == 0;
    }

    static void checkCount(String scan, int found, int expected) {
        if (found != expected) {
            throw new WrongAnswerException(scan + ": " + found + " records instead of " + expected);
        }
    }
}
