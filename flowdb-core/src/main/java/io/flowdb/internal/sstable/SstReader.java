package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.bloom.BloomFilter;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.io.ReadableFile;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * Reads one finished table. Filters and indexes are held in memory; data blocks come through the cache.
 *
 * <p>Threads: any. Errors: {@link CorruptionException} naming file and offset, whenever bytes are not what was written. Source:
 * docs/format/sst.md, format 2.
 */
public final class SstReader implements AutoCloseable {
    private final ReadableFile file;
    private final long fileBytes;
    private final long fileId;
    private final BlockCache cache;
    private final FilterStats filterStats;
    private final SstProperties properties;
    private final RangeTombstones tombstones;

    /** Last entries of the partitions; entry i stands for filter i and index i. */
    private final IndexPartition root;

    private final BloomFilter[] filters;
    private final IndexPartition[] indexes;

    /** Number of the first data block of each partition. */
    private final int[] firstBlocks;

    private final @Nullable Locator locator;
    private final boolean format1;
    private final BlockSlots blocks;

    /** Counts what filters and locators answered, over all tables of an engine. Each time one was asked counts in one of the four. */
    public static final class FilterStats {
        /** Times it did not rule the key out, rightly as far as is known. */
        public final LongAdder positives = new LongAdder();

        /** More of these, of locators, which led to a block in the cache: each stands for a hit of the cache as well, so as to count once. */
        public final LongAdder located = new LongAdder();

        /** Times it knew that the key is absent. */
        public final LongAdder negatives = new LongAdder();

        /** Times it did not know, and what was sought was absent. */
        public final LongAdder falsePositives = new LongAdder();
    }

    private SstReader(ReadableFile file, long fileId, BlockCache cache, FilterStats filterStats) {
        this.file = file;
        this.fileId = fileId;
        this.cache = cache;
        this.filterStats = filterStats;
        this.fileBytes = file.size();
        long footerAt = fileBytes - Footer.BYTES;
        if (footerAt < 0) {
            throw new CorruptionException(file.name(), 0, "file of " + fileBytes + " bytes is too short for an SST");
        }
        Footer footer = Footer.decode(file.readExactly(footerAt, Footer.BYTES), fileId, file.name(), footerAt);
        this.format1 = footer.format() == 1;
        byte[] raw = readBlock(footer.properties(), true);
        this.properties = SstProperties.decode(new ByteReader(raw, 0, raw.length, file.name()));
        this.tombstones = PropertiesCollector.decodeTombstones(readBlock(footer.tombstones(), true), file.name());
        this.root = IndexPartition.decode(readBlock(footer.indexRoot(), true), file.name());
        int partitions = root.count() / 2;
        this.filters = new BloomFilter[partitions];
        this.indexes = new IndexPartition[partitions];
        this.firstBlocks = new int[partitions + 1];
        for (int i = 0; i < partitions; i++) {
            byte[] filter = readBlock(root.handle(2 * i), true);
            if (!BloomFilter.isValid(filter)) {
                throw new CorruptionException(file.name(), root.handle(2 * i).offset(), "not a filter");
            }
            filters[i] = new BloomFilter(filter);
            indexes[i] = IndexPartition.decode(readBlock(root.handle(2 * i + 1), true), file.name());
            firstBlocks[i + 1] = firstBlocks[i] + indexes[i].count();
        }
        this.blocks = new BlockSlots(firstBlocks[partitions], cache);
        /* The locators of format 1 count entries, which today's blocks do not; their tables are searched until they are compacted. */
        this.locator = format1
                ? null
                : Locator.decode(
                        readBlock(footer.locator(), true),
                        blocks.count(),
                        file.name(),
                        footer.locator().offset());
    }

    /** Opens a table; takes over {@code file}, also when it fails. */
    public static SstReader open(ReadableFile file, long fileId, BlockCache cache, FilterStats filterStats) {
        try {
            return new SstReader(file, fileId, cache, filterStats);
        } catch (RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /** What is known of the table. */
    public SstProperties properties() {
        return properties;
    }

    /** Its range tombstones. */
    public RangeTombstones tombstones() {
        return tombstones;
    }

    /** Length of the file. */
    public long fileBytes() {
        return fileBytes;
    }

    /** Bytes of its data blocks on disk, which come first in the file. */
    public long dataBytes() {
        return root.count() == 0 ? 0 : root.handle(0).offset();
    }

    /** Number of data blocks. */
    public int blockCount() {
        return blocks.count();
    }

    /**
     * Offers {@code target} the newest entry of (key, ts) at or below {@code atMost}, if there is one.
     *
     * @param hash of the key, see {@link io.flowdb.internal.base.KeyHash}
     * @return false only if the table does not hold the key
     */
    public boolean find(byte[] key, long hash, long ts, long atMost, PointLookup target) {
        return find(key, hash, ts, false, atMost, target);
    }

    /**
     * Offers {@code target} the newest entry at or below {@code atMost} of the highest ts of the key that has one, as to {@link PointLookup#offerLater}.
     * Hash and result are as for {@link #find}.
     */
    public boolean findLatest(byte[] key, long hash, long atMost, PointLookup target) {
        return find(key, hash, Long.MAX_VALUE, true, atMost, target);
    }

    private boolean find(byte[] key, long hash, long ts, boolean latest, long atMost, PointLookup target) {
        Locator direct = locator;
        if (direct == null) {
            search(key, hash, ts, latest, atMost, target);
            return true;
        }
        boolean misled = false;
        int mark = Locator.mark(hash);
        for (int slot = direct.next(mark, direct.start(mark)); slot >= 0; slot = direct.next(mark, slot + 1)) {
            int number = direct.block(slot);
            byte[] cached = blocks.get(number);
            byte[] block = cached != null ? cached : readBlock(number, true, true);
            Block.Outcome outcome = latest
                    ? Block.findLatest(block, direct.offset(slot), key, atMost, target)
                    : Block.findVersion(block, direct.offset(slot), key, ts, atMost, target);
            if (outcome == Block.Outcome.UNDECIDED) {
                countHit(cached);
                search(key, hash, ts, latest, atMost, target);
                return true;
            }
            if (outcome != Block.Outcome.OTHER_KEY) {
                (cached != null ? filterStats.located : filterStats.positives).increment();
                return true;
            }
            misled = true;
            countHit(cached);
        }
        (misled ? filterStats.falsePositives : filterStats.negatives).increment();
        return false;
    }

    private void countHit(byte @Nullable [] cached) {
        if (cached != null) {
            cache.countHit();
        }
    }

    /** The way through filter and index. */
    private void search(byte[] key, long hash, long ts, boolean latest, long atMost, PointLookup target) {
        if (latest) {
            if (mayContainKey(key, hash)) {
                searchLatest(key, atMost, target);
            }
            return;
        }
        int partition = root.lowerBound(key, ts, atMost) / 2;
        if (partition >= indexes.length || !mayContain(partition, hash)) {
            return;
        }
        int number = firstBlocks[partition] + indexes[partition].lowerBound(key, ts, atMost);
        BlockCursor cursor = new BlockCursor();
        cursor.use(block(number, true, true));
        cursor.seek(key, ts, atMost);
        boolean found = cursor.valid()
                && cursor.ts() == ts
                && cursor.keyLength() == key.length
                && Keys.equal(cursor.keyArray(), cursor.keyOffset(), key, 0, key.length);
        if (found) {
            target.offer(cursor);
        }
        if (filters[partition].isActive()) {
            (found ? filterStats.positives : filterStats.falsePositives).increment();
        }
    }

    private void searchLatest(byte[] key, long atMost, PointLookup target) {
        ShownEntry shown = new ShownEntry();
        try (SstCursor cursor = cursor(ScanOptions.POINT)) {
            cursor.seekBefore(key, Long.MAX_VALUE, 0);
            while (cursor.previousVersion(atMost, shown) && shown.isKey(key)) {
                if (shown.seqno() != 0) {
                    target.offerLater(shown);
                    return;
                }
            }
        }
    }

    /** Whether any version of the key may be in the table, as far as its filters know. */
    public boolean mayContainKey(byte[] key, long hash) {
        int first = root.lowerBound(key, Long.MIN_VALUE, Long.MAX_VALUE) / 2;
        int last = Math.min(root.lowerBound(key, Long.MAX_VALUE, 0) / 2, indexes.length - 1);
        for (int i = first; i <= last; i++) {
            if (mayContain(i, hash)) {
                if (filters[i].isActive()) {
                    filterStats.positives.increment();
                }
                return true;
            }
        }
        return false;
    }

    /** A walk over all entries. */
    public SstCursor cursor(ScanOptions options) {
        return new SstCursor(this, options);
    }

    /**
     * Reads and checks every block.
     *
     * @return number of entries
     */
    public long verify() {
        long entries = 0;
        for (int i = 0; i < blocks.count(); i++) {
            entries += Block.count(Block.check(loadRaw(i, true), place(handle(i))));
        }
        if (entries != properties.entryCount()) {
            throw new CorruptionException(
                    file.name(), -1, entries + " entries found, " + properties.entryCount() + " expected");
        }
        return entries;
    }

    /** Drops its blocks from the cache and closes the file. */
    @Override
    public void close() {
        blocks.clear();
        file.close();
    }

    int partitionOf(int number) {
        int low = 0;
        int high = indexes.length - 1;
        while (low < high) {
            int mid = (low + high + 1) >>> 1;
            if (firstBlocks[mid] <= number) {
                low = mid;
            } else {
                high = mid - 1;
            }
        }
        return low;
    }

    /** Number of the block that holds the first entry at or behind the given place; {@link #blockCount()} if there is none. */
    int blockAt(byte[] key, long ts, long seqno) {
        int partition = root.lowerBound(key, ts, seqno) / 2;
        return partition >= indexes.length
                ? blockCount()
                : firstBlocks[partition] + indexes[partition].lowerBound(key, ts, seqno);
    }

    boolean touches(int number, long minTs, long maxTs) {
        int partition = partitionOf(number);
        return indexes[partition].touches(number - firstBlocks[partition], minTs, maxTs);
    }

    /** A data block, from memory if it is there. */
    byte[] block(int number, boolean fillCache, boolean verify) {
        byte[] cached = blocks.get(number);
        if (cached != null) {
            cache.countHit();
            return cached;
        }
        return readBlock(number, fillCache, verify);
    }

    private byte[] readBlock(int number, boolean fillCache, boolean verify) {
        cache.countMiss();
        byte[] loaded = load(number, verify);
        /* An unchecked block stays out of the cache: later readers take what is there as checked. */
        if (fillCache && verify) {
            blocks.add(number, loaded);
        }
        return loaded;
    }

    /* A checksum that is right leaves damage no way in: the entries of a block are checked one by one only without it. */
    private byte[] load(int number, boolean verify) {
        byte[] block = loadRaw(number, verify);
        return verify ? Block.checkHead(block, place(handle(number))) : Block.check(block, place(handle(number)));
    }

    private byte[] loadRaw(int number, boolean verify) {
        BlockHandle handle = handle(number);
        byte[] raw = readBlock(handle, verify);
        return format1 ? BlockFormat1.upgrade(raw, place(handle)) : raw;
    }

    private BlockHandle handle(int number) {
        int partition = partitionOf(number);
        return indexes[partition].handle(number - firstBlocks[partition]);
    }

    /** Counts a no; what follows a yes is for the caller to count. */
    private boolean mayContain(int partition, long hash) {
        if (!filters[partition].isActive() || filters[partition].mayContain(hash)) {
            return true;
        }
        filterStats.negatives.increment();
        return false;
    }

    private byte[] readBlock(BlockHandle handle, boolean verify) {
        if (handle.offset() < 0 || handle.offset() + handle.length() + BlockTrailer.BYTES > fileBytes) {
            throw new CorruptionException(
                    file.name(), handle.offset(), "block of " + handle.length() + " bytes is outside the file");
        }
        byte[] stored = file.readExactly(handle.offset(), handle.length() + BlockTrailer.BYTES);
        return BlockTrailer.open(stored, verify, place(handle));
    }

    private BlockTrailer.Place place(BlockHandle handle) {
        return new BlockTrailer.Place(fileId, handle.offset(), file.name());
    }
}
