package io.flowdb.internal.base;

import io.flowdb.error.CorruptionException;
import java.util.Arrays;

/**
 * Reads numbers and byte strings from an encoded array from front to back. Anything that does not fit the array is a
 * {@link CorruptionException} naming the file. Threads: one.
 */
public final class ByteReader {
    private final byte[] bytes;
    private final int end;
    private final String file;
    private int position;

    /** Reads {@code bytes} from {@code start} to {@code end}; {@code file} is for messages. */
    public ByteReader(byte[] bytes, int start, int end, String file) {
        this.bytes = bytes;
        this.position = start;
        this.end = end;
        this.file = file;
    }

    /** The next byte, unsigned. */
    public int readByte() {
        need(1);
        return bytes[position++] & 0xff;
    }

    /** The next 8 bytes, little-endian. */
    public long readLong() {
        need(8);
        position += 8;
        return LittleEndian.getLong(bytes, position - 8);
    }

    /** The next base-128 number. */
    public long readVarLong() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            int b = readByte();
            value |= (long) (b & 0x7f) << shift;
            if (b < 0x80) {
                return value;
            }
        }
        throw new CorruptionException(file, -1, "number longer than 10 bytes at " + position);
    }

    /** The next base-128 number, which must be 0 to {@code max}. */
    public int readVarInt(int max) {
        long value = readVarLong();
        if (value < 0 || value > max) {
            throw new CorruptionException(file, -1, "number " + value + " at " + position + ", at most " + max);
        }
        return (int) value;
    }

    /** A length and as many bytes. */
    public byte[] readBytes() {
        int length = readVarInt(end - position);
        need(length);
        position += length;
        return Arrays.copyOfRange(bytes, position - length, position);
    }

    /** Refuses bytes that were not read. */
    public void expectEnd() {
        if (position < end) {
            throw new CorruptionException(file, -1, "ends at " + position + ", but goes on to " + end);
        }
    }

    private void need(int count) {
        if (end - position < count) {
            throw new CorruptionException(file, -1, "needs " + count + " bytes at " + position + ", ends at " + end);
        }
    }
}
