package io.flowdb.benchmarks.check;

import io.flowdb.benchmarks.engine.BenchCursor;
import io.flowdb.benchmarks.measure.Values;
import io.flowdb.benchmarks.measure.VersionModel;
import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Records as db_bench makes them: the key is the record's number as u64 big-endian and eight characters {@code 0}; the
 * value follows from number and version. Threads: one.
 */
public final class KvRecords {
    /** Length of every key. */
    public static final int KEY_BYTES = 16;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final byte PAD = '0';
    private static final byte PAD_OF_MISSING = '.';

    private final byte[] key = new byte[KEY_BYTES];
    private final byte[] missing = new byte[KEY_BYTES];
    private final byte[] metKey = new byte[KEY_BYTES];
    private final byte[] metValue;
    private final Values values;

    /** Records with values of {@code valueBytes}. */
    public KvRecords(int valueBytes) {
        values = new Values(valueBytes);
        metValue = new byte[valueBytes];
        Arrays.fill(key, PAD);
        Arrays.fill(missing, PAD);
        missing[KEY_BYTES - 1] = PAD_OF_MISSING;
    }

    /** The key, in an array that the next call overwrites. */
    public byte[] key(long i) {
        LONG.set(key, 0, i);
        return key;
    }

    /** A key that is never written and sorts right before {@code key(i)}, in an array that the next call overwrites. */
    public byte[] missingKey(long i) {
        LONG.set(missing, 0, i);
        return missing;
    }

    /** The value, in an array that the next call overwrites. */
    public byte[] value(long i, int version) {
        return values.of(i, version);
    }

    /**
     * Checks the answer to a point read.
     *
     * @param oldest version that may be found, 0 for none
     * @param newest version that may be found
     */
    public void check(byte @Nullable [] value, long i, int oldest, int newest) {
        int version = value == null ? 0 : Values.version(value);
        boolean right = version >= oldest && version <= newest && (value == null || values.matches(value, i, version));
        if (!right) {
            throw new WrongAnswerException("record " + i + ": expected version " + oldest + " to " + newest + ", found "
                    + (value == null ? "nothing" : "version " + version + " or a wrong value"));
        }
    }

    /** Moves a cursor on and keeps the record for {@link #checkMet}; false at the end. */
    public boolean next(BenchCursor cursor) throws Exception {
        return cursor.next(metKey, metValue);
    }

    /** Checks key and value of the record that was met last. */
    public void checkMet(long i, int version) {
        if (!Arrays.equals(metKey, key(i)) || !values.matches(metValue, i, version)) {
            throw new WrongAnswerException(
                    "scan: expected record " + i + " version " + version + ", found another key or value");
        }
    }

    /** Walks a whole store and checks that it holds exactly what the model says; returns the number of records. */
    public int checkAll(BenchCursor cursor, VersionModel model, boolean reverse) throws Exception {
        int count = 0;
        int expected = reverse ? model.previousPresent(model.keys() - 1) : model.nextPresent(0);
        while (next(cursor)) {
            if (expected < 0 || expected == model.keys()) {
                throw new WrongAnswerException("scan: a record behind the last one of " + count);
            }
            checkMet(expected, model.committed(expected));
            expected = reverse ? model.previousPresent(expected - 1) : model.nextPresent(expected + 1);
            count++;
        }
        if (expected >= 0 && expected < model.keys()) {
            throw new WrongAnswerException("scan: ends before record " + expected + ", after " + count + " records");
        }
        return count;
    }
}
