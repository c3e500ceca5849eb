package io.flowdb.json;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyTags;
import io.flowdb.internal.json.KeyWriter;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A range of keys, of a store or an index, as in IndexedDB. Immutable. A lower bound above the upper one makes an empty
 * range. Two with the same bounds are equal.
 *
 * <p>Keys are the Java values that {@link DocumentOperations} lists. The keys of a compound index are lists, and a
 * shorter list comes before every list that continues it. Errors: {@link io.flowdb.error.InvalidKeyException} for a
 * bound that is no key.
 */
public final class KeyRange {
    private static final byte[] FIRST = {KeyTags.NULL};
    private static final byte[] BEHIND_LAST = {KeyTags.ABOVE};
    private static final KeyRange ALL = new KeyRange(null, null, false, false);

    private final byte @Nullable [] lower;
    private final byte @Nullable [] upper;
    private final boolean lowerOpen;
    private final boolean upperOpen;
    private final byte[] start;
    private final byte[] end;

    private KeyRange(byte @Nullable [] lower, byte @Nullable [] upper, boolean lowerOpen, boolean upperOpen) {
        this(lower, upper, lowerOpen, upperOpen, start(lower, lowerOpen), end(upper, upperOpen));
    }

    private KeyRange(
            byte @Nullable [] lower,
            byte @Nullable [] upper,
            boolean lowerOpen,
            boolean upperOpen,
            byte[] start,
            byte[] end) {
        this.lower = lower;
        this.upper = upper;
        this.lowerOpen = lowerOpen;
        this.upperOpen = upperOpen;
        this.start = start;
        this.end = end;
    }

    private static byte[] start(byte @Nullable [] lower, boolean open) {
        if (lower == null) {
            return FIRST;
        }
        return open ? behind(lower) : lower;
    }

    private static byte[] end(byte @Nullable [] upper, boolean open) {
        if (upper == null) {
            return BEHIND_LAST;
        }
        return open ? upper : behind(upper);
    }

    private static byte[] behind(byte[] key) {
        return Objects.requireNonNull(Keys.prefixEnd(key));
    }

    /** Every key. */
    public static KeyRange all() {
        return ALL;
    }

    /** One key; null stands for the null that an index can hold. */
    public static KeyRange only(@Nullable Object key) {
        byte[] encoded = KeyWriter.encode(key);
        return new KeyRange(encoded, encoded, false, false);
    }

    /** From {@code lower} to {@code upper}; an open bound is left out. */
    public static KeyRange bound(Object lower, Object upper, boolean lowerOpen, boolean upperOpen) {
        return new KeyRange(KeyWriter.encode(lower), KeyWriter.encode(upper), lowerOpen, upperOpen);
    }

    /** From {@code lower} on, including it. */
    public static KeyRange lowerBound(Object lower) {
        return lowerBound(lower, false);
    }

    /** From {@code lower} on; without it if {@code open}. */
    public static KeyRange lowerBound(Object lower, boolean open) {
        return new KeyRange(KeyWriter.encode(lower), null, open, false);
    }

    /** Up to {@code upper}, including it. */
    public static KeyRange upperBound(Object upper) {
        return upperBound(upper, false);
    }

    /** Up to {@code upper}; without it if {@code open}. */
    public static KeyRange upperBound(Object upper, boolean open) {
        return new KeyRange(null, KeyWriter.encode(upper), false, open);
    }

    /** Text keys that start with {@code prefix}. */
    public static KeyRange prefix(String prefix) {
        KeyWriter writer = new KeyWriter();
        writer.addTextPrefix(Objects.requireNonNull(prefix, "prefix"));
        byte[] start = writer.toBytes();
        return new KeyRange(KeyWriter.encode(prefix), null, false, true, start, behind(start));
    }

    /** From {@code start} (inclusive) to {@code end} (exclusive); null for unbounded. */
    static KeyRange halfOpen(@Nullable Object start, @Nullable Object end) {
        return new KeyRange(
                start == null ? null : KeyWriter.encode(start),
                end == null ? null : KeyWriter.encode(end),
                false,
                true);
    }

    /** Whether {@code key} lies in this range. */
    public boolean includes(@Nullable Object key) {
        return includesEncoded(KeyWriter.encode(key));
    }

    boolean includesEncoded(byte[] key) {
        return Arrays.compareUnsigned(start, key) <= 0 && Arrays.compareUnsigned(key, end) < 0;
    }

    /** The lower bound, or null. */
    public @Nullable Object lower() {
        return lower == null ? null : KeyReader.decode(lower);
    }

    /** The upper bound, or null; a prefix range has none that is a key. */
    public @Nullable Object upper() {
        return upper == null ? null : KeyReader.decode(upper);
    }

    /** Whether the lower bound is left out. */
    public boolean lowerOpen() {
        return lowerOpen;
    }

    /** Whether the upper bound is left out. */
    public boolean upperOpen() {
        return upperOpen;
    }

    /** Whether no key is left out. */
    boolean isAll() {
        return start == FIRST && end == BEHIND_LAST;
    }

    /** Whether both bounds are the same key. */
    boolean isOneKey() {
        return lower != null && !lowerOpen && !upperOpen && Arrays.equals(lower, upper);
    }

    /** The first encoded key. */
    byte[] start() {
        return start;
    }

    /** What follows the last encoded key. */
    byte[] end() {
        return end;
    }

    /**
     * The range as encoded keys of a compound index, whose values stand one after the other instead of in an array.
     *
     * @return the first key and what follows the last, or null if the range is empty
     */
    byte @Nullable [][] compound(int values) {
        byte[] from = FIRST;
        if (lower != null && isArray(lower)) {
            from = edge(lower, values, !lowerOpen);
        } else if (Arrays.compareUnsigned(start, new byte[] {KeyTags.ARRAY + 1}) >= 0) {
            return null;
        }
        byte[] to = BEHIND_LAST;
        if (upper != null && isArray(upper)) {
            to = edge(upper, values, upperOpen);
        } else if (Arrays.compareUnsigned(end, new byte[] {KeyTags.ARRAY + 1}) < 0) {
            return null;
        }
        return Arrays.compareUnsigned(from, to) < 0 ? new byte[][] {from, to} : null;
    }

    private static boolean isArray(byte[] key) {
        return key[0] == KeyTags.ARRAY;
    }

    /** Where keys at or above the array {@code bound} begin, if {@code atBound}; else those above it. */
    private static byte[] edge(byte[] bound, int values, boolean atBound) {
        KeyReader reader = new KeyReader(bound, 1);
        int count = 0;
        while (count < values && bound[reader.position()] != 0) {
            reader.skip();
            count++;
        }
        byte[] head = Arrays.copyOfRange(bound, 1, reader.position());
        if (head.length == 0) {
            return FIRST;
        }
        boolean longer = bound[reader.position()] != 0;
        boolean wholeKey = count == values;
        return longer || (wholeKey && !atBound) ? behind(head) : head;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof KeyRange that
                && Arrays.equals(lower, that.lower)
                && Arrays.equals(upper, that.upper)
                && lowerOpen == that.lowerOpen
                && upperOpen == that.upperOpen
                && Arrays.equals(end, that.end);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(start) + Arrays.hashCode(end);
    }

    @Override
    public String toString() {
        if (upper == null && end != BEHIND_LAST) {
            return "[prefix " + KeyText.show(lower()) + "]";
        }
        return (lowerOpen ? "(" : "[") + (lower == null ? "" : KeyText.show(lower())) + ".."
                + (upper == null ? "" : KeyText.show(upper())) + (upperOpen ? ")" : "]");
    }
}
