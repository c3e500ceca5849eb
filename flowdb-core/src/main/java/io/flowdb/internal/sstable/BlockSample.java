package io.flowdb.internal.sstable;

import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.RangeTombstones;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Some blocks, spread evenly over a table, that stand for all of it; of a table of few blocks it is all of them. What
 * they say is found when it is asked for and kept, as a table never changes. Threads: any, while the table is held.
 * Errors: those of reading it.
 */
public final class BlockSample {
    private static final int MOST_BLOCKS = 16;

    /** Of a block; the first ones stand for the others. Blocks may be large, and full of tiny entries. */
    private static final int MOST_ENTRIES = 1_024;

    private static final long UNKNOWN = Long.MIN_VALUE;

    private final SstReader table;
    private volatile @Nullable List<byte[]> lastKeys; // set once it is known
    private volatile long halfExpiredAt = UNKNOWN; // set once it is known

    /** Reads nothing yet. */
    BlockSample(SstReader table) {
        this.table = table;
    }

    /** When half of the bytes of keys and values will have expired, {@code Long.MAX_VALUE} for never. */
    public long halfExpiredAt() {
        long known = halfExpiredAt;
        if (known == UNKNOWN) {
            try {
                known = findHalfExpiredAt();
            } catch (RuntimeException e) {
                throw Block.failure(table.fileName(), e);
            }
            halfExpiredAt = known;
        }
        return known;
    }

    /**
     * Share of the blocks whose last keys, as the index has them, are hidden by those of the tombstones that are newer
     * than the table, but not by its own.
     */
    public double hiddenShare(Collection<RangeTombstones> tombstones) {
        long seqno = table.properties().maxSeqno();
        RangeTombstones own = table.tombstones();
        List<byte[]> keys = lastKeys();
        int hidden = 0;
        for (byte[] key : keys) {
            boolean hides = tombstones.stream().anyMatch(t -> t.covering(key, 0, key.length, Long.MAX_VALUE) > seqno);
            if (hides && own.covering(key, 0, key.length, Long.MAX_VALUE) == 0) {
                hidden++;
            }
        }
        return keys.isEmpty() ? 0 : (double) hidden / keys.size();
    }

    private List<byte[]> lastKeys() {
        List<byte[]> known = lastKeys;
        if (known == null) {
            List<byte[]> found = new ArrayList<>();
            for (int i = 0; i < size(); i++) {
                found.add(table.lastKey(number(i)));
            }
            known = List.copyOf(found);
            lastKeys = known;
        }
        return known;
    }

    /** An expiry and what has it. */
    private record Expiring(long expireAt, long bytes) {}

    private long findHalfExpiredAt() {
        List<Expiring> all = new ArrayList<>();
        long total = 0;
        BlockCursor cursor = new BlockCursor();
        for (int i = 0; i < size(); i++) {
            cursor.use(table.uncountedBlock(number(i)));
            cursor.first();
            for (int n = 0; n < MOST_ENTRIES && cursor.valid(); n++, cursor.next()) {
                InternalEntry entry = cursor.entry();
                long bytes = entry.keyLength() + entry.valueLength();
                all.add(new Expiring(entry.expireAt(), bytes));
                total += bytes;
            }
        }
        all.sort(Comparator.comparingLong(Expiring::expireAt));
        long upTo = 0;
        for (Expiring next : all) {
            upTo += next.bytes();
            if (2 * upTo >= total) {
                return next.expireAt();
            }
        }
        return Long.MAX_VALUE;
    }

    private int size() {
        return Math.min(MOST_BLOCKS, table.blockCount());
    }

    /** The middle one of the blocks that the i-th of the sample stands for. */
    private int number(int i) {
        return (int) ((2L * i + 1) * table.blockCount() / (2L * size()));
    }
}
