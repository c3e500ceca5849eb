package io.flowdb.internal.compaction;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.io.WritableFile;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstMeta;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.merge.RetainedCursor;
import io.flowdb.internal.sstable.FilterStats;
import io.flowdb.internal.sstable.IndexMemory;
import io.flowdb.internal.sstable.SstOptions;
import io.flowdb.internal.sstable.SstProperties;
import io.flowdb.internal.sstable.SstReader;
import io.flowdb.internal.sstable.SstWriter;
import io.flowdb.internal.storage.SstStorage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Makes, opens and removes tables with the engine's settings; hands out file ids, each once. Threads: any. */
public final class TableStore {
    private static final int CANCEL_CHECK_ENTRIES = 1024;

    private final SstStorage storage;
    private final SstOptions options;
    private final BlockCache cache;
    private final IndexMemory indexMemory;
    private final FilterStats filterStats = new FilterStats();
    private final AtomicLong nextId;

    /** {@code nextId} and higher ids have never been used. */
    public TableStore(SstStorage storage, SstOptions options, BlockCache cache, IndexMemory indexMemory, long nextId) {
        this.storage = storage;
        this.options = options;
        this.cache = cache;
        this.indexMemory = indexMemory;
        this.nextId = new AtomicLong(nextId);
    }

    /** Ids from here on have never been used. */
    public long nextId() {
        return nextId.get();
    }

    /** The cache of all tables. */
    public BlockCache cache() {
        return cache;
    }

    /** The memory of the tables' indexes, locators and filters. */
    public IndexMemory indexMemory() {
        return indexMemory;
    }

    /**
     * Shares the memory for indexes out among these tables; the set is held by the caller. See
     * {@link IndexMemory#settle}.
     */
    public void settle(SstSet set) {
        indexMemory.settle(set.tables().stream().map(Sst::reader).toList());
    }

    /** What the filters of all tables were asked. */
    public FilterStats filterStats() {
        return filterStats;
    }

    /** Opens a live table. */
    public Sst open(SstMeta meta) {
        SstReader reader = SstReader.open(storage.open(meta.id()), meta.id(), cache, indexMemory, filterStats);
        if (reader.fileBytes() != meta.fileBytes() || !reader.properties().isSameAs(meta.properties())) {
            reader.close();
            throw new CorruptionException(
                    storage.path(meta.id()).toString(), -1, "a table, but not the one that the manifest names");
        }
        return new Sst(meta, reader, storage);
    }

    /**
     * Writes all entries and their tombstones to new tables, durable on return; none if there is nothing to write. A
     * table is finished at the first new key after it has {@code targetBytes}, or as many keys as a locator may have;
     * range tombstones are cut there. With {@code Long.MAX_VALUE} it is one table.
     *
     * @param cancelled asked now and then; true ends the call with {@link EngineClosedException}
     */
    public List<Sst> write(RetainedCursor entries, int level, long targetBytes, BooleanSupplier cancelled) {
        List<RangeTombstone> tombstones = entries.retainedTombstones();
        List<Long> ids = new ArrayList<>();
        List<SstMeta> made = new ArrayList<>();
        List<Sst> opened = new ArrayList<>();
        boolean complete = false;
        try {
            byte[] from = null;
            do {
                long id = nextId.getAndIncrement();
                WritableFile file = storage.create(id);
                ids.add(id);
                try (SstWriter writer = new SstWriter(file, id, options)) {
                    fill(writer, entries, targetBytes, cancelled);
                    byte[] to = entries.valid() ? key(entries) : null;
                    Slice slice = new Slice(from, to);
                    for (RangeTombstone t : tombstones) {
                        slice.clip(t).forEach(writer::add);
                    }
                    from = to;
                    if (!writer.isEmpty()) {
                        SstProperties properties = writer.finish();
                        made.add(new SstMeta(id, level, writer.fileBytes(), properties));
                    }
                }
            } while (entries.valid());
            storage.syncDirectory();
            for (SstMeta meta : made) {
                opened.add(open(meta));
            }
            complete = true;
            return opened;
        } finally {
            if (!complete) {
                opened.forEach(table -> table.reader().close());
            }
            for (long id : ids) {
                if (!complete || made.stream().noneMatch(m -> m.id() == id)) {
                    storage.discard(id);
                }
            }
        }
    }

    /** Takes back what {@link #write} has made: the tables were never made live. */
    public void discard(List<Sst> made) {
        for (Sst table : made) {
            table.reader().close();
            storage.discard(table.meta().id());
        }
    }

    /** Ids of the files that are not among {@code live}. */
    public List<Long> orphans(Set<Long> live) {
        List<Long> orphans = new ArrayList<>(storage.list());
        orphans.removeAll(live);
        return orphans;
    }

    /** Highest sequence number in a file that need not be whole; 0 if it is not. */
    public long maxSeqnoOf(long id) {
        try (SstReader reader = SstReader.open(storage.open(id), id, cache, new IndexMemory(0), filterStats)) {
            return reader.properties().maxSeqno();
        } catch (CorruptionException e) {
            return 0;
        }
    }

    /** Tries again to delete files of tables that could not be deleted when nothing held them any more. */
    public void deleteDiscarded() {
        storage.deleteDiscarded();
    }

    /** Why there are such files, or null if there are none. */
    public @Nullable StorageException deleteFailure() {
        return storage.deleteFailure();
    }

    /** Deletes a file that is not live. */
    public void delete(long id) {
        storage.delete(id);
    }

    private static void fill(SstWriter writer, RetainedCursor entries, long targetBytes, BooleanSupplier cancelled) {
        int sinceCheck = 0;
        for (; entries.valid(); entries.next()) {
            boolean full = writer.sizeBytes() >= targetBytes || targetBytes != Long.MAX_VALUE && writer.isLocatorFull();
            if (full && !isLastKey(writer, entries)) {
                return;
            }
            if (++sinceCheck == CANCEL_CHECK_ENTRIES) {
                sinceCheck = 0;
                if (cancelled.getAsBoolean()) {
                    throw new EngineClosedException("engine");
                }
            }
            writer.add(entries.entry());
        }
    }

    private static boolean isLastKey(SstWriter writer, RetainedCursor entries) {
        byte[] last = writer.lastKey();
        int from = entries.entry().keyOffset();
        int to = from + entries.entry().keyLength();
        return Arrays.equals(last, 0, last.length, entries.entry().keyArray(), from, to);
    }

    private static byte[] key(RetainedCursor entries) {
        int from = entries.entry().keyOffset();
        return Arrays.copyOfRange(
                entries.entry().keyArray(), from, from + entries.entry().keyLength());
    }
}
