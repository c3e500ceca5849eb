package io.flowdb.json;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.KeyTags;
import io.flowdb.internal.json.KeyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Encoded keys from {@code start} (inclusive) to {@code end} (exclusive).
 *
 * @param start first
 * @param end behind the last
 * @param single whether it holds one key, {@code start}
 */
record Interval(byte[] start, byte[] end, boolean single) {

    static Interval point(@Nullable Object value) {
        byte[] key = KeyWriter.encode(value);
        return new Interval(key, behind(key), true);
    }

    /** The keys that begin with some bytes. */
    static Interval startingWith(byte[] prefix) {
        return new Interval(prefix, behind(prefix), false);
    }

    static Interval of(KeyRange range) {
        return new Interval(range.start(), range.end(), range.isOneKey());
    }

    /** The keys that compare with {@code value} as asked; but for equality, keys of its kind only. */
    static Interval of(Filter.Comparison comparison, @Nullable Object value) {
        if (comparison == Filter.Comparison.EQ) {
            return point(value);
        }
        byte[] key = KeyWriter.encode(value);
        byte[] first = {(byte) KeyTags.kindStart(key[0])};
        byte[] last = {(byte) KeyTags.kindEnd(key[0])};
        return switch (comparison) {
            case LT -> new Interval(first, key, false);
            case LE -> new Interval(first, behind(key), false);
            case GT -> new Interval(behind(key), last, false);
            default -> new Interval(key, last, false);
        };
    }

    boolean isEmpty() {
        return Arrays.compareUnsigned(start, end) >= 0;
    }

    /** Sorted, without empty ones and without overlaps. */
    static List<Interval> normalize(List<Interval> intervals) {
        List<Interval> sorted = new ArrayList<>(intervals);
        sorted.removeIf(Interval::isEmpty);
        sorted.sort(Comparator.comparing(Interval::start, Arrays::compareUnsigned));
        List<Interval> merged = new ArrayList<>(sorted.size());
        for (Interval next : sorted) {
            Interval last = merged.isEmpty() ? null : merged.get(merged.size() - 1);
            if (last == null || Arrays.compareUnsigned(last.end, next.start) <= 0) {
                merged.add(next);
            } else if (Arrays.compareUnsigned(last.end, next.end) < 0) {
                merged.set(merged.size() - 1, new Interval(last.start, next.end, false));
            }
        }
        return merged;
    }

    /** The keys in both lists, which are as {@link #normalize} makes them, and so is the result. */
    static List<Interval> intersect(List<Interval> a, List<Interval> b) {
        List<Interval> both = new ArrayList<>();
        int i = 0;
        int j = 0;
        while (i < a.size() && j < b.size()) {
            Interval x = a.get(i);
            Interval y = b.get(j);
            int ends = Arrays.compareUnsigned(x.end, y.end);
            byte[] start = Arrays.compareUnsigned(x.start, y.start) >= 0 ? x.start : y.start;
            Interval common = new Interval(start, ends <= 0 ? x.end : y.end, x.single || y.single);
            if (!common.isEmpty()) {
                both.add(common);
            }
            i += ends <= 0 ? 1 : 0;
            j += ends >= 0 ? 1 : 0;
        }
        return both;
    }

    static boolean anyContains(List<Interval> sorted, byte[] key) {
        return anyContains(sorted, key, 0, key.length);
    }

    /** Whether one of them contains the key from {@code from} to {@code to} in {@code bytes}. */
    static boolean anyContains(List<Interval> sorted, byte[] bytes, int from, int to) {
        int low = 0;
        int high = sorted.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            Interval interval = sorted.get(middle);
            if (Arrays.compareUnsigned(bytes, from, to, interval.start, 0, interval.start.length) < 0) {
                high = middle - 1;
            } else if (Arrays.compareUnsigned(bytes, from, to, interval.end, 0, interval.end.length) >= 0) {
                low = middle + 1;
            } else {
                return true;
            }
        }
        return false;
    }

    private static byte[] behind(byte[] key) {
        return Objects.requireNonNull(Keys.prefixEnd(key));
    }
}
