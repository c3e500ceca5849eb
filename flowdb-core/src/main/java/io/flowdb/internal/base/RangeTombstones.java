package io.flowdb.internal.base;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/** Range tombstones arranged so that a few searches tell what hides a key. Immutable. */
public final class RangeTombstones {
    /** No tombstones. */
    public static final RangeTombstones NONE = new RangeTombstones(List.of(), List.of(), List.of());

    private final List<RangeTombstone> all;

    /** Of the first tombstones, in order; each of them at least twice as many as the next. */
    private final List<Tree> trees;

    /** Tombstones that came later, see {@link #extendedTo}: in no tree, searched one by one. */
    private final List<RangeTombstone> loose;

    private RangeTombstones(List<RangeTombstone> all, List<Tree> trees, List<RangeTombstone> loose) {
        this.all = all;
        this.trees = trees;
        this.loose = loose;
    }

    /** Arranges the given tombstones. */
    public static RangeTombstones of(Collection<RangeTombstone> tombstones) {
        if (tombstones.isEmpty()) {
            return NONE;
        }
        List<RangeTombstone> all = List.copyOf(tombstones);
        return new RangeTombstones(all, List.of(Tree.of(all)), List.of());
    }

    /**
     * These and more: {@code extended} begins with these and must not change. Up to {@code mostLoose} of the others are
     * looked through one by one by each search. More are arranged, together with those before them that are not many
     * more: so each of n is arranged log n times, however they come.
     */
    public RangeTombstones extendedTo(List<RangeTombstone> extended, int mostLoose) {
        int arranged = all.size() - loose.size();
        if (extended.size() - arranged <= mostLoose) {
            return new RangeTombstones(extended, trees, extended.subList(arranged, extended.size()));
        }
        List<Tree> kept = new ArrayList<>(trees);
        int from = arranged;
        while (!kept.isEmpty() && kept.get(kept.size() - 1).count() < 2 * (extended.size() - from)) {
            from -= kept.remove(kept.size() - 1).count();
        }
        kept.add(Tree.of(extended.subList(from, extended.size())));
        return new RangeTombstones(extended, List.copyOf(kept), List.of());
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
        for (int i = loose.size() - 1; i >= 0; i--) {
            RangeTombstone t = loose.get(i);
            if (t.seqno() > highest
                    && t.seqno() <= maxSeqno
                    && Arrays.compareUnsigned(t.start(), 0, t.start().length, key, offset, offset + length) <= 0
                    && Arrays.compareUnsigned(t.end(), 0, t.end().length, key, offset, offset + length) > 0) {
                highest = t.seqno();
            }
        }
        for (int i = trees.size() - 1; i >= 0; i--) {
            highest = trees.get(i).covering(key, offset, length, maxSeqno, highest);
        }
        return highest;
    }

    /** Some of the tombstones. */
    private static final class Tree {
        /*
         * The bounds of all tombstones cut the keys into fragments, over which stands a segment tree (Bentley 1977): a
         * tombstone is noted at the few nodes that together cover its fragments, and what covers a fragment is noted on
         * the way from its leaf to the root. So n nested tombstones take n log n space and time; a list for each
         * fragment would take n * n.
         */
        private static final Comparator<byte[]> BY_KEY = Arrays::compareUnsigned;
        private static final long[] NOTHING = new long[0];

        private final int count;
        private final long maxSeqno;

        /** Fragment i covers the keys from bounds[i] to bounds[i + 1]. */
        private final byte[][] bounds;

        /**
         * Sequence numbers noted at each node, descending. Children of node i are 2i and 2i + 1; the leaf of fragment i
         * is fragments + i.
         */
        private final long[][] nodes;

        private Tree(int count, long maxSeqno, byte[][] bounds, long[][] nodes) {
            this.count = count;
            this.maxSeqno = maxSeqno;
            this.bounds = bounds;
            this.nodes = nodes;
        }

        /** Of at least one. */
        static Tree of(List<RangeTombstone> tombstones) {
            TreeSet<byte[]> cuts = new TreeSet<>(BY_KEY);
            for (RangeTombstone t : tombstones) {
                cuts.add(t.start());
                cuts.add(t.end());
            }
            byte[][] bounds = cuts.toArray(new byte[0][]);
            List<RangeTombstone> newestFirst = new ArrayList<>(tombstones);
            newestFirst.sort(Comparator.comparingLong(RangeTombstone::seqno).reversed());
            return new Tree(tombstones.size(), newestFirst.get(0).seqno(), bounds, nodes(newestFirst, bounds));
        }

        private static long[][] nodes(List<RangeTombstone> newestFirst, byte[][] bounds) {
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

        int count() {
            return count;
        }

        /**
         * The highest sequence number at or below {@code most} of a tombstone over the key; {@code known} if that is
         * higher.
         */
        long covering(byte[] key, int offset, int length, long most, long known) {
            long highest = known;
            int fragment = maxSeqno <= known ? -1 : fragment(key, offset, length);
            if (fragment >= 0) {
                for (int node = fragment + bounds.length - 1; node > 0; node >>= 1) {
                    highest = Math.max(highest, highestUpTo(nodes[node], most));
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
}
