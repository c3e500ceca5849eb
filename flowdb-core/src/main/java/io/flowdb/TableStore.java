package io.flowdb;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.cache.BlockCache;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstMeta;
import io.flowdb.internal.merge.RetainedCursor;
import io.flowdb.internal.sstable.SstOptions;
import io.flowdb.internal.sstable.SstProperties;
import io.flowdb.internal.sstable.SstReader;
import io.flowdb.internal.sstable.SstWriter;
import io.flowdb.internal.storage.SstStorage;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Makes, opens and removes tables with the engine's settings; hands out file ids, each once. Threads: any. */
final class TableStore {
    private final SstStorage storage;
    private final SstOptions options;
    private final BlockCache cache;
    private final SstReader.FilterStats filterStats = new SstReader.FilterStats();
    private final AtomicLong nextId;

    TableStore(SstStorage storage, SstOptions options, BlockCache cache, long nextId) {
        this.storage = storage;
        this.options = options;
        this.cache = cache;
        this.nextId = new AtomicLong(nextId);
    }

    /** A file id never used before. */
    long newId() {
        return nextId.getAndIncrement();
    }

    /** The id that {@link #newId} would give next. */
    long nextId() {
        return nextId.get();
    }

    BlockCache cache() {
        return cache;
    }

    SstReader.FilterStats filterStats() {
        return filterStats;
    }

    /** Opens a live table. */
    Sst open(SstMeta meta) {
        SstReader reader = SstReader.open(storage.open(meta.id()), meta.id(), cache, filterStats);
        if (reader.fileBytes() != meta.fileBytes() || !reader.properties().isSameAs(meta.properties())) {
            reader.close();
            throw new CorruptionException(
                    storage.path(meta.id()).toString(), -1, "a table, but not the one that the manifest names");
        }
        return new Sst(meta, reader, storage);
    }

    /** Starts the file of a new table. */
    SstWriter newWriter(long id) {
        return new SstWriter(storage.create(id), id, options);
    }

    /** Writes all entries and tombstones to one new table, durable on return; null if there were none. */
    @Nullable
    Sst write(RetainedCursor entries, int level) {
        long id = newId();
        SstMeta meta = null;
        try (SstWriter writer = newWriter(id)) {
            for (; entries.valid(); entries.next()) {
                writer.add(entries.entry());
            }
            for (RangeTombstone tombstone : entries.retainedTombstones()) {
                writer.add(tombstone);
            }
            if (!writer.isEmpty()) {
                SstProperties properties = writer.finish();
                meta = new SstMeta(id, level, writer.fileBytes(), properties);
            }
        } finally {
            if (meta == null) {
                storage.delete(id);
            }
        }
        if (meta == null) {
            return null;
        }
        storage.syncDirectory();
        return open(meta);
    }

    /** Deletes a file that no manifest names. */
    void discard(Sst table) {
        table.reader().close();
        storage.delete(table.meta().id());
    }

    /** Deletes files that a crash has left behind. */
    void deleteOrphans(List<Long> live) {
        for (long id : storage.list()) {
            if (!live.contains(id)) {
                storage.delete(id);
            }
        }
    }
}
