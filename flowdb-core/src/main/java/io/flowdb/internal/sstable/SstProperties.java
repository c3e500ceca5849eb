package io.flowdb.internal.sstable;

import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.base.Keys;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a table without reading it. Stored in the table and in the manifest, fields in the order given,
 * numbers as varint (ts, seqno and expiry as u64).
 *
 * @param entryCount entries in data blocks
 * @param tombstoneCount point tombstones among them
 * @param rangeTombstoneCount range tombstones, stored apart
 * @param blockCount data blocks
 * @param rawBytes bytes of keys and values
 * @param minKey smallest key, starts of range tombstones included
 * @param maxKey greatest key, ends of range tombstones included
 * @param minTs lowest ts of an entry
 * @param maxTs highest ts of an entry
 * @param minSeqno lowest sequence number
 * @param maxSeqno highest sequence number
 * @param minExpireAt lowest expiry of an entry
 * @param maxExpireAt highest expiry of an entry; {@code Long.MAX_VALUE} if anything never expires
 */
public record SstProperties(
        long entryCount,
        long tombstoneCount,
        long rangeTombstoneCount,
        long blockCount,
        long rawBytes,
        byte[] minKey,
        byte[] maxKey,
        long minTs,
        long maxTs,
        long minSeqno,
        long maxSeqno,
        long minExpireAt,
        long maxExpireAt) {

    /** Appends all fields. */
    public void encode(ByteWriter out) {
        out.putVarLong(entryCount).putVarLong(tombstoneCount).putVarLong(rangeTombstoneCount);
        out.putVarLong(blockCount).putVarLong(rawBytes).putBytes(minKey).putBytes(maxKey);
        out.putLong(minTs).putLong(maxTs).putLong(minSeqno).putLong(maxSeqno);
        out.putLong(minExpireAt).putLong(maxExpireAt);
    }

    /** Whether all fields are equal; {@code equals} would compare the arrays by identity. */
    public boolean isSameAs(SstProperties other) {
        ByteWriter mine = new ByteWriter(128);
        ByteWriter theirs = new ByteWriter(128);
        encode(mine);
        other.encode(theirs);
        return Arrays.equals(mine.toBytes(), theirs.toBytes());
    }

    /** Whether the table may have, or delete, the key. */
    public boolean contains(byte[] key) {
        return Keys.compare(key, 0, key.length, minKey, 0, minKey.length) >= 0
                && Keys.compare(key, 0, key.length, maxKey, 0, maxKey.length) <= 0;
    }

    /**
     * Whether the table may have, or delete, any of the keys from {@code start} (inclusive) to {@code end} (exclusive);
     * null is unbounded.
     */
    public boolean touches(byte @Nullable [] start, byte @Nullable [] end) {
        return (start == null || Arrays.compareUnsigned(maxKey, start) >= 0)
                && (end == null || Arrays.compareUnsigned(minKey, end) < 0);
    }

    /** Reads all fields. */
    public static SstProperties decode(ByteReader in) {
        return new SstProperties(
                in.readVarLong(),
                in.readVarLong(),
                in.readVarLong(),
                in.readVarLong(),
                in.readVarLong(),
                in.readBytes(),
                in.readBytes(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong(),
                in.readLong());
    }
}
