package io.flowdb;

import io.flowdb.EngineStats.Latency;
import io.flowdb.internal.stats.PrometheusText;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The figures of an engine as Prometheus text. Stateless. */
final class StatsText {
    private static final double NANOS_A_SECOND = 1e9;
    private static final double MICROS_A_SECOND = 1e6;

    private StatsText() {}

    static String of(EngineStats stats) {
        PrometheusText text = new PrometheusText();
        records(text, stats);
        memory(text, stats);
        disk(text, stats);
        caches(text, stats);
        background(text, stats);
        latencies(text, stats.latencies());
        text.gauge("flowdb_open_snapshots", "Snapshots that are not closed", stats.liveSnapshots());
        text.gauge(
                "flowdb_uptime_seconds",
                "Time since the engine was opened",
                stats.uptime().toNanos() / NANOS_A_SECOND);
        text.gauge(
                "flowdb_background_failed",
                "1 if something failed in the background or writes are refused, see stats().lastBackgroundError, else 0",
                stats.lastBackgroundError() == null ? 0 : 1);
        return text.toString();
    }

    private static void records(PrometheusText text, EngineStats stats) {
        text.counter("flowdb_records_written_total", "Puts and deletes committed", stats.recordsWritten());
        text.counter("flowdb_written_bytes_total", "Encoded bytes committed", stats.bytesWritten());
        text.counter("flowdb_records_read_total", "Point reads, and records returned by scans", stats.recordsRead());
        text.counter("flowdb_read_bytes_total", "Keys and values returned by reads", stats.bytesRead());
        text.counter("flowdb_scans_total", "Walks opened", stats.scans());
        text.counter("flowdb_records_expired_total", "Records found expired", stats.recordsExpired());
        text.counter(
                "flowdb_write_stalls_total", "Times a writer waited for flushes or compactions", stats.writeStalls());
        text.counter(
                "flowdb_write_stall_seconds_total",
                "Time that writers waited for flushes or compactions",
                stats.writeStallNanos() / NANOS_A_SECOND);
        text.gauge(
                "flowdb_write_amplification",
                "Bytes written to log and tables for each byte committed",
                stats.writeAmplification());
    }

    private static void memory(PrometheusText text, EngineStats stats) {
        EngineStats.Memtables memtables = stats.memtables();
        text.gauge("flowdb_memtable_records", "Operations in all memtables", memtables.records());
        text.gauge("flowdb_memtable_bytes", "Size of all memtables", memtables.bytes());
        text.gauge("flowdb_memtables_frozen", "Memtables waiting for their flush", memtables.frozen());
        EngineStats.MemoryLimits limits = stats.memoryLimits();
        text.gauge("flowdb_memtable_limit_bytes", "Size at which a memtable is frozen", limits.memtableBytes());
        text.gauge("flowdb_block_cache_limit_bytes", "Capacity of the block cache", limits.cacheBytes());
        text.gauge("flowdb_index_memory_limit_bytes", "Most that indexes, locators, filters keep", limits.indexBytes());
    }

    private static void disk(PrometheusText text, EngineStats stats) {
        EngineStats.Tables tables = stats.tables();
        text.gauge("flowdb_sst_files", "Tables", tables.count());
        text.gauge("flowdb_sst_bytes", "Size of all tables", tables.bytes());
        text.gauge("flowdb_sst_records", "Entries in tables, tombstones and old versions too", tables.records());
        text.gauge("flowdb_block_index_entries", "Blocks known to the indexes", tables.blockIndexEntries());
        text.gauge("flowdb_index_memory_bytes", "Memory kept for indexes, locators, filters", tables.indexBytes());
        text.gauge("flowdb_time_buckets", "Buckets of the time index with tables", tables.timeBuckets());
        text.gauge(
                "flowdb_compression_ratio",
                "Bytes of keys and values for each byte of their blocks on disk",
                tables.compressionRatio());
        text.gauge("flowdb_wal_bytes", "Size of all log segments", stats.wal().bytes());
        text.counter(
                "flowdb_wal_syncs_total",
                "Forced writes of the log",
                stats.wal().syncs());
    }

    private static void caches(PrometheusText text, EngineStats stats) {
        EngineStats.Cache cache = stats.cache();
        text.counter("flowdb_block_cache_hits_total", "Block reads answered by the cache", cache.hits());
        text.counter("flowdb_block_cache_misses_total", "Block reads that went to the file", cache.misses());
        text.gauge("flowdb_block_cache_bytes", "Size of cached blocks", cache.bytes());
        EngineStats.Bloom bloom = stats.bloom();
        text.counter("flowdb_bloom_checks_total", "Times a filter was asked", bloom.checks());
        text.counter("flowdb_bloom_negatives_total", "Times a filter ruled a table out", bloom.negatives());
        text.counter(
                "flowdb_bloom_false_positives_total",
                "Times a filter let a search through in vain",
                bloom.falsePositives());
    }

    private static void background(PrometheusText text, EngineStats stats) {
        text.counter(
                "flowdb_flushes_total",
                "Memtables written to tables",
                stats.flushes().count());
        text.counter(
                "flowdb_flushed_bytes_total",
                "Size of the tables made by flushes",
                stats.flushes().bytes());
        last(
                text,
                "flowdb_last_flush_timestamp_seconds",
                "When the last flush ended",
                stats.flushes().last());
        EngineStats.Compactions compactions = stats.compactions();
        text.counter("flowdb_compactions_total", "Merges of tables", compactions.count());
        text.counter("flowdb_compaction_read_bytes_total", "Size of the tables merged", compactions.bytesIn());
        text.counter(
                "flowdb_compaction_written_bytes_total", "Size of the tables made by merges", compactions.bytesOut());
        last(text, "flowdb_last_compaction_timestamp_seconds", "When the last compaction ended", compactions.last());
        text.counter("flowdb_gc_runs_total", "Times expired tables were looked for", stats.gcRuns());
        text.counter(
                "flowdb_records_purged_total", "Entries in expired tables that were dropped", stats.recordsPurged());
        last(text, "flowdb_last_gc_timestamp_seconds", "When expired tables were last looked for", stats.lastGc());
    }

    private static void latencies(PrometheusText text, EngineStats.Latencies latencies) {
        latency(text, "write", "Commits", latencies.write());
        latency(text, "read", "Point reads, one in 64", latencies.read());
        latency(text, "scan", "Walks from opening to their end, one in 16", latencies.scan());
        latency(text, "flush", "Flushes", latencies.flush());
        latency(text, "sync", "Forced writes of the log", latencies.sync());
        latency(text, "compaction", "Compactions", latencies.compaction());
    }

    private static void latency(PrometheusText text, String operation, String what, Latency latency) {
        PrometheusText.Quantiles quantiles = new PrometheusText.Quantiles(
                latency.p50Micros() / MICROS_A_SECOND,
                latency.p90Micros() / MICROS_A_SECOND,
                latency.p99Micros() / MICROS_A_SECOND);
        text.summary(
                "flowdb_" + operation + "_latency_seconds",
                what + ": how long they took",
                quantiles,
                latency.totalMicros() / MICROS_A_SECOND,
                latency.timed());
        text.gauge(
                "flowdb_" + operation + "_latency_max_seconds",
                what + ": the longest",
                latency.maxMicros() / MICROS_A_SECOND);
    }

    /** Left out before the first time: 0 would look like the year 1970. */
    private static void last(PrometheusText text, String name, String help, @Nullable Instant at) {
        if (at != null) {
            text.gauge(name, help, at.getEpochSecond() + at.getNano() / NANOS_A_SECOND);
        }
    }
}
