package io.flowdb.internal.merge;

import io.flowdb.internal.base.InternalCursor;
import io.flowdb.internal.base.Op;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The records that a reader sees, out of all stored entries: for each (key, ts) the newest entry at or below the snapshot, unless it is a
 * tombstone, hidden by a range tombstone or expired. Threads: one.
 *
 * <p>Nothing is copied but the key; the value stays where it is until it is asked for.
 */
public final class VisibleScan implements AutoCloseable {
    private final InternalCursor source;
    private final Visibility visibility;
    private final ScanBounds bounds;
    private final boolean anyRangeTombstones;
    private boolean started;
    private boolean ended;
    private long expired;

    /* The (key, ts) met last; in a forward walk the source still stands on one of its entries. */
    private byte[] key = new byte[64];
    private int keyLength;
    private long ts;

    private byte op;
    private long seqno;
    private long expireAt;
    private byte[] valueArray = new byte[0];
    private int valueOffset;
    private int valueLength;

    /** Takes over {@code source}. */
    public VisibleScan(InternalCursor source, Visibility visibility, ScanBounds bounds) {
        this.source = source;
        this.visibility = visibility;
        this.bounds = bounds;
        this.anyRangeTombstones = visibility.tombstones().stream().anyMatch(t -> !t.isEmpty());
    }

    /** Moves to the next record; false at the end. */
    public boolean next() {
        ended = ended || !(bounds.reversed() ? previousRecord() : nextRecord());
        return !ended;
    }

    /** A copy of the key. */
    public byte[] key() {
        return Arrays.copyOf(key, keyLength);
    }

    /** Timestamp of the record. */
    public long ts() {
        return ts;
    }

    /** Sequence number of the record. */
    public long seqno() {
        return seqno;
    }

    /** Expiry of the record. */
    public long expireAt() {
        return expireAt;
    }

    /** A copy of the value. */
    public byte[] value() {
        return Arrays.copyOfRange(valueArray, valueOffset, valueOffset + valueLength);
    }

    /** Bytes of key and value. */
    public long sizeBytes() {
        return (long) keyLength + valueLength;
    }

    /** Records left out so far because they have expired. */
    public long expiredCount() {
        return expired;
    }

    @Override
    public void close() {
        source.close();
    }

    private boolean nextRecord() {
        if (!started) {
            started = true;
            byte[] from = bounds.startKey();
            if (from == null) {
                source.first();
            } else {
                source.seek(from, Long.MIN_VALUE, Long.MAX_VALUE);
            }
        } else {
            skipVersion();
        }
        while (source.valid() && isBeforeEnd()) {
            if (source.seqno() > visibility.snapshot()) {
                source.next();
                continue;
            }
            hold();
            if (isShown()) {
                return true;
            }
            skipVersion();
        }
        return false;
    }

    /** Moves a forward walk behind all entries of the version held. */
    private void skipVersion() {
        do {
            source.next();
        } while (source.valid() && isVersionHeld());
    }

    private boolean previousRecord() {
        if (!started) {
            started = true;
            byte[] end = bounds.endKey();
            if (end == null) {
                source.last();
            } else {
                source.seekBefore(end, Long.MIN_VALUE, Long.MAX_VALUE);
            }
        }
        while (source.valid() && isAfterStart()) {
            hold();
            boolean any = source.seqno() <= visibility.snapshot();
            /* The entries of one version come oldest first: the last visible one counts. */
            for (source.prev(); source.valid() && isVersionHeld(); source.prev()) {
                if (source.seqno() <= visibility.snapshot()) {
                    holdValue();
                    any = true;
                }
            }
            if (any && isShown()) {
                return true;
            }
        }
        return false;
    }

    private void hold() {
        keyLength = source.keyLength();
        if (key.length < keyLength) {
            key = new byte[Math.max(keyLength, 2 * key.length)];
        }
        System.arraycopy(source.keyArray(), source.keyOffset(), key, 0, keyLength);
        ts = source.ts();
        holdValue();
    }

    private void holdValue() {
        op = source.op();
        seqno = source.seqno();
        expireAt = source.expireAt();
        valueArray = source.valueArray();
        valueOffset = source.valueOffset();
        valueLength = source.valueLength();
    }

    private boolean isVersionHeld() {
        int from = source.keyOffset();
        return source.ts() == ts
                && source.keyLength() == keyLength
                && Arrays.equals(source.keyArray(), from, from + keyLength, key, 0, keyLength);
    }

    private boolean isShown() {
        if (op != Op.PUT.code() || ts < bounds.minTs() || ts > bounds.maxTs()) {
            return false;
        }
        if (anyRangeTombstones && visibility.hiddenUpTo(key, 0, keyLength) > seqno) {
            return false;
        }
        if (expireAt <= visibility.nowMicros()) {
            expired++;
            return false;
        }
        return true;
    }

    private boolean isBeforeEnd() {
        return bounds.endKey() == null || compareKey(bounds.endKey()) < 0;
    }

    private boolean isAfterStart() {
        return bounds.startKey() == null || compareKey(bounds.startKey()) >= 0;
    }

    private int compareKey(byte @Nullable [] bound) {
        if (bound == null) {
            return 0;
        }
        int from = source.keyOffset();
        return Arrays.compareUnsigned(source.keyArray(), from, from + source.keyLength(), bound, 0, bound.length);
    }
}
