package io.flowdb.internal.sstable;

import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.RangeTombstone;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Sums up a table while it is written, range tombstones included. Threads: one. */
final class PropertiesCollector {
    private final List<RangeTombstone> tombstones = new ArrayList<>();
    private long entryCount;
    private long tombstoneCount;
    private long blockCount;
    private long rawBytes;
    private byte @Nullable [] minKey;
    private byte @Nullable [] maxKey;
    private long minTs = Long.MAX_VALUE;
    private long maxTs = Long.MIN_VALUE;
    private long minSeqno = Long.MAX_VALUE;
    private long maxSeqno;
    private long minExpireAt = Long.MAX_VALUE;
    private long maxExpireAt = Long.MIN_VALUE;

    void add(InternalEntry entry, byte[] key) {
        entryCount++;
        if (entry.op() == Op.DELETE.code()) {
            tombstoneCount++;
        }
        rawBytes += entry.keyLength() + entry.valueLength();
        if (minKey == null) {
            minKey = key;
        }
        maxKey = key;
        minTs = Math.min(minTs, entry.ts());
        maxTs = Math.max(maxTs, entry.ts());
        countSeqno(entry.seqno());
        minExpireAt = Math.min(minExpireAt, entry.expireAt());
        maxExpireAt = Math.max(maxExpireAt, entry.expireAt());
    }

    void add(RangeTombstone tombstone) {
        tombstones.add(tombstone);
        countSeqno(tombstone.seqno());
        maxExpireAt = Long.MAX_VALUE;
    }

    void countBlock() {
        blockCount++;
    }

    /** Data blocks finished so far. */
    int blockCount() {
        return Math.toIntExact(blockCount);
    }

    long entryCount() {
        return entryCount;
    }

    boolean isEmpty() {
        return entryCount == 0 && tombstones.isEmpty();
    }

    SstProperties finish() {
        byte[] low = minKey;
        byte[] high = maxKey;
        for (RangeTombstone t : tombstones) {
            low = low == null || Arrays.compareUnsigned(t.start(), low) < 0 ? t.start() : low;
            high = high == null || Arrays.compareUnsigned(t.end(), high) > 0 ? t.end() : high;
        }
        if (low == null || high == null) {
            throw new IllegalStateException("a table needs at least one entry or range tombstone");
        }
        return new SstProperties(
                entryCount,
                tombstoneCount,
                tombstones.size(),
                blockCount,
                rawBytes,
                low,
                high,
                minTs,
                maxTs,
                minSeqno,
                maxSeqno,
                minExpireAt,
                maxExpireAt);
    }

    /** Layout: count varint, then for each: start, end (length varint, bytes), seqno u64. */
    byte[] encodeTombstones() {
        ByteWriter out = new ByteWriter(64);
        out.putVarLong(tombstones.size());
        for (RangeTombstone t : tombstones) {
            out.putBytes(t.start()).putBytes(t.end()).putLong(t.seqno());
        }
        return out.toBytes();
    }

    static List<RangeTombstone> decodeTombstones(byte[] raw, String file) {
        ByteReader in = new ByteReader(raw, 0, raw.length, file);
        int count = in.readVarInt(raw.length);
        List<RangeTombstone> found = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            found.add(new RangeTombstone(in.readBytes(), in.readBytes(), in.readLong()));
        }
        return found;
    }

    private void countSeqno(long seqno) {
        minSeqno = Math.min(minSeqno, seqno);
        maxSeqno = Math.max(maxSeqno, seqno);
    }
}
