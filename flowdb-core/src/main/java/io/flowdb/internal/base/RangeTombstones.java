package io.flowdb.internal.base;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Range tombstones arranged so that a few searches tell what hides a key. Immutable. */
public final class RangeTombstones {
    /*
     * The bounds of all tombstones cut the keys into fragments, over which stands a segment tree (Bentley 1977): a tombstone is noted at the few
     * nodes that together cover its fragments, and what covers a fragment is noted on the way from its leaf to the root. So n nested tombstones take
     * n log n space and time; a list for each fragment would take n * n.
     */
    private static final Comparator<byte[]> BY_KEY = Arrays::compareUnsigned;
    private static final long[] NOTHING = new long[0];

    /** No tombstones. */
    public static final RangeTombstones NONE = new RangeTombstones(List.of(), new byte[0][], new long[0][], List.of());

    private final List<RangeTombstone> all;

    /** Fragment i covers the keys from bounds[i] to bounds[i + 1]. */
    private final byte[][] bounds;

    /** Sequence numbers noted at each node, descending. Children of node i are 2i and 2i + 1; the leaf of fragment i is fragments + i. */
    private final long[][] nodes;

    /** Tombstones that came later, see {@link #extendedTo}: not in the tree, searched one by one. */
    private final List<RangeTombstone> loose;

    private RangeTombstones(List<RangeTombstone> all, byte[][] bounds, long[][] nodes, List<RangeTombstone> loose) {
        this.all = all;
        this.bounds = bounds;
        this.nodes = nodes;
        this.loose = loose;
    }

    /** Arranges the given tombstones. */
    public static RangeTombstones of(Collection<RangeTombstone> tombstones) {
        if (tombstones.isEmpty()) {
            return NONE;
        }
        TreeSet<byte[]> cuts = new TreeSet<>(BY_KEY);
        for (RangeTombstone t : tombstones) {
            cuts.add(t.start());
            cuts.add(t.end());
        }
        byte[][] bounds = cuts.toArray(new byte[0][]);
        List<RangeTombstone> newestFirst = new ArrayList<>(tombstones);
        newestFirst.sort(Comparator.comparingLong(RangeTombstone::seqno).reversed());
        return new RangeTombstones(List.copyOf(tombstones), bounds, tree(newestFirst, bounds), List.of());
    }

    /** These and more: {@code extended} begins with these. The others are looked through one by one, so they should be few. The list must not change. */
    public RangeTombstones extendedTo(List<RangeTombstone> extended) {
        return new RangeTombstones(extended, bounds, nodes, extended.subList(all.size(), extended.size()));
    }

    private static long[][] tree(List<RangeTombstone> newestFirst, byte[][] bounds) {
        int fragments = bounds.length - 1;
        long[][] nodes = new long[2 * fragments][];
        int[] counts = new int[2 * fragments];
        Arrays.fill(nodes, NOTHING);
        for (RangeTombstone t : newestFirst) {
            int left = Arrays.binarySearch(bounds, t.start(), BY_KEY) + fragments;
            int right = Arrays.binarySearch(bounds, t.end(), BY_KEY) + fragments;
            for (; left < right; left >>= 1, right >>= 1) {
                if ((left & 1) == 1) {
                    note(nodes, counts, left++, t.seqno());
                }
                if ((right & 1) == 1) {
                    note(nodes, counts, --right, t.seqno());
                }
            }
        }
        for (int i = 0; i < nodes.length; i++) {
            nodes[i] = Arrays.copyOf(nodes[i], counts[i]);
        }
        return nodes;
    }

    private static void note(long[][] nodes, int[] counts, int node, long seqno) {
        if (counts[node] == nodes[node].length) {
            nodes[node] = Arrays.copyOf(nodes[node], Math.max(1, 2 * counts[node]));
        }
        nodes[node][counts[node]++] = seqno;
    }

    /** Whether there are none. */
    public boolean isEmpty() {
        return all.isEmpty();
    }

    /** The tombstones as they were given. */
    public List<RangeTombstone> all() {
        return all;
    }

    /** The highest sequence number at or below {@code maxSeqno} of a tombstone over the key; 0 if there is none. */
    public long covering(byte[] key, int offset, int length, long maxSeqno) {
        long highest = 0;
        int fragment = fragment(key, offset, length);
        if (fragment >= 0) {
            for (int node = fragment + bounds.length - 1; node > 0; node >>= 1) {
                highest = Math.max(highest, highestUpTo(nodes[node], maxSeqno));
            }
        }
        for (int i = 0; i < loose.size(); i++) {
            RangeTombstone t = loose.get(i);
            if (t.seqno() > highest
                    && t.seqno() <= maxSeqno
                    && Arrays.compareUnsigned(t.start(), 0, t.start().length, key, offset, offset + length) <= 0
                    && Arrays.compareUnsigned(t.end(), 0, t.end().length, key, offset, offset + length) > 0) {
                highest = t.seqno();
            }
        }
        return highest;
    }

    /** Number of the fragment that covers the key, -1 if none does. */
    private int fragment(byte[] key, int offset, int length) {
        int low = 0;
        int high = bounds.length - 1;
        while (low <= high) {
            int mid = (low + high) >>> 1;
            byte[] bound = bounds[mid];
            if (Arrays.compareUnsigned(bound, 0, bound.length, key, offset, offset + length) <= 0) {
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return high == bounds.length - 1 ? -1 : high;
    }

    private static long highestUpTo(long[] descending, long maxSeqno) {
        int low = 0;
        int high = descending.length;
        while (low < high) {
            int mid = (low + high) >>> 1;
            if (descending[mid] > maxSeqno) {
                low = mid + 1;
            } else {
                high = mid;
            }
        }
        return low == descending.length ? 0 : descending[low];
    }
}
