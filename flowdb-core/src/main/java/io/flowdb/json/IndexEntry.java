package io.flowdb.json;

import io.flowdb.internal.base.Keys;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One entry of an index in its logical form: prefix, index key or mark, primary key.
 *
 * <p>An exclusive entry is one that a unique index allows once: it is stored under the index key alone with the primary
 * key as its value, so that a unique look-up is a point read. Any other is stored under its logical key. The arrays are
 * not changed.
 */
final class IndexEntry implements Comparable<IndexEntry> {
    static final IndexEntry[] NONE = {};

    final IndexDef index;
    final byte[] key;
    /** Position of the primary key in {@link #key}. */
    final int primaryKeyAt;

    final boolean exclusive;

    IndexEntry(IndexDef index, byte[] key, int primaryKeyAt, boolean exclusive) {
        this.index = index;
        this.key = key;
        this.primaryKeyAt = primaryKeyAt;
        this.exclusive = exclusive;
    }

    /** The key under which it is stored. */
    byte[] storedKey() {
        return exclusive ? Arrays.copyOf(key, primaryKeyAt) : key;
    }

    /** The value that is stored. */
    byte[] storedValue() {
        return exclusive ? primaryKey() : EMPTY;
    }

    private static final byte[] EMPTY = {};

    /** The logical key of an exclusive entry that is stored under {@code storedKey}. */
    static byte[] logicalKey(byte[] storedKey, byte[] primaryKey) {
        return Keys.concat(storedKey, primaryKey);
    }

    byte[] primaryKey() {
        return Arrays.copyOfRange(key, primaryKeyAt, key.length);
    }

    @Override
    public int compareTo(IndexEntry other) {
        return Arrays.compareUnsigned(key, other.key);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IndexEntry that && Arrays.equals(key, that.key);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(key);
    }
}
