package io.flowdb.internal.base;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * Range tombstones cut into fragments that do not overlap, so that one binary search tells what hides a key. Immutable.
 */
public final class RangeTombstones {
    /** No tombstones. */
    public static final RangeTombstones NONE = new RangeTombstones(List.of(), new byte[0][], new long[0][]);

    private final List<RangeTombstone> all;

    /** Fragment i covers the keys from bounds[i] to bounds[i + 1]; an uncovered gap has no sequence numbers. */
    private final byte[][] bounds;

    /** Sequence numbers over each fragment, descending. */
    private final long[][] seqnos;

    private RangeTombstones(List<RangeTombstone> all, byte[][] bounds, long[][] seqnos) {
        this.all = all;
        this.bounds = bounds;
        this.seqnos = seqnos;
    }

    /** Fragments the given tombstones. */
    public static RangeTombstones of(Collection<RangeTombstone> tombstones) {
        if (tombstones.isEmpty()) {
            return NONE;
        }
        TreeSet<byte[]> cuts = new TreeSet<>(Arrays::compareUnsigned);
        for (RangeTombstone t : tombstones) {
            cuts.add(t.start());
            cuts.add(t.end());
        }
        byte[][] bounds = cuts.toArray(new byte[0][]);
        List<List<Long>> over = new ArrayList<>();
        for (int i = 0; i < bounds.length; i++) {
            over.add(new ArrayList<>());
        }
        for (RangeTombstone t : tombstones) {
            int from = Arrays.binarySearch(bounds, t.start(), Arrays::compareUnsigned);
            for (int i = from; Arrays.compareUnsigned(bounds[i], t.end()) < 0; i++) {
                over.get(i).add(t.seqno());
            }
        }
        long[][] seqnos = new long[bounds.length][];
        for (int i = 0; i < bounds.length; i++) {
            seqnos[i] = over.get(i).stream()
                    .sorted((a, b) -> Long.compare(b, a))
                    .mapToLong(s -> s)
                    .toArray();
        }
        return new RangeTombstones(List.copyOf(tombstones), bounds, seqnos);
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
        if (all.isEmpty()) {
            return 0;
        }
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
        if (high < 0) {
            return 0;
        }
        for (long seqno : seqnos[high]) {
            if (seqno <= maxSeqno) {
                return seqno;
            }
        }
        return 0;
    }
}
