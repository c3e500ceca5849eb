package io.flowdb;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Tells in which of several ranges of keys a key lies, by binary search. They may overlap. Immutable. */
final class SortedRanges {
    private final List<Preconditions.Range> ranges;
    /** Positions in the list, by start. */
    private final Integer[] byStart;
    /** For each place in {@link #byStart} the range that reaches farthest among those up to there. */
    private final int[] farthest;

    /** The ranges from position {@code from} on. */
    SortedRanges(List<Preconditions.Range> ranges, int from) {
        this.ranges = ranges;
        byStart = new Integer[ranges.size() - from];
        Arrays.setAll(byStart, i -> from + i);
        Arrays.sort(byStart, Comparator.comparing(i -> ranges.get(i).start(), Arrays::compareUnsigned));
        farthest = new int[byStart.length];
        for (int i = 0; i < byStart.length; i++) {
            farthest[i] = i > 0 && reaches(farthest[i - 1], byStart[i]) ? farthest[i - 1] : byStart[i];
        }
    }

    private boolean reaches(int range, int atLeast) {
        byte[] end = ranges.get(range).end();
        byte[] other = ranges.get(atLeast).end();
        return end == null || other != null && Arrays.compareUnsigned(end, other) >= 0;
    }

    /** Position of a range that holds the key, or -1. */
    int find(byte[] array, int offset, int length) {
        int low = -1;
        for (int high = byStart.length; low + 1 < high; ) {
            int middle = low + high >>> 1;
            if (compare(ranges.get(byStart[middle]).start(), array, offset, length) <= 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        if (low < 0) {
            return -1;
        }
        byte[] end = ranges.get(farthest[low]).end();
        return end == null || compare(end, array, offset, length) > 0 ? farthest[low] : -1;
    }

    private static int compare(byte[] a, byte[] b, int offset, int length) {
        return Arrays.compareUnsigned(a, 0, a.length, b, offset, offset + length);
    }
}
