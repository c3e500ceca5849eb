package io.flowdb.internal.base;

import java.util.Arrays;

/** A growing byte array; the counterpart of {@link ByteReader}. Threads: one. */
public final class ByteWriter {
    /** What follows a long value must not make an array of twice its length. */
    private static final int ROOM_BEHIND = 64;

    private byte[] bytes;
    private int length;

    /** Empty, with room for {@code capacity} bytes. */
    public ByteWriter(int capacity) {
        bytes = new byte[Math.max(16, capacity)];
    }

    /** Appends one byte. */
    public ByteWriter putByte(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    /** Appends 4 bytes, little-endian. */
    public ByteWriter putInt(int value) {
        reserve(4);
        LittleEndian.putInt(bytes, length, value);
        length += 4;
        return this;
    }

    /** Appends 8 bytes, little-endian. */
    public ByteWriter putLong(long value) {
        reserve(8);
        LittleEndian.putLong(bytes, length, value);
        length += 8;
        return this;
    }

    /** Appends an unsigned base-128 number. */
    public ByteWriter putVarLong(long value) {
        reserve(LittleEndian.MAX_VARINT_BYTES);
        length = LittleEndian.putVarLong(bytes, length, value);
        return this;
    }

    /** Appends a length and the bytes. */
    public ByteWriter putBytes(byte[] value) {
        return putVarLong(value.length).putRaw(value, 0, value.length);
    }

    /** Appends bytes without a length. */
    public ByteWriter putRaw(byte[] source, int offset, int count) {
        reserve(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
        return this;
    }

    /** Number of bytes written. */
    public int length() {
        return length;
    }

    /** The array written to; shared, valid until the next write. */
    public byte[] array() {
        return bytes;
    }

    /** A copy of what was written. */
    public byte[] toBytes() {
        return Arrays.copyOf(bytes, length);
    }

    /** Forgets what was written and keeps the memory. */
    public void clear() {
        length = 0;
    }

    private void reserve(int more) {
        if (bytes.length - length < more) {
            long wanted = Math.max(2L * bytes.length, (long) length + more + ROOM_BEHIND);
            bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 8));
        }
    }
}
