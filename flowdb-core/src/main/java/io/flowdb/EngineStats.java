package io.flowdb;

import org.jspecify.annotations.Nullable;

/**
 * Figures of an engine since it was opened. Counters only rise; sizes are bytes.
 *
 * @param recordsWritten puts and deletes committed
 * @param bytesWritten encoded bytes committed
 * @param recordsRead records returned by scans, and point reads
 * @param recordsExpired records found expired
 * @param memtables records in memory
 * @param tables tables on disk
 * @param wal the log
 * @param cache the block cache
 * @param bloom the filters
 * @param flushes memtables written to tables
 * @param compactions tables merged
 * @param gcRuns times expired tables were looked for
 * @param recordsPurged entries in the expired tables that were dropped
 * @param writeStalls times a writer had to wait for flushes
 * @param writeStallNanos how long they waited together
 * @param liveSnapshots open snapshots
 * @param lastBackgroundError what a failed flush or a refused write says, or null
 */
public record EngineStats(
        long recordsWritten,
        long bytesWritten,
        long recordsRead,
        long recordsExpired,
        Memtables memtables,
        Tables tables,
        Wal wal,
        Cache cache,
        Bloom bloom,
        Flushes flushes,
        Compactions compactions,
        long gcRuns,
        long recordsPurged,
        long writeStalls,
        long writeStallNanos,
        int liveSnapshots,
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
     * @param records entries in them, tombstones and old versions included
     * @param blockIndexEntries blocks known to the indexes
     */
    public record Tables(int count, long bytes, long records, long blockIndexEntries) {}

    /**
     * The log.
     *
     * @param bytes of all segments
     * @param syncs times it was forced to disk by commits
     * @param syncNanos how long that took together
     */
    public record Wal(long bytes, long syncs, long syncNanos) {}

    /**
     * The block cache.
     *
     * @param hits block reads answered by the cache
     * @param misses block reads that went to the file
     * @param bytes in use
     */
    public record Cache(long hits, long misses, long bytes) {}

    /**
     * The filters.
     *
     * @param checks times a filter was asked
     * @param negatives times it ruled a file out
     * @param falsePositives times it did not and the key was absent
     */
    public record Bloom(long checks, long negatives, long falsePositives) {}

    /**
     * Memtables written to tables.
     *
     * @param count finished flushes
     * @param bytes of the tables they made
     * @param nanos how long they took together
     */
    public record Flushes(long count, long bytes, long nanos) {}

    /**
     * Tables merged.
     *
     * @param count finished compactions
     * @param bytesIn of the tables read
     * @param bytesOut of the tables written
     * @param nanos how long they took together
     */
    public record Compactions(long count, long bytesIn, long bytesOut, long nanos) {}
}
