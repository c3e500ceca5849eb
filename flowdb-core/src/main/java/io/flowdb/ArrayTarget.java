package io.flowdb;

import io.flowdb.internal.base.Keys;
import java.util.Objects;

/**
 * Copies keys and values into an array of the caller; an array without room is an {@link IllegalArgumentException} with
 * name and value. Stateless.
 */
final class ArrayTarget {
    private ArrayTarget() {}

    /** Copies {@code length} bytes into {@code to}, from index {@code at} on; returns {@code length}. */
    static int copy(byte[] from, int offset, int length, byte[] to, int at) {
        Objects.requireNonNull(to, "to");
        if (at < 0 || at > to.length - length) {
            throw new IllegalArgumentException(
                    "at = " + at + ", must leave room for " + length + " bytes in an array of " + to.length);
        }
        Keys.copy(from, offset, to, at, length);
        return length;
    }
}
