package io.flowdb;

import io.flowdb.error.FlowDbException;
import io.flowdb.internal.compaction.TableStore;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.sstable.FilterStats;
import io.flowdb.internal.stats.LatencyHistogram;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Reads the figures of an engine's parts. Stateless. */
final class StatsCollector {
    private static final double NANOS_A_MICRO = 1e3;

    private StatsCollector() {}

    static EngineStats collect(
            EngineParts parts, ReadState state, MemoryShares memory, @Nullable FlowDbException backgroundError) {
        EngineCounters counters = parts.counters();
        TableStore tables = parts.tables();
        LatencyHistogram.Summary syncs = counters.syncs.summary();
        EngineStats.Flushes flushes = flushes(counters);
        EngineStats.Compactions compactions = compactions(counters);
        long written = counters.bytesWritten.sum();
        long scanned = counters.scans.records();
        return new EngineStats(
                counters.recordsWritten.sum(),
                written,
                counters.reads.operations() + scanned,
                counters.reads.bytes() + counters.scans.bytes(),
                counters.scans.operations(),
                counters.recordsExpired.sum(),
                memtables(state),
                tables(parts, state),
                new EngineStats.Wal(parts.wal().sizeBytes(), syncs.count(), syncs.totalNanos()),
                new EngineStats.Cache(
                        tables.cache().hits() + tables.filterStats().located.sum(0),
                        tables.cache().misses(),
                        tables.cache().usedBytes()),
                bloom(tables.filterStats()),
                new EngineStats.MemoryLimits(memory.memtableBytes(), memory.cacheBytes(), memory.indexBytes()),
                flushes,
                compactions,
                counters.gcRuns.sum(),
                counters.recordsPurged.sum(),
                instant(counters.lastGcMicros),
                counters.stalls.sum(),
                counters.stallNanos.sum(),
                written == 0 ? 0 : (double) (written + flushes.bytes() + compactions.bytesOut()) / written,
                latencies(counters, syncs),
                parts.snapshots().count(),
                Duration.ofNanos(counters.uptimeNanos()),
                backgroundError == null ? null : backgroundError.getMessage());
    }

    private static EngineStats.Flushes flushes(EngineCounters counters) {
        LatencyHistogram.Summary durations = counters.flushes.summary();
        return new EngineStats.Flushes(
                durations.count(),
                counters.flushedBytes.sum(),
                durations.totalNanos(),
                instant(counters.lastFlushMicros));
    }

    private static EngineStats.Compactions compactions(EngineCounters counters) {
        LatencyHistogram.Summary durations = counters.compactions.summary();
        return new EngineStats.Compactions(
                durations.count(),
                counters.compactedBytesIn.sum(),
                counters.compactedBytesOut.sum(),
                durations.totalNanos(),
                instant(counters.lastCompactionMicros));
    }

    private static EngineStats.Bloom bloom(FilterStats asked) {
        long negatives = asked.negatives.sum();
        long falsePositives = asked.falsePositives.sum();
        long positives = asked.positives.sum() + asked.located.sum(0);
        return new EngineStats.Bloom(positives + negatives + falsePositives, negatives, falsePositives);
    }

    private static EngineStats.Latencies latencies(EngineCounters counters, LatencyHistogram.Summary syncs) {
        return new EngineStats.Latencies(
                latency(counters.writes.summary()),
                latency(counters.reads.latency()),
                latency(counters.scans.latency()),
                latency(counters.flushes.summary()),
                latency(syncs),
                latency(counters.compactions.summary()));
    }

    private static EngineStats.Latency latency(LatencyHistogram.Summary durations) {
        return new EngineStats.Latency(
                durations.count(),
                durations.totalNanos() / NANOS_A_MICRO,
                durations.p50Nanos() / NANOS_A_MICRO,
                durations.p90Nanos() / NANOS_A_MICRO,
                durations.p99Nanos() / NANOS_A_MICRO,
                durations.maxNanos() / NANOS_A_MICRO);
    }

    private static @Nullable Instant instant(long micros) {
        return micros == EngineCounters.NOT_YET ? null : Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private static EngineStats.Memtables memtables(ReadState state) {
        long records = state.active().count();
        for (Memtable memtable : state.frozen()) {
            records += memtable.count();
        }
        return new EngineStats.Memtables(
                records, state.memtableBytes(), state.frozen().size());
    }

    private static EngineStats.Tables tables(EngineParts parts, ReadState state) {
        long bytes = 0;
        long records = 0;
        long blocks = 0;
        long raw = 0;
        long stored = 0;
        for (Sst table : state.ssts().tables()) {
            bytes += table.meta().fileBytes();
            records += table.meta().properties().entryCount();
            blocks += table.meta().properties().blockCount();
            raw += table.meta().properties().rawBytes();
            stored += table.reader().dataBytes();
        }
        return new EngineStats.Tables(
                state.ssts().tables().size(),
                bytes,
                records,
                blocks,
                parts.tables().indexMemory().usedBytes(),
                state.ssts().timeBuckets(),
                stored == 0 ? 1 : (double) raw / stored);
    }
}
