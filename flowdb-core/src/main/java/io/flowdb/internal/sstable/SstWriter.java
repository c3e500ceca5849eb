package io.flowdb.internal.sstable;

import io.flowdb.internal.base.ByteWriter;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.bloom.BloomFilter;
import io.flowdb.internal.compress.Codec;
import io.flowdb.internal.compress.Lz4Compressor;
import io.flowdb.internal.io.WritableFile;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes one table from entries in internal order.
 *
 * <p>Layout: data blocks, then for each partition of up to {@value #PARTITION_BLOCKS} data blocks its filter and its
 * index, then locator, range tombstones, index root, properties, footer. Each block is followed by a
 * {@link BlockTrailer}. The entries of the index root are pairs: 2i is the filter, 2i + 1 the index of partition i.
 *
 * <p>Threads: one. Errors: {@link io.flowdb.error.StorageException}; the file is then worthless. The file is synced by
 * {@link #finish}, its name is not. Source: docs/format/sst.md, format 2.
 */
public final class SstWriter implements AutoCloseable {
    static final int PARTITION_BLOCKS = 1024;
    private static final int WRITE_BUFFER_BYTES = 256 << 10;

    /** A shorter one in place of such a key would save little. */
    private static final int LONGEST_WHOLE_KEY = 128;

    private final WritableFile file;
    private final long fileId;
    private final SstOptions options;
    private final ByteBuffer buffer = ByteBuffer.allocate(WRITE_BUFFER_BYTES);
    private long position;

    private final BlockBuilder block = new BlockBuilder();
    private final Lz4Compressor lz4 = new Lz4Compressor();
    private byte[] compressed = new byte[0];
    private long blockMinTs = Long.MAX_VALUE;
    private long blockMaxTs = Long.MIN_VALUE;
    private byte[] lastKey = new byte[0];
    private long lastTs;
    private long lastSeqno;

    private final List<byte[]> sections = new ArrayList<>();
    private final List<IndexPartition.Bounds> partitions = new ArrayList<>();
    private IndexPartition.Builder index = new IndexPartition.Builder();
    private long[] hashes = new long[1024];
    private int hashCount;

    private final Locator.Builder locator;
    private final PropertiesCollector collector = new PropertiesCollector();

    /** Writes to a new, empty file. */
    public SstWriter(WritableFile file, long fileId, SstOptions options) {
        this.file = file;
        this.fileId = fileId;
        this.options = options;
        this.locator = new Locator.Builder(options.locatorKeys());
    }

    /** Adds an entry. Errors: {@link EntriesOutOfOrderException} unless it follows the one before in internal order. */
    public void add(InternalEntry entry) {
        boolean sameKey = collector.entryCount() > 0
                && Arrays.equals(
                        lastKey,
                        0,
                        lastKey.length,
                        entry.keyArray(),
                        entry.keyOffset(),
                        entry.keyOffset() + entry.keyLength());
        checkOrder(entry, sameKey);
        if (!block.isEmpty() && block.sizeBytes() + entryBytes(entry) > options.blockBytes()) {
            finishBlock(sameKey ? lastKey : separator(entry));
        }
        if (!sameKey) {
            lastKey = Arrays.copyOfRange(entry.keyArray(), entry.keyOffset(), entry.keyOffset() + entry.keyLength());
        }
        if (!sameKey || hashCount == 0) {
            addHash(KeyHash.of(lastKey, 0, lastKey.length));
        }
        if (!sameKey) {
            locator.add(hashes[hashCount - 1], collector.blockCount(), block.nextOffset());
        }
        lastTs = entry.ts();
        lastSeqno = entry.seqno();
        blockMinTs = Math.min(blockMinTs, lastTs);
        blockMaxTs = Math.max(blockMaxTs, lastTs);
        block.add(entry);
        collector.add(entry, lastKey);
    }

    /** Adds a range tombstone; in any order. */
    public void add(RangeTombstone tombstone) {
        collector.add(tombstone);
    }

    /** Whether nothing was added. */
    public boolean isEmpty() {
        return collector.isEmpty();
    }

    /** Bytes of data written or buffered so far: where to split. */
    public long sizeBytes() {
        return position + buffer.position() + block.sizeBytes();
    }

    /** Whether the table would have no locator with one more key. */
    public boolean isLocatorFull() {
        return locator.isFull();
    }

    /** Last key added. */
    public byte[] lastKey() {
        return lastKey;
    }

    /**
     * Writes what is left, syncs the file and returns what is in it. At least one entry or range tombstone must have
     * been added.
     */
    public SstProperties finish() {
        if (!block.isEmpty()) {
            finishBlock(lastKey);
        }
        finishPartition();
        IndexPartition.Builder root = new IndexPartition.Builder();
        for (int i = 0; i < partitions.size(); i++) {
            IndexPartition.Bounds partition = partitions.get(i);
            for (int section = 2 * i; section <= 2 * i + 1; section++) {
                byte[] bytes = sections.get(section);
                BlockHandle handle = writeBlock(bytes, bytes.length, section % 2 == 0 ? Codec.NONE : options.codec());
                root.add(partition.last(), handle, partition.minTs(), partition.maxTs());
            }
        }
        byte[] located = locator.finish();
        BlockHandle locatorHandle = writeBlock(located, located.length, Codec.NONE);
        BlockHandle tombstones = writeBlock(collector.encodeTombstones());
        BlockHandle rootHandle = writeBlock(root.finish());
        SstProperties properties = collector.finish();
        ByteWriter out = new ByteWriter(256);
        properties.encode(out);
        BlockHandle propertiesHandle = writeBlock(out.toBytes());
        byte[] footer =
                new Footer(fileId, Footer.FORMAT, rootHandle, tombstones, propertiesHandle, locatorHandle).encode();
        write(footer, footer.length);
        drain();
        file.sync();
        return properties;
    }

    /** Length of the finished file. */
    public long fileBytes() {
        return position + buffer.position();
    }

    /** Closes the file, finished or not. */
    @Override
    public void close() {
        file.close();
    }

    private void checkOrder(InternalEntry entry, boolean sameKey) {
        if (collector.entryCount() == 0) {
            return;
        }
        boolean rises = sameKey
                ? entry.ts() > lastTs || entry.ts() == lastTs && entry.seqno() < lastSeqno
                : Arrays.compareUnsigned(
                                lastKey,
                                0,
                                lastKey.length,
                                entry.keyArray(),
                                entry.keyOffset(),
                                entry.keyOffset() + entry.keyLength())
                        < 0;
        if (!rises) {
            throw new EntriesOutOfOrderException(entry.seqno());
        }
    }

    private static int entryBytes(InternalEntry entry) {
        return entry.keyLength() + entry.valueLength() + BlockBuilder.KEY_AT + 8;
    }

    private void addHash(long hash) {
        if (hashCount == hashes.length) {
            hashes = Arrays.copyOf(hashes, 2 * hashCount);
        }
        hashes[hashCount++] = hash;
    }

    /**
     * A key above the last one and below that of the entry that begins the next block, or the last one itself. A long
     * key would stand whole in the index, and blocks that hold one entry each make an index as large as their data.
     * Below the next key, not equal to it: a search for that must lead to the next block.
     */
    private byte[] separator(InternalEntry next) {
        if (lastKey.length <= LONGEST_WHOLE_KEY) {
            return lastKey;
        }
        byte[] key = next.keyArray();
        int from = next.keyOffset();
        int length = Arrays.mismatch(lastKey, 0, lastKey.length, key, from, from + next.keyLength()) + 1;
        return length < Math.min(lastKey.length, next.keyLength())
                ? Arrays.copyOfRange(key, from, from + length)
                : lastKey;
    }

    private void finishBlock(byte[] separator) {
        byte[] raw = block.finish();
        BlockHandle handle = writeBlock(raw, block.finishedBytes(), options.codec());
        index.add(new IndexPartition.Last(separator, lastTs, lastSeqno), handle, blockMinTs, blockMaxTs);
        collector.countBlock();
        block.clear();
        blockMinTs = Long.MAX_VALUE;
        blockMaxTs = Long.MIN_VALUE;
        if (index.count() == PARTITION_BLOCKS) {
            finishPartition();
        }
    }

    private void finishPartition() {
        if (index.count() > 0) {
            sections.add(BloomFilter.build(hashes, hashCount, options.bloomBitsPerKey()));
            sections.add(index.finish());
            partitions.add(index.bounds());
            index = new IndexPartition.Builder();
            hashCount = 0;
        }
    }

    private BlockHandle writeBlock(byte[] raw) {
        return writeBlock(raw, raw.length, options.codec());
    }

    private BlockHandle writeBlock(byte[] raw, int length, Codec wanted) {
        int room = Lz4Compressor.maxCompressedBytes(length) + BlockTrailer.BYTES;
        if (compressed.length < room) {
            compressed = new byte[room];
        }
        Codec codec = Codec.NONE;
        int stored = length;
        if (wanted == Codec.LZ4) {
            int shrunk = lz4.compress(raw, length, compressed);
            /* A block must shrink by an eighth to be worth its decompression. */
            if (shrunk <= length - length / 8) {
                codec = Codec.LZ4;
                stored = shrunk;
            }
        }
        if (codec == Codec.NONE) {
            System.arraycopy(raw, 0, compressed, 0, length);
        }
        BlockHandle handle = new BlockHandle(fileBytes(), stored);
        BlockTrailer.put(
                compressed,
                stored,
                codec,
                length,
                new BlockTrailer.Place(fileId, handle.offset(), "new SST " + fileId));
        write(compressed, stored + BlockTrailer.BYTES);
        return handle;
    }

    private void write(byte[] bytes, int length) {
        if (buffer.remaining() < length) {
            drain();
        }
        if (length > buffer.capacity()) {
            file.write(ByteBuffer.wrap(bytes, 0, length), position);
            position += length;
        } else {
            buffer.put(bytes, 0, length);
        }
    }

    private void drain() {
        buffer.flip();
        int length = buffer.remaining();
        file.write(buffer, position);
        position += length;
        buffer.clear();
    }
}
