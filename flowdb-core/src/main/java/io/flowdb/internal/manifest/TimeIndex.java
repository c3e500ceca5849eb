package io.flowdb.internal.manifest;

import static io.flowdb.internal.base.Arguments.check;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;

/**
 * Which items, each with a range of time, touch a bucket of time: bucket b is the time from b * width to (b + 1) *
 * width - 1. Immutable.
 *
 * <p>An item over more than {@value #MAX_BUCKETS} buckets is not entered in each but kept in a list of its own, so the
 * index grows with the number of items and not with the time they span. Units: those of the items' times. Threads: any.
 */
public final class TimeIndex<T> {
    /*
     * A query over b buckets looks at b lists at most; a check of every item's own range costs as much as that many
     * look-ups.
     */
    private static final int MAX_BUCKETS = 64;

    private final List<T> items;
    private final long width;

    /** Numbers of the buckets that are touched, rising, and the items of each by their position. */
    private final long[] buckets;

    private final int[][] inBucket;
    private final List<List<T>> itemsInBucket;
    private final BitSet wide;

    /** Where an item begins and ends in time, both inclusive; it touches nothing if it ends before it begins. */
    public interface Range<T> {
        /** Lowest time. */
        long min(T item);

        /** Highest time. */
        long max(T item);
    }

    private TimeIndex(List<T> items, long width, TreeMap<Long, List<Integer>> byBucket, BitSet wide) {
        this.items = items;
        this.width = width;
        this.wide = wide;
        this.buckets = byBucket.keySet().stream().mapToLong(b -> b).toArray();
        this.inBucket = byBucket.values().stream()
                .map(positions -> positions.stream().mapToInt(p -> p).toArray())
                .toArray(int[][]::new);
        this.itemsInBucket = byBucket.values().stream()
                .map(positions -> positions.stream().map(items::get).toList())
                .toList();
    }

    /** An index of these items with buckets of {@code width}. */
    public static <T> TimeIndex<T> of(List<T> items, Range<T> range, long width) {
        check(width > 0, "width", width, "more than 0");
        TreeMap<Long, List<Integer>> byBucket = new TreeMap<>();
        BitSet wide = new BitSet();
        for (int i = 0; i < items.size(); i++) {
            if (range.min(items.get(i)) > range.max(items.get(i))) {
                continue;
            }
            long first = Math.floorDiv(range.min(items.get(i)), width);
            long last = Math.floorDiv(range.max(items.get(i)), width);
            /* The difference may be beyond the range of a signed number, never of an unsigned one. */
            if (Long.compareUnsigned(last - first, MAX_BUCKETS) >= 0) {
                wide.set(i);
                continue;
            }
            for (int b = 0; b <= last - first; b++) {
                byBucket.computeIfAbsent(first + b, k -> new ArrayList<>()).add(i);
            }
        }
        return new TimeIndex<>(List.copyOf(items), width, byBucket, wide);
    }

    /** Number of buckets that an item is entered in. */
    public int bucketCount() {
        return buckets.length;
    }

    /**
     * In their order, every item that touches the time from {@code min} to {@code max}, and maybe some that only come
     * near it.
     */
    public List<T> candidates(long min, long max) {
        if (min > max) {
            return List.of();
        }
        int from = at(Math.floorDiv(min, width));
        int to = max == Long.MAX_VALUE ? buckets.length : at(Math.floorDiv(max, width) + 1);
        if (to - from > items.size()) {
            return items;
        }
        if (wide.isEmpty() && to - from <= 1) {
            return from == to ? List.of() : itemsInBucket.get(from);
        }
        BitSet touched = (BitSet) wide.clone();
        for (int b = from; b < to; b++) {
            for (int position : inBucket[b]) {
                touched.set(position);
            }
        }
        List<T> found = new ArrayList<>(touched.cardinality());
        for (int i = touched.nextSetBit(0); i >= 0; i = touched.nextSetBit(i + 1)) {
            found.add(items.get(i));
        }
        return found;
    }

    /** Position of the first bucket with this number or a higher one. */
    private int at(long bucket) {
        int found = Arrays.binarySearch(buckets, bucket);
        return found >= 0 ? found : -found - 1;
    }
}
