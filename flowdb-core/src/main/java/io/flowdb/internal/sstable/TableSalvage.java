package io.flowdb.internal.sstable;

import io.flowdb.error.FlowDbException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.base.ByteReader;
import io.flowdb.internal.base.InternalEntry;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.io.ReadableFile;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Copies what is whole of a damaged table into a new one: each data block whose checksum is right. Blocks that no
 * readable index names are looked for in the bytes of the file. Threads: one.
 */
public final class TableSalvage {
    private final BlockFile file;
    private final @Nullable Footer footer;
    private final SstWriter to;
    private final BlockCursor in = new BlockCursor();

    private long entries;

    private TableSalvage(BlockFile file, @Nullable Footer footer, SstWriter to) {
        this.file = file;
        this.footer = footer;
        this.to = to;
    }

    /**
     * What became of a table.
     *
     * @param entries that were copied
     * @param expected entries that the table had; -1 if that is not known any more
     */
    public record Result(long entries, long expected) {}

    /**
     * Copies what is whole of {@code source}, which stays open, to {@code target}, which may be empty afterwards.
     *
     * @throws UnsupportedFormatException if the table is of a newer format
     */
    public static Result copy(ReadableFile source, long id, SstWriter target) {
        Footer footer = readable(() -> Footer.read(source, id));
        BlockFile file = new BlockFile(source, id, footer == null ? Footer.FORMAT : footer.format());
        TableSalvage salvage = new TableSalvage(file, footer, target);
        salvage.copyBlocks();
        salvage.copyTombstones();
        return new Result(salvage.entries, salvage.expected());
    }

    private long expected() {
        Footer known = footer;
        SstProperties properties = known == null
                ? null
                : readable(() -> {
                    byte[] raw = file.read(known.properties());
                    return SstProperties.decode(new ByteReader(raw, 0, raw.length, file.name()));
                });
        return properties == null ? -1 : properties.entryCount();
    }

    /** What a step reads, or null if that is damaged. */
    private static <T> @Nullable T readable(Supplier<T> step) {
        try {
            return step.get();
        } catch (UnsupportedFormatException e) {
            throw e;
        } catch (RuntimeException e) {
            RuntimeException failure = Block.failure("", e);
            if (!(failure instanceof FlowDbException known) || known.retryable()) {
                throw failure;
            }
            return null;
        }
    }

    private void copyBlocks() {
        Footer known = footer;
        IndexPartition root =
                known == null ? null : readable(() -> IndexPartition.decode(file.read(known.indexRoot()), file.name()));
        if (root == null) {
            search(0, file.sizeBytes());
            return;
        }
        long from = 0; // blocks begin one behind the other, so one that no index names lies behind those before it
        for (int i = 1; i < root.count(); i += 2) {
            BlockHandle handle = root.handle(i);
            IndexPartition index = readable(() -> IndexPartition.decode(file.read(handle), file.name()));
            if (index == null || index.count() == 0) {
                continue;
            }
            search(from, index.handle(0).offset());
            for (int block = 0; block < index.count(); block++) {
                copy(index.handle(block));
            }
            from = end(index.handle(index.count() - 1));
        }
        search(from, root.count() == 0 ? 0 : root.handle(0).offset());
    }

    private static long end(BlockHandle handle) {
        return handle.offset() + handle.length() + BlockTrailer.BYTES;
    }

    /** Copies the data blocks in a part of the file that no index describes; whatever else is there is passed over. */
    private void search(long from, long to) {
        if (from < to) {
            BlockSearch search = new BlockSearch(file, from, Math.min(to, file.sizeBytes()));
            for (BlockHandle handle = readable(search::next); handle != null; handle = readable(search::next)) {
                copy(handle);
            }
        }
    }

    /** Copies a block, unless it is damaged or of another kind. What the target throws is no damage. */
    private void copy(BlockHandle handle) {
        byte[] block = readable(() -> Block.check(file.readData(handle), file.place(handle)));
        if (block == null) {
            return;
        }
        in.use(block);
        for (in.first(); in.valid(); in.next()) {
            entries += add(in.entry()) ? 1 : 0;
        }
    }

    private boolean add(InternalEntry entry) {
        boolean known = entry.op() == Op.PUT.code() || entry.op() == Op.DELETE.code();
        if (!known || entry.seqno() <= 0) {
            return false;
        }
        try {
            to.add(entry);
            return true;
        } catch (EntriesOutOfOrderException e) {
            return false;
        }
    }

    private void copyTombstones() {
        Footer known = footer;
        if (known != null) {
            List<RangeTombstone> all =
                    readable(() -> PropertiesCollector.decodeTombstones(file.read(known.tombstones()), file.name()));
            if (all != null) {
                all.forEach(to::add);
            }
        }
    }
}
