package io.flowdb.json;

import org.jspecify.annotations.Nullable;

/**
 * A range of keys, of a store or an index, as in IndexedDB. Immutable.
 *
 * <p>Keys are the Java values that {@link DocumentOperations} lists. The keys of a compound index are lists.
 */
public final class KeyRange {
    private static final KeyRange ALL = new KeyRange(null, null, false, false);

    private final @Nullable Object lower;
    private final @Nullable Object upper;
    private final boolean lowerOpen;
    private final boolean upperOpen;

    private KeyRange(@Nullable Object lower, @Nullable Object upper, boolean lowerOpen, boolean upperOpen) {
        this.lower = lower;
        this.upper = upper;
        this.lowerOpen = lowerOpen;
        this.upperOpen = upperOpen;
    }

    /** Every key. */
    public static KeyRange all() {
        return ALL;
    }

    /** One key. */
    public static KeyRange only(Object key) {
        return new KeyRange(key, key, false, false);
    }

    /** From {@code lower} to {@code upper}; an open bound is left out. */
    public static KeyRange bound(Object lower, Object upper, boolean lowerOpen, boolean upperOpen) {
        return new KeyRange(lower, upper, lowerOpen, upperOpen);
    }

    /** From {@code lower} on, including it. */
    public static KeyRange lowerBound(Object lower) {
        return lowerBound(lower, false);
    }

    /** From {@code lower} on; without it if {@code open}. */
    public static KeyRange lowerBound(Object lower, boolean open) {
        return new KeyRange(lower, null, open, false);
    }

    /** Up to {@code upper}, including it. */
    public static KeyRange upperBound(Object upper) {
        return upperBound(upper, false);
    }

    /** Up to {@code upper}; without it if {@code open}. */
    public static KeyRange upperBound(Object upper, boolean open) {
        return new KeyRange(null, upper, false, open);
    }

    /** Text keys that start with {@code prefix}. */
    public static KeyRange prefix(String prefix) {
        throw new UnsupportedOperationException(prefix);
    }

    /** From {@code start} (inclusive) to {@code end} (exclusive); null for unbounded. */
    static KeyRange halfOpen(@Nullable Object start, @Nullable Object end) {
        return new KeyRange(start, end, false, true);
    }

    /** Whether {@code key} lies in this range. */
    public boolean includes(Object key) {
        throw new UnsupportedOperationException("includes");
    }

    /** The lower bound, or null. */
    public @Nullable Object lower() {
        return lower;
    }

    /** The upper bound, or null. */
    public @Nullable Object upper() {
        return upper;
    }

    /** Whether the lower bound is left out. */
    public boolean lowerOpen() {
        return lowerOpen;
    }

    /** Whether the upper bound is left out. */
    public boolean upperOpen() {
        return upperOpen;
    }
}
