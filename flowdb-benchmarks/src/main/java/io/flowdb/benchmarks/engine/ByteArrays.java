package io.flowdb.benchmarks.engine;

import java.util.Arrays;

/** Comparisons of byte arrays. */
final class ByteArrays {
    private ByteArrays() {}

    static boolean startsWith(byte[] bytes, byte[] prefix) {
        return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }
}
