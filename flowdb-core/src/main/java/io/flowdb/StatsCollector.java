package io.flowdb;

import io.flowdb.error.FlowDbException;
import io.flowdb.internal.compaction.TableStore;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.memtable.Memtable;
import org.jspecify.annotations.Nullable;

/** Reads the figures of an engine's parts. Stateless. */
final class StatsCollector {
    private StatsCollector() {}

    static EngineStats collect(EngineParts parts, ReadState state, @Nullable FlowDbException backgroundError) {
        EngineCounters counters = parts.counters();
        TableStore tables = parts.tables();
        return new EngineStats(
                counters.recordsWritten.sum(),
                counters.bytesWritten.sum(),
                counters.recordsRead.sum(),
                counters.recordsExpired.sum(),
                memtables(state),
                tables(state),
                new EngineStats.Wal(parts.wal().sizeBytes(), counters.syncs.sum(), counters.syncNanos.sum()),
                new EngineStats.Cache(
                        tables.cache().hits(),
                        tables.cache().misses(),
                        tables.cache().usedBytes()),
                new EngineStats.Bloom(
                        tables.filterStats().checks.sum(),
                        tables.filterStats().negatives.sum(),
                        tables.filterStats().falsePositives.sum()),
                new EngineStats.Flushes(counters.flushes.sum(), counters.flushedBytes.sum(), counters.flushNanos.sum()),
                new EngineStats.Compactions(
                        counters.compactions.sum(),
                        counters.compactedBytesIn.sum(),
                        counters.compactedBytesOut.sum(),
                        counters.compactionNanos.sum()),
                counters.gcRuns.sum(),
                counters.recordsPurged.sum(),
                counters.stalls.sum(),
                counters.stallNanos.sum(),
                parts.snapshots().count(),
                backgroundError == null ? null : backgroundError.getMessage());
    }

    private static EngineStats.Memtables memtables(ReadState state) {
        long records = state.active().count();
        long bytes = state.active().sizeBytes();
        for (Memtable memtable : state.frozen()) {
            records += memtable.count();
            bytes += memtable.sizeBytes();
        }
        return new EngineStats.Memtables(records, bytes, state.frozen().size());
    }

    private static EngineStats.Tables tables(ReadState state) {
        long bytes = 0;
        long records = 0;
        long blocks = 0;
        for (Sst table : state.ssts().tables()) {
            bytes += table.meta().fileBytes();
            records += table.meta().properties().entryCount();
            blocks += table.meta().properties().blockCount();
        }
        return new EngineStats.Tables(state.ssts().tables().size(), bytes, records, blocks);
    }
}
