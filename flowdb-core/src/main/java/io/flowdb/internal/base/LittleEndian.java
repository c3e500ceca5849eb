package io.flowdb.internal.base;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Fixed-width and variable-length numbers in byte arrays, little-endian. Bounds are checked by the array access itself.
 */
public final class LittleEndian {
    /** Longest {@link #putVarLong}, in bytes. */
    public static final int MAX_VARINT_BYTES = 10;

    private static final VarHandle SHORT = MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private LittleEndian() {}

    /** Reads 2 bytes, as a number without sign. */
    public static int getUnsignedShort(byte[] from, int at) {
        return (short) SHORT.get(from, at) & 0xffff;
    }

    /** Writes the lowest 2 bytes of {@code value}. */
    public static void putShort(byte[] to, int at, int value) {
        SHORT.set(to, at, (short) value);
    }

    /** Reads 4 bytes. */
    public static int getInt(byte[] from, int at) {
        return (int) INT.get(from, at);
    }

    /** Writes 4 bytes. */
    public static void putInt(byte[] to, int at, int value) {
        INT.set(to, at, value);
    }

    /** Reads 8 bytes. */
    public static long getLong(byte[] from, int at) {
        return (long) LONG.get(from, at);
    }

    /** Writes 8 bytes. */
    public static void putLong(byte[] to, int at, long value) {
        LONG.set(to, at, value);
    }

    /** Reads 8 bytes as a big-endian number, whose unsigned order is the order of the bytes. */
    public static long getOrderedLong(byte[] from, int at) {
        return (long) BIG_LONG.get(from, at);
    }

    /** Writes {@code value} as an unsigned base-128 number, low digits first; returns the position behind it. */
    public static int putVarLong(byte[] to, int at, long value) {
        long rest = value;
        int position = at;
        while ((rest & ~0x7fL) != 0) {
            to[position++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        to[position++] = (byte) rest;
        return position;
    }
}
