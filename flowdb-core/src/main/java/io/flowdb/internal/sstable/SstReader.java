package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.base.RangeTombstones;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.base.StackRoom;
import io.flowdb.internal.bloom.BloomFilter;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.io.ReadableFile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads one finished table. Data blocks come through the cache; index, locator and filters are kept in memory within
 * the budget of {@link IndexMemory}, and beyond it come through the cache as well, but for the locator, which is then
 * done without.
 *
 * <p>Threads: any. Errors: {@link CorruptionException} naming file and offset, whenever bytes are not what was written.
 * Source: docs/format/sst.md, format 2.
 */
public final class SstReader implements AutoCloseable {
    private final BlockFile file;
    private final BlockCache cache;
    private final FilterStats filterStats;
    private final SstProperties properties;
    private final BlockHandle tombstonesHandle;
    private final RangeTombstones tombstones;

    private final IndexPartition root;

    private final PartitionSlots<IndexPartition> indexes;
    private final PartitionSlots<BloomFilter> filters;

    private final IndexMemory memory;
    private final BlockHandle locatorHandle;

    /** Set and cleared by keep and drop; without it a search takes the longer way. */
    private volatile @Nullable Locator locator;

    private final BlockSlots blocks;
    private final BlockSample sample;

    private SstReader(BlockFile file, Footer footer, BlockCache cache, IndexMemory memory, FilterStats filterStats) {
        this.file = file;
        this.cache = cache;
        this.memory = memory;
        this.filterStats = filterStats;
        byte[] raw = file.read(footer.properties());
        this.properties = SstProperties.decode(new ByteReader(raw, 0, raw.length, file.name()));
        this.tombstonesHandle = footer.tombstones();
        this.tombstones = RangeTombstones.of(readTombstones());
        this.root = IndexPartition.decode(file.read(footer.indexRoot()), file.name());
        int partitions = root.count() / 2;
        if (properties.blockCount() < 0
                || properties.blockCount() > (long) partitions * SstWriter.PARTITION_BLOCKS
                || properties.blockCount() <= (partitions - 1L) * SstWriter.PARTITION_BLOCKS) {
            throw new CorruptionException(
                    file.name(),
                    footer.indexRoot().offset(),
                    properties.blockCount() + " data blocks in " + partitions + " partitions");
        }
        this.blocks = new BlockSlots((int) properties.blockCount(), cache);
        this.indexes = new PartitionSlots<>(partitions, this::readIndex, IndexPartition::sizeBytes, cache, memory);
        this.filters = new PartitionSlots<>(partitions, this::readFilter, BloomFilter::sizeBytes, cache, memory);
        this.locatorHandle = footer.locator();
        this.sample = new BlockSample(this);
    }

    /**
     * Opens a table; takes over {@code file}, also when it fails. Index, locator and filters are kept in memory as far
     * as there is any left.
     */
    public static SstReader open(
            ReadableFile file, long fileId, BlockCache cache, IndexMemory memory, FilterStats filterStats) {
        SstReader opened = null;
        try {
            Footer footer = Footer.read(file, fileId);
            BlockFile blocks = new BlockFile(file, fileId, footer.format());
            opened = new SstReader(blocks, footer, cache, memory, filterStats);
            for (IndexMemory.Part part : IndexMemory.Part.values()) {
                opened.keep(part);
            }
            return opened;
        } catch (RuntimeException | Error e) {
            if (opened == null) {
                file.close();
            } else {
                opened.close();
            }
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

    /**
     * Whether rewriting the table alone can drop nothing, now or later: no key has a second entry, nothing is a
     * tombstone and nothing expires. A table whose locator is not in memory may be so without being known to.
     */
    public boolean isKnownToHideNothing() {
        Locator held = locator;
        return held != null
                && held.keyCount() == properties.entryCount()
                && properties.tombstoneCount() == 0
                && properties.rangeTombstoneCount() == 0
                && properties.minExpireAt() == Long.MAX_VALUE;
    }

    /** Some of its blocks, which stand for all of it. */
    public BlockSample sample() {
        return sample;
    }

    /** Its stored blocks. */
    BlockFile file() {
        return file;
    }

    /** Name of the file, for errors. */
    public String fileName() {
        return file.name();
    }

    /** Length of the file. */
    public long fileBytes() {
        return file.sizeBytes();
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
     * @return true only if the table holds the key, so that no other sorted table does, or the search was given up
     *     ({@link PointLookup#holdFiles})
     */
    public boolean find(byte[] key, long hash, long ts, long atMost, PointLookup target) {
        try {
            return find(key, hash, ts, false, atMost, target);
        } catch (RuntimeException e) {
            throw Block.failure(file.name(), e);
        }
    }

    /**
     * Offers {@code target} the newest entry at or below {@code atMost} of the highest ts of the key that has one, as
     * to {@link PointLookup#offerLater}. Hash and result are as for {@link #find}.
     */
    public boolean findLatest(byte[] key, long hash, long atMost, PointLookup target) {
        try {
            return find(key, hash, Long.MAX_VALUE, true, atMost, target);
        } catch (RuntimeException e) {
            throw Block.failure(file.name(), e);
        }
    }

    private boolean find(byte[] key, long hash, long ts, boolean latest, long atMost, PointLookup target) {
        Locator direct = locator;
        if (direct == null) {
            return !target.holdFiles() || search(key, hash, ts, latest, atMost, target);
        }
        boolean misled = false;
        int mark = Locator.mark(hash);
        for (int slot = direct.next(mark, direct.start(mark)); slot >= 0; slot = direct.next(mark, slot + 1)) {
            int number = direct.block(slot);
            int at = direct.offset(slot);
            byte[] cached = blocks.get(number);
            if (cached == null && !target.holdFiles()) {
                return true;
            }
            byte[] block = cached != null ? cached : readBlock(number);
            target.keep(Block.touch(block, at));
            Block.Outcome outcome = latest
                    ? Block.findLatest(block, at, key, atMost, target)
                    : Block.findVersion(block, at, key, ts, atMost, target);
            boolean open = outcome == Block.Outcome.UNDECIDED || outcome == Block.Outcome.BLOCK_ENDED;
            if (open && !target.holdFiles()) {
                return true;
            }
            if (open && (outcome == Block.Outcome.UNDECIDED || goesOn(key, number + 1, latest))) {
                countHit(cached);
                if (latest) {
                    searchLatest(key, atMost, target);
                } else {
                    searchIndex(key, ts, atMost, target);
                }
                filterStats.positives.increment();
                return true;
            }
            if (outcome != Block.Outcome.OTHER_KEY) {
                if (cached != null) {
                    filterStats.located.getAndAdd(0, 1);
                } else {
                    filterStats.positives.increment();
                }
                return true;
            }
            misled = true;
            countHit(cached);
        }
        (misled ? filterStats.falsePositives : filterStats.negatives).increment();
        return false;
    }

    /** Whether the key goes on in a block; not worth looking where the search begins there anyway. */
    private boolean goesOn(byte[] key, int number, boolean latest) {
        return !latest || number < blocks.count() && Block.beginsWith(block(number), key);
    }

    private void countHit(byte @Nullable [] cached) {
        if (cached != null) {
            cache.countHit();
        }
    }

    /** The way through filter and index; whether an entry was found. */
    private boolean search(byte[] key, long hash, long ts, boolean latest, long atMost, PointLookup target) {
        if (latest) {
            BloomFilter admitting = admittingFilter(key, hash);
            return admitting != null && count(admitting, searchLatest(key, atMost, target));
        }
        int partition = partitionAt(key, ts, atMost);
        if (partition == indexes.count()) {
            return false;
        }
        BloomFilter filter = filters.get(partition);
        if (!filter.mayContain(hash)) {
            filterStats.negatives.increment();
            return false;
        }
        return count(filter, searchIndex(key, ts, atMost, target));
    }

    /** Counts what became of a look-up that the filter did not rule out; returns whether an entry was found. */
    private boolean count(BloomFilter filter, boolean found) {
        if (filter.isActive()) {
            (found ? filterStats.positives : filterStats.falsePositives).increment();
        }
        return found;
    }

    private boolean searchIndex(byte[] key, long ts, long atMost, PointLookup target) {
        int number = blockAt(key, ts, atMost);
        if (number == blockCount()) {
            return false;
        }
        BlockCursor cursor = new BlockCursor();
        byte[] block = block(number);
        cursor.use(block);
        cursor.seek(blockKeys(number, block), key, ts, atMost);
        if (!cursor.valid()) {
            return false;
        }
        InternalEntry entry = cursor.entry();
        boolean found = entry.ts() == ts
                && entry.keyLength() == key.length
                && Keys.equal(entry.keyArray(), entry.keyOffset(), key, 0, key.length);
        if (found) {
            target.offer(entry);
        }
        return found;
    }

    private boolean searchLatest(byte[] key, long atMost, PointLookup target) {
        ShownEntry shown = new ShownEntry();
        try (SstCursor cursor = cursor(ScanOptions.POINT)) {
            cursor.seekBefore(key, Long.MAX_VALUE, 0);
            while (cursor.previousVersion(atMost, shown) && shown.isKey(key)) {
                if (shown.seqno() != 0) {
                    target.offerLater(shown);
                    return true;
                }
            }
        }
        return false;
    }

    /** Place for {@link #touch} where a key of this hash may be, as far as the locator knows; -1 for none. */
    public long locate(long hash) {
        Locator direct = locator;
        if (direct == null) {
            return -1;
        }
        int mark = Locator.mark(hash);
        int slot = direct.next(mark, direct.start(mark));
        return slot < 0 ? -1 : (long) direct.block(slot) << Integer.SIZE | direct.offset(slot);
    }

    /**
     * Looks at what a read of the key at this place will look at, if its block is in memory; returns bytes of it. Never
     * negative.
     */
    public int touch(long place) {
        byte[] block = place < 0 ? null : blocks.peek((int) (place >>> Integer.SIZE));
        return block == null ? 0 : Block.touch(block, (int) place);
    }

    /** Whether any version of the key may be in the table, as far as its filters know. */
    public boolean mayContainKey(byte[] key, long hash) {
        Locator direct = locator;
        if (direct != null) {
            int mark = Locator.mark(hash);
            boolean any = direct.next(mark, direct.start(mark)) >= 0;
            (any ? filterStats.positives : filterStats.negatives).increment();
            return any;
        }
        BloomFilter admitting = admittingFilter(key, hash);
        return admitting != null && count(admitting, true);
    }

    /**
     * The first filter, of those that are asked about any version of the key, that does not rule it out; null if all
     * do, each of which is counted.
     */
    private @Nullable BloomFilter admittingFilter(byte[] key, long hash) {
        int first = partitionAt(key, Long.MIN_VALUE, Long.MAX_VALUE);
        int last = Math.min(partitionAt(key, Long.MAX_VALUE, 0), filters.count() - 1);
        for (int i = first; i <= last; i++) {
            BloomFilter filter = filters.get(i);
            if (filter.mayContain(hash)) {
                return filter;
            }
            filterStats.negatives.increment();
        }
        return null;
    }

    /** A walk over all entries. */
    public SstCursor cursor(ScanOptions options) {
        return new SstCursor(this, options);
    }

    /**
     * Reads every block of every kind from the file, whatever is in memory, and checks each alone and all together.
     *
     * @return number of entries
     */
    public long verify() {
        SstReader fresh = new SstReader(file, file.readFooter(), new BlockCache(0), new IndexMemory(0), filterStats);
        if (!fresh.properties.isSameAs(properties)) {
            throw new CorruptionException(file.name(), -1, "not the table that was opened");
        }
        new TableCheck(fresh).run();
        return properties.entryCount();
    }

    /** Drops its blocks from the cache and closes the file. */
    @Override
    public void close() {
        blocks.clear();
        for (IndexMemory.Part part : IndexMemory.Part.values()) {
            drop(part);
        }
        indexes.clear();
        filters.clear();
        file.close();
    }

    /** What keeping a part in memory takes, or may take at most if it is not there. */
    long neededBytes(IndexMemory.Part part) {
        Locator held = locator;
        switch (part) {
            case INDEX:
                return indexes.bytes(i -> IndexPartition.sizeBytes(
                        blocksIn(i), 2L * root.handle(2 * i + 1).length()));
            case FILTER:
                return filters.bytes(i -> root.handle(2 * i).length());
            default:
                return held != null ? held.sizeBytes() : hasLocator() ? Locator.mostBytes(locatorHandle.length()) : 0;
        }
    }

    /** Reads a part and keeps it in memory if there is enough left. One thread at a time. */
    void keep(IndexMemory.Part part) {
        switch (part) {
            case INDEX:
                indexes.keepAll();
                break;
            case FILTER:
                filters.keepAll();
                break;
            default:
                keepLocator();
        }
    }

    /** Lets go of a part. One thread at a time. */
    void drop(IndexMemory.Part part) {
        switch (part) {
            case INDEX:
                indexes.dropAll();
                break;
            case FILTER:
                filters.dropAll();
                break;
            default:
                Locator held = locator;
                locator = null;
                memory.release(held == null ? 0 : held.sizeBytes());
        }
    }

    private void keepLocator() {
        long most = Locator.mostBytes(locatorHandle.length());
        if (locator != null || !hasLocator() || !memory.reserve(most)) {
            return;
        }
        Locator read = null;
        try {
            read = readLocator();
        } finally {
            memory.release(read == null ? most : most - read.sizeBytes());
        }
        locator = read;
    }

    /**
     * The locators of format 1 count entries, which today's blocks do not; their tables are searched until they are
     * compacted.
     */
    private boolean hasLocator() {
        return !file.isFormat1() && locatorHandle.length() > 0;
    }

    @Nullable
    Locator readLocator() {
        byte[] raw = file.read(locatorHandle);
        return file.isFormat1() ? null : Locator.decode(raw, blocks.count(), file.name(), locatorHandle.offset());
    }

    List<RangeTombstone> readTombstones() {
        return PropertiesCollector.decodeTombstones(file.read(tombstonesHandle), file.name());
    }

    IndexPartition readIndex(int partition) {
        BlockHandle handle = root.handle(2 * partition + 1);
        IndexPartition index = IndexPartition.decode(file.read(handle), file.name());
        if (index.count() != blocksIn(partition)) {
            throw new CorruptionException(
                    file.name(),
                    handle.offset(),
                    "partition of " + index.count() + " blocks, expected " + blocksIn(partition));
        }
        return index;
    }

    BloomFilter readFilter(int partition) {
        BlockHandle handle = root.handle(2 * partition);
        byte[] raw = file.read(handle);
        if (!BloomFilter.isValid(raw)) {
            throw new CorruptionException(file.name(), handle.offset(), "not a filter");
        }
        return new BloomFilter(raw);
    }

    private int blocksIn(int partition) {
        return Math.min(SstWriter.PARTITION_BLOCKS, blockCount() - partition * SstWriter.PARTITION_BLOCKS);
    }

    /**
     * Number of the partition that holds the first entry at or behind the given place; the number of partitions if
     * there is none.
     */
    int partitionAt(byte[] key, long ts, long seqno) {
        return Math.min(root.lowerBound(key, ts, seqno) / 2, indexes.count());
    }

    /**
     * A key from {@code start} to {@code end}, null is unbounded, with about as many blocks before it as behind it;
     * null if there are too few blocks to tell.
     */
    public byte @Nullable [] middleKey(byte @Nullable [] start, byte @Nullable [] end) {
        int first = start == null ? 0 : blockAt(start, Long.MIN_VALUE, Long.MAX_VALUE);
        int last = end == null ? blockCount() : blockAt(end, Long.MIN_VALUE, Long.MAX_VALUE);
        if (last - first < 4) {
            return null;
        }
        return lastKey((first + last) >>> 1);
    }

    /** Key of the last entry of a data block, or the one that stands for it in the index. */
    byte[] lastKey(int number) {
        return partition(number / SstWriter.PARTITION_BLOCKS).lastKey(number % SstWriter.PARTITION_BLOCKS);
    }

    /** Where the partitions end: entries 2i and 2i + 1 stand for filter and index of partition i. */
    IndexPartition root() {
        return root;
    }

    int partitionCount() {
        return indexes.count();
    }

    /** The index of data blocks {@code number * PARTITION_BLOCKS} and following. */
    IndexPartition partition(int number) {
        return indexes.get(number);
    }

    /**
     * Number of the block that holds the first entry at or behind the given place; {@link #blockCount()} if there is
     * none.
     */
    private int blockAt(byte[] key, long ts, long seqno) {
        int partition = partitionAt(key, ts, seqno);
        return partition == indexes.count()
                ? blockCount()
                : partition * SstWriter.PARTITION_BLOCKS
                        + indexes.get(partition).lowerBound(key, ts, seqno);
    }

    /** A data block, from memory if it is there. */
    private byte[] block(int number) {
        byte[] cached = cachedBlock(number);
        return cached != null ? cached : readBlock(number);
    }

    /** A data block if it is in memory. */
    byte @Nullable [] cachedBlock(int number) {
        byte[] cached = blocks.get(number);
        countHit(cached);
        return cached;
    }

    /** The keys of a block, to be searched with {@link BlockKeys}; null if it has none, or is not the one in memory. */
    long @Nullable [] blockKeys(int number, byte[] block) {
        return blocks.keys(number, block);
    }

    private byte[] readBlock(int number) {
        StackRoom.checkForRead();
        BlockHandle handle =
                indexes.get(number / SstWriter.PARTITION_BLOCKS).handle(number % SstWriter.PARTITION_BLOCKS);
        return load(number, handle, file.stored(handle), ScanOptions.POINT);
    }

    /** A data block from the file, for a walk; {@code index} is its partition. */
    byte[] readBlock(int number, IndexPartition index, ScanOptions options, ReadAhead ahead) {
        StackRoom.checkForRead();
        BlockHandle handle = index.handle(number % SstWriter.PARTITION_BLOCKS);
        return load(number, handle, ahead.stored(number, index), options);
    }

    /*
     * A checksum that is right leaves damage no way in: the entries of a block are checked one by one only without it.
     */
    private byte[] load(int number, BlockHandle handle, byte[] stored, ScanOptions options) {
        cache.countMiss();
        byte[] raw = file.data(handle, stored, options.verify());
        byte[] block =
                options.verify() ? Block.checkHead(raw, file.place(handle)) : Block.check(raw, file.place(handle));
        /* An unchecked block stays out of the cache: later readers take what is there as checked. */
        if (options.fillCache() && options.verify()) {
            blocks.add(number, block);
        }
        return block;
    }

    /**
     * A data block that no reader asked for: it counts neither as a hit nor as a miss, and stays out of the cache
     * unless it is there.
     */
    byte[] uncountedBlock(int number) {
        byte[] cached = blocks.peek(number);
        BlockHandle handle = partition(number / SstWriter.PARTITION_BLOCKS).handle(number % SstWriter.PARTITION_BLOCKS);
        return cached != null ? cached : Block.checkHead(file.readData(handle), file.place(handle));
    }
}
