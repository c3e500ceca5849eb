package io.flowdb.internal.compress;

import io.flowdb.internal.base.LittleEndian;

/** Copies short runs of bytes, two words at a time. Stateless. */
final class Words {
    /*
     * A call of System.arraycopy for a dozen bytes costs more than the bytes, and a step of two words, unlike one of a
     * single word, does not tempt the compiler to unroll a loop that mostly runs once.
     */
    private static final int WORD = Long.BYTES;

    /** So many bytes more than was asked for {@link #copyOver} may read and write. */
    static final int SLACK = 2 * WORD;

    /** By so many bytes at least the target of {@link #copyOver} must lie behind a source in the same array. */
    static final int LEAST_DISTANCE = WORD;

    private Words() {}

    /** Copies exactly {@code length} bytes. */
    static void copy(byte[] from, int at, byte[] to, int out, int length) {
        if (from.length - at - length < SLACK || to.length - out - length < SLACK) {
            System.arraycopy(from, at, to, out, length);
        } else {
            copyOver(from, at, to, out, length);
        }
    }

    /**
     * Copies {@code length} bytes and up to {@link #SLACK} more. In one array the target may overlap the source that is
     * {@link #LEAST_DISTANCE} or more before it: the bytes between are then repeated.
     */
    static void copyOver(byte[] from, int at, byte[] to, int out, int length) {
        int i = 0;
        do {
            LittleEndian.putLong(to, out + i, LittleEndian.getLong(from, at + i));
            LittleEndian.putLong(to, out + i + WORD, LittleEndian.getLong(from, at + i + WORD));
            i += 2 * WORD;
        } while (i < length);
    }
}
