package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.bloom.BloomFilter;
import io.flowdb.internal.sstable.BlockTrailer.Place;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Checks that the parts of one table agree: entries rise, index and root lead to each of them, filters and locator know
 * each key, and the properties sum up what is there. A checksum says that bytes are as they were written; this says
 * that what was written is a table. Threads: one.
 */
final class TableCheck {
    private final SstReader table;
    private final @Nullable Locator locator;
    private final PropertiesCollector sums = new PropertiesCollector();
    private final BlockCursor in = new BlockCursor();
    private final ShownEntry entry = new ShownEntry();

    /* The entry before. */
    private byte[] key = new byte[0];
    private long hash;
    private long ts;
    private long seqno;

    private int keys;

    /** Reads through {@code table}, which should have nothing in memory. */
    TableCheck(SstReader table) {
        this.table = table;
        this.locator = table.readLocator();
    }

    /** Throws a {@link CorruptionException} for the first disagreement. */
    void run() {
        for (int partition = 0; partition < table.partitionCount(); partition++) {
            IndexPartition index = table.readIndex(partition);
            BloomFilter filter = table.readFilter(partition);
            IndexPartition root = table.root();
            if (!root.endsAs(2 * partition, index) || !root.endsAs(2 * partition + 1, index)) {
                throw table.file()
                        .place(root.handle(2 * partition + 1))
                        .corruption("the index of the blocks does not end where the root says");
            }
            for (int at = 0; at < index.count(); at++) {
                block(new Part(partition, index, filter, at));
            }
        }
        checkSums(table.readTombstones(), table.properties());
    }

    /** Block {@code at} of a partition. */
    private record Part(int partition, IndexPartition index, BloomFilter filter, int at) {}

    private void block(Part part) {
        BlockHandle handle = part.index.handle(part.at);
        Place place = table.file().place(handle);
        in.use(Block.check(table.file().readData(handle), place));
        in.first();
        in.show(entry);
        if (sums.entryCount() > 0 && !beginsBehindTheBlockBefore(part)) {
            throw place.corruption("block begins before the place at which the index ends the one before it");
        }
        long minTs = entry.ts();
        long maxTs = entry.ts();
        for (boolean first = true; in.valid(); first = false, in.next()) {
            in.show(entry);
            entry(part.filter, first, place);
            minTs = Math.min(minTs, ts);
            maxTs = Math.max(maxTs, ts);
        }
        if (part.index.compare(part.at, key, ts, seqno) < 0) {
            throw place.corruption("block ends behind the place that the index says");
        }
        if (!part.index.covers(part.at, minTs, maxTs) || !table.root().covers(2 * part.partition + 1, minTs, maxTs)) {
            throw place.corruption("block has times from " + minTs + " to " + maxTs + ", unlike what the index says");
        }
        sums.countBlock();
    }

    private boolean beginsBehindTheBlockBefore(Part part) {
        IndexPartition before = part.at > 0 ? part.index : table.root();
        int at = part.at > 0 ? part.at - 1 : 2 * part.partition - 1;
        return before.compare(at, entry.key(), entry.ts(), entry.seqno()) < 0;
    }

    private void entry(BloomFilter filter, boolean firstOfBlock, Place place) {
        int order = sums.entryCount() == 0
                ? -1
                : Keys.compare(key, 0, key.length, entry.keyArray(), entry.keyOffset(), entry.keyLength());
        boolean rises = order != 0 ? order < 0 : entry.ts() > ts || entry.ts() == ts && entry.seqno() < seqno;
        if (!rises) {
            throw corruption(place, "is out of order");
        }
        boolean known = entry.op() == Op.PUT.code() || entry.op() == Op.DELETE.code();
        if (!known || entry.seqno() <= 0) {
            throw corruption(place, "has operation " + entry.op() + " and sequence number " + entry.seqno());
        }
        if (order != 0) {
            key = entry.key();
            hash = KeyHash.of(key, 0, key.length);
            keys++;
            if (locator != null && !locator.leadsTo(hash, sums.blockCount(), in.offset())) {
                throw corruption(place, "is not where the locator says");
            }
        }
        if ((order != 0 || firstOfBlock) && !filter.mayContain(hash)) {
            throw corruption(place, "has a key that the filter rules out");
        }
        ts = entry.ts();
        seqno = entry.seqno();
        sums.add(entry, key);
    }

    private CorruptionException corruption(Place place, String what) {
        return place.corruption("entry " + what + "; it is at " + in.offset() + " in its block");
    }

    private void checkSums(List<RangeTombstone> tombstones, SstProperties properties) {
        String file = table.fileName();
        for (RangeTombstone tombstone : tombstones) {
            if (Arrays.compareUnsigned(tombstone.start(), tombstone.end()) >= 0 || tombstone.seqno() <= 0) {
                throw new CorruptionException(
                        file, -1, "range tombstone without keys, or sequence number " + tombstone.seqno());
            }
            sums.add(tombstone);
        }
        if (sums.entryCount() != properties.entryCount()) {
            throw new CorruptionException(
                    file, -1, sums.entryCount() + " entries found, " + properties.entryCount() + " expected");
        }
        if (sums.isEmpty() || !sums.finish().isSameAs(properties)) {
            throw new CorruptionException(file, -1, "properties that do not sum up what is in the table");
        }
        if (locator != null && locator.keyCount() != keys) {
            throw new CorruptionException(file, -1, "locator of " + locator.keyCount() + " keys for " + keys);
        }
    }
}
