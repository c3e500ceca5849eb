package io.flowdb.internal.merge;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The entries that a flush or compaction writes: its sources without what no reader can see any more. Walks forward only.
 *
 * <p>An entry is left out if, in its stripe (see {@link Retention}), a newer entry of its (key, ts) or a newer range tombstone stands
 * above it. An entry that has expired for everyone becomes a point tombstone, since it still hides older ones. A tombstone that everyone sees is left out
 * if nothing older can lie outside the sources.
 */
public final class RetainedCursor {
    private final InternalCursor source;
    private final Retention retention;
    private final RangeTombstones tombstones;
    private final OlderData olderData;
    private byte[] key = new byte[64];
    private int keyLength = -1;
    private long ts;
    private int stripe;
    private boolean tombstone;
    private long expired;
    private final Entry entry = new Entry();

    /** Knows whether data older than the sources may lie elsewhere. */
    public interface OlderData {
        /** Whether any other file or memtable may hold the key with lower sequence numbers. */
        boolean mayExist(byte[] key, int offset, int length);

        /** Whether any other file or memtable may hold keys of the range with lower sequence numbers. */
        boolean mayExist(RangeTombstone range);
    }

    /** Takes over {@code source}, all of whose range tombstones are {@code tombstones}. */
    public RetainedCursor(InternalCursor source, RangeTombstones tombstones, Retention retention, OlderData olderData) {
        this.source = source;
        this.tombstones = tombstones;
        this.retention = retention;
        this.olderData = olderData;
        source.first();
        settle();
    }

    /** Whether there is a current entry. */
    public boolean valid() {
        return source.valid();
    }

    /** The current entry; valid until {@link #next()}. */
    public InternalEntry entry() {
        return entry;
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
        int entryStripe = retention.stripe(source.seqno());
        boolean sameVersion = isVersionHeld();
        if (sameVersion && entryStripe == stripe) {
            return false;
        }
        if (!sameVersion) {
            hold();
        }
        stripe = entryStripe;
        long hiddenBy = tombstones.isEmpty() ? 0 : coveringInStripe(entryStripe);
        if (hiddenBy > source.seqno()) {
            return false;
        }
        boolean gone = source.op() == Op.PUT.code() && source.expireAt() <= retention.expiredBefore();
        if (gone) {
            expired++;
        }
        tombstone = gone || source.op() == Op.DELETE.code();
        return !tombstone || entryStripe > 0 || olderData.mayExist(key, 0, keyLength);
    }

    /** The newest range tombstone over the key in the stripe, 0 if none. */
    private long coveringInStripe(int entryStripe) {
        long upTo = entryStripe < retention.snapshots().length ? retention.snapshots()[entryStripe] : Long.MAX_VALUE;
        return tombstones.covering(key, 0, keyLength, upTo);
    }

    private void hold() {
        keyLength = source.keyLength();
        if (key.length < keyLength) {
            key = new byte[Math.max(keyLength, 2 * key.length)];
        }
        System.arraycopy(source.keyArray(), source.keyOffset(), key, 0, keyLength);
        ts = source.ts();
    }

    private boolean isVersionHeld() {
        int from = source.keyOffset();
        return source.ts() == ts
                && source.keyLength() == keyLength
                && Arrays.equals(source.keyArray(), from, from + keyLength, key, 0, keyLength);
    }

    /** The source's entry, or a point tombstone in its place. */
    private final class Entry implements InternalEntry {
        @Override
        public byte op() {
            return tombstone ? Op.DELETE.code() : source.op();
        }

        @Override
        public long ts() {
            return source.ts();
        }

        @Override
        public long seqno() {
            return source.seqno();
        }

        @Override
        public long expireAt() {
            return tombstone ? Long.MAX_VALUE : source.expireAt();
        }

        @Override
        public byte[] keyArray() {
            return source.keyArray();
        }

        @Override
        public int keyOffset() {
            return source.keyOffset();
        }

        @Override
        public int keyLength() {
            return source.keyLength();
        }

        @Override
        public byte[] valueArray() {
            return tombstone ? OpCodec.EMPTY : source.valueArray();
        }

        @Override
        public int valueOffset() {
            return tombstone ? 0 : source.valueOffset();
        }

        @Override
        public int valueLength() {
            return tombstone ? 0 : source.valueLength();
        }
    }
}
