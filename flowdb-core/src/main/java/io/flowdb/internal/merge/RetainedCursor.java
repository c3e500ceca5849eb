package io.flowdb.internal.merge;

import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.base.ShownEntry;
import java.util.ArrayList;
import java.util.List;

/**
 * The entries that a flush or compaction writes: its sources without what no reader can see any more. Walks forward
 * only.
 *
 * <p>An entry is left out if, in its stripe (see {@link Retention}), a newer entry of its (key, ts) or a newer range
 * tombstone stands above it. An entry that has expired for everyone becomes a point tombstone, since it still hides
 * older ones. A tombstone that everyone sees is left out if nothing older can lie outside the sources.
 */
public final class RetainedCursor {
    private final MergingCursor source;
    private final Retention retention;
    private final RangeTombstones tombstones;
    private final OlderData olderData;
    private byte[] key = new byte[64];
    private int keyLength = -1;
    private long ts;
    private int stripe;
    private boolean expiredForAll;
    private final ShownEntry standIn = new ShownEntry();
    private long expired;

    /** Knows whether data older than the sources may lie elsewhere. */
    public interface OlderData {
        /** Whether any other file or memtable may hold the key with lower sequence numbers. */
        boolean mayExist(byte[] key, int offset, int length);

        /** Whether any other file or memtable may hold keys of the range with lower sequence numbers. */
        boolean mayExist(RangeTombstone range);
    }

    /** Takes over {@code source}, all of whose range tombstones are {@code tombstones}. */
    public RetainedCursor(MergingCursor source, RangeTombstones tombstones, Retention retention, OlderData olderData) {
        this.source = source;
        this.tombstones = tombstones;
        this.retention = retention;
        this.olderData = olderData;
        settle();
    }

    /** Whether there is a current entry. */
    public boolean valid() {
        return source.valid();
    }

    /** The current entry; valid until {@link #next()}. */
    public InternalEntry entry() {
        InternalEntry entry = source.entry();
        if (entry.op() != Op.DELETE.code() && !expiredForAll) {
            return entry;
        }
        standIn.showKey(entry.keyArray(), entry.keyOffset(), entry.keyLength());
        standIn.showTimes(Op.DELETE.code(), entry.ts(), entry.seqno(), Long.MAX_VALUE);
        standIn.showValue(OpCodec.EMPTY, 0, 0);
        return standIn;
    }

    /** Moves on. */
    public void next() {
        source.next();
        settle();
    }

    /** Entries left out so far because they had expired. */
    public long expiredCount() {
        return expired;
    }

    /** The range tombstones that must be kept. */
    public List<RangeTombstone> retainedTombstones() {
        List<RangeTombstone> kept = new ArrayList<>();
        for (RangeTombstone t : tombstones.all()) {
            boolean seenByAll = retention.stripe(t.seqno()) == 0;
            if (!seenByAll || olderData.mayExist(t)) {
                kept.add(t);
            }
        }
        return kept;
    }

    private void settle() {
        while (source.valid() && !isKept()) {
            source.next();
        }
    }

    private boolean isKept() {
        InternalEntry entry = source.entry();
        int entryStripe = retention.stripe(entry.seqno());
        boolean sameVersion = isVersionHeld(entry);
        if (sameVersion && entryStripe == stripe) {
            return false;
        }
        if (!sameVersion) {
            hold(entry);
        }
        stripe = entryStripe;
        long hiddenBy = tombstones.isEmpty() ? 0 : coveringInStripe(entryStripe);
        if (hiddenBy > entry.seqno()) {
            return false;
        }
        expiredForAll = entry.op() == Op.PUT.code() && entry.expireAt() <= retention.expiredBefore();
        if (expiredForAll) {
            expired++;
        }
        boolean tombstone = expiredForAll || entry.op() == Op.DELETE.code();
        return !tombstone || entryStripe > 0 || olderData.mayExist(key, 0, keyLength);
    }

    /** The newest range tombstone over the key in the stripe, 0 if none. */
    private long coveringInStripe(int entryStripe) {
        long upTo = entryStripe < retention.snapshots().length ? retention.snapshots()[entryStripe] : Long.MAX_VALUE;
        return tombstones.covering(key, 0, keyLength, upTo);
    }

    private void hold(InternalEntry entry) {
        keyLength = entry.keyLength();
        if (key.length < keyLength) {
            key = new byte[Math.max(keyLength, 2 * key.length)];
        }
        Keys.copy(entry.keyArray(), entry.keyOffset(), key, 0, keyLength);
        ts = entry.ts();
    }

    private boolean isVersionHeld(InternalEntry entry) {
        return entry.ts() == ts
                && entry.keyLength() == keyLength
                && Keys.equal(entry.keyArray(), entry.keyOffset(), key, 0, keyLength);
    }
}
