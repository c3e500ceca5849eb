package io.flowdb;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Figures of an engine since it was opened. Counters are exact and only rise; sizes are bytes.
 * {@link Engine#prometheusText()} has the same figures. Taken while others work, so figures that belong together may be
 * a few operations apart.
 *
 * @param recordsWritten puts and deletes committed
 * @param bytesWritten encoded bytes committed
 * @param recordsRead point reads, found or not, and records returned by scans; counted when a scan ends or is closed
 * @param bytesRead keys and values of the records returned by both
 * @param scans walks opened, queries included
 * @param recordsExpired records found expired
 * @param memtables records in memory
 * @param tables tables on disk
 * @param wal the log
 * @param cache the block cache
 * @param bloom the filters
 * @param memoryLimits what the engine takes of the heap at most: what is set, or less in a small heap
 * @param flushes memtables written to tables
 * @param compactions tables merged
 * @param gcRuns times expired tables were looked for
 * @param recordsPurged entries in the expired tables that were dropped
 * @param lastGc when the last look for expired tables ended, by the engine's clock; null before the first
 * @param writeStalls times a writer had to wait for flushes or compactions
 * @param writeStallNanos how long they waited together
 * @param writeAmplification bytes written to log, flushed and compacted for each byte committed, the log counted as the
 *     bytes committed; 0 before the first write
 * @param latencies how long operations took
 * @param liveSnapshots open snapshots
 * @param uptime since the engine was opened
 * @param lastBackgroundError what a failed flush, compaction or drop of expired tables, a refused write or a file that
 *     could not be deleted says, or null
 */
public record EngineStats(
        long recordsWritten,
        long bytesWritten,
        long recordsRead,
        long bytesRead,
        long scans,
        long recordsExpired,
        Memtables memtables,
        Tables tables,
        Wal wal,
        Cache cache,
        Bloom bloom,
        MemoryLimits memoryLimits,
        Flushes flushes,
        Compactions compactions,
        long gcRuns,
        long recordsPurged,
        @Nullable Instant lastGc,
        long writeStalls,
        long writeStallNanos,
        double writeAmplification,
        Latencies latencies,
        int liveSnapshots,
        Duration uptime,
        @Nullable String lastBackgroundError) {

    /**
     * Records in memory.
     *
     * @param records operations in all memtables
     * @param bytes their size
     * @param frozen memtables waiting for their flush
     */
    public record Memtables(long records, long bytes, int frozen) {}

    /**
     * Tables on disk.
     *
     * @param count of files
     * @param bytes of all files
     * @param records entries in them, old versions and tombstones of single versions included
     * @param blockIndexEntries blocks known to the indexes
     * @param indexBytes memory that their block indexes, locators and filters keep, at most
     *     {@code Config.indexMemoryBudget}
     * @param timeBuckets buckets of the time index that tables are entered in; a table over more than 64 buckets stands
     *     beside them
     * @param compressionRatio bytes of keys and values for each byte of their blocks on disk, as keys shared, packed
     *     and compressed; 1 if there are no tables
     */
    public record Tables(
            int count,
            long bytes,
            long records,
            long blockIndexEntries,
            long indexBytes,
            int timeBuckets,
            double compressionRatio) {}

    /**
     * The log.
     *
     * @param bytes of all segments, without what is preallocated
     * @param syncs times it was written and forced to disk
     * @param syncNanos how long that took together
     */
    public record Wal(long bytes, long syncs, long syncNanos) {}

    /**
     * The block cache.
     *
     * @param hits reads of data blocks answered by the cache
     * @param misses reads of data blocks that went to the file
     * @param bytes in use
     */
    public record Cache(long hits, long misses, long bytes) {}

    /**
     * The filters.
     *
     * @param checks times a filter, or the locator of a table, was asked
     * @param negatives times it ruled a file out
     * @param falsePositives times it did not and what was sought was absent
     */
    public record Bloom(long checks, long negatives, long falsePositives) {}

    /**
     * What an engine takes of the heap at most. It is less than the settings say if all of them together are more than
     * half of the heap beyond 32 MiB.
     *
     * @param memtableBytes size at which a memtable is frozen; there are up to {@code Config.maxFrozenMemtables} and
     *     one
     * @param cacheBytes capacity of the block cache
     * @param indexBytes memory for block indexes, locators and filters
     */
    public record MemoryLimits(long memtableBytes, long cacheBytes, long indexBytes) {}

    /**
     * Memtables written to tables.
     *
     * @param count finished flushes
     * @param bytes of the tables they made
     * @param nanos how long they took together
     * @param last when the last one ended, by the engine's clock; null before the first
     */
    public record Flushes(
            long count, long bytes, long nanos, @Nullable Instant last) {}

    /**
     * Tables merged.
     *
     * @param count finished compactions
     * @param bytesIn of the tables read, also by the steps of a compaction that failed later
     * @param bytesOut of the tables written, also by such steps
     * @param nanos how long they took together
     * @param last when the last one ended, by the engine's clock; null before the first
     */
    public record Compactions(
            long count,
            long bytesIn,
            long bytesOut,
            long nanos,
            @Nullable Instant last) {}

    /**
     * How long operations took. Every write, sync, flush and compaction is timed; of point reads and scans a sample,
     * since a clock read takes a good part of the time of a point read: one in 64 point reads and one in 16 scans, the
     * first of a thread among them.
     *
     * @param write commits, from the call to the return, waits included
     * @param read point reads
     * @param scan walks, from opening to their end or close, with what the caller did between the steps
     * @param flush memtables written to tables
     * @param sync writes of the log that force it to disk
     * @param compaction merges of tables
     */
    public record Latencies(
            Latency write, Latency read, Latency scan, Latency flush, Latency sync, Latency compaction) {}

    /**
     * Durations of one kind of operation, in microseconds; quantiles are at most 3.2 % too high. All zero if nothing
     * was timed.
     *
     * @param timed number of durations
     * @param totalMicros their sum
     * @param p50Micros half of them are not longer
     * @param p90Micros 90 % of them are not longer
     * @param p99Micros 99 % of them are not longer
     * @param maxMicros the longest
     */
    public record Latency(
            long timed, double totalMicros, double p50Micros, double p90Micros, double p99Micros, double maxMicros) {}
}
