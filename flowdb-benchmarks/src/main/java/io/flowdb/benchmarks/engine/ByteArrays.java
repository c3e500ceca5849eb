package io.flowdb.benchmarks.engine;

import io.flowdb.benchmarks.measure.WrongAnswerException;
import java.util.Arrays;

/** Comparisons and copies of byte arrays. */
final class ByteArrays {
    private ByteArrays() {}

    static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** Copies the first {@code length} bytes into an array that must be as long. */
    static void fill(byte[] to, byte[] from, int length) {
        checkLength(length, to);
        System.arraycopy(from, 0, to, 0, length);
    }

    /** Throws if what a walk has found does not fill the array that it was to be copied to. */
    static void checkLength(int found, byte[] to) {
        if (found != to.length) {
            throw new WrongAnswerException("scan: " + found + " bytes instead of " + to.length);
        }
    }
}
