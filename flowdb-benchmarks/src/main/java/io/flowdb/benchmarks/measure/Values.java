package io.flowdb.benchmarks.measure;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Values that follow from key number and version, so that each answer can be checked without keeping what was written.
 *
 * <p>Layout: version i32 little-endian, random bytes up to half of the length, then the first half again. A block of
 * such values compresses to about half, as the values of db_bench do with their default ratio of 0.5.
 *
 * <p>Threads: one an instance; it holds the buffers.
 */
public final class Values {
    /** Shortest value that has room for the version and for something random. */
    public static final int MIN_BYTES = 8;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long STEP = 0x9e3779b97f4a7c15L; // as SplitMix64
    private static final long FACTOR = 0xd1342543de82ef95L;

    private final byte[] buffer;
    private final int half;

    /** Values of {@code length} bytes. */
    public Values(int length) {
        if (length < MIN_BYTES) {
            throw new IllegalArgumentException("value length " + length + ", allowed: " + MIN_BYTES + " or more");
        }
        buffer = new byte[length];
        half = (length + 1) / 2;
    }

    /** The value of one version of one key, in a buffer that the next call overwrites. */
    public byte[] of(long key, int version) {
        long state = start(key, version);
        int at = 0;
        for (; at + Long.BYTES <= half; at += Long.BYTES) {
            state += STEP;
            LONG.set(buffer, at, word(state));
        }
        if (at < half) {
            long last = word(state + STEP);
            for (; at < half; at++) {
                buffer[at] = (byte) last;
                last >>>= Byte.SIZE;
            }
        }
        INT.set(buffer, 0, version);
        System.arraycopy(buffer, 0, buffer, half, buffer.length - half);
        return buffer;
    }

    /**
     * Whether {@code actual} is exactly the value of this version; looks at each byte of it, without making the value.
     */
    public boolean matches(byte[] actual, long key, int version) {
        if (actual.length != buffer.length || version(actual) != version) {
            return false;
        }
        long state = start(key, version);
        long different = 0;
        long compared = -1L << Integer.SIZE; // the version stands in the first four bytes
        int at = 0;
        for (; at + Long.BYTES <= half; at += Long.BYTES) {
            state += STEP;
            different |= ((long) LONG.get(actual, at) ^ word(state)) & compared;
            compared = -1;
        }
        long last = word(state + STEP);
        for (; at < half; at++) {
            if (at >= Integer.BYTES && actual[at] != (byte) last) {
                return false;
            }
            last >>>= Byte.SIZE;
        }
        return different == 0 && Arrays.equals(actual, half, actual.length, actual, 0, actual.length - half);
    }

    private static long start(long key, int version) {
        return Random64.mix(key * STEP + version);
    }

    /*
     * One multiplication a word, as each answer is checked while the clock runs. Steps apart, no two words share four
     * bytes.
     */
    private static long word(long state) {
        return (state ^ state >>> 32) * FACTOR;
    }

    /**
     * The version written into a value; anything if the value is damaged, so check with {@link #matches} afterwards.
     */
    public static int version(byte[] value) {
        return value.length < Integer.BYTES ? -1 : (int) INT.get(value, 0);
    }
}
