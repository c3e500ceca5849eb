package io.flowdb.benchmarks.engine;

import java.nio.file.Path;

/**
 * What a workload asks of a store; the same for every engine.
 *
 * @param dir of the database, created if missing
 * @param keyBytes length of every key
 * @param timestamps whether a ts belongs to each key
 * @param durability of a commit
 * @param cacheBytes of the block cache
 * @param memtableBytes of writes gathered in memory before they are flushed
 */
public record StoreOptions(
        Path dir, int keyBytes, boolean timestamps, Durability durability, long cacheBytes, long memtableBytes) {

    /** Cache of the suites, where nothing else is said. */
    public static final long CACHE_BYTES = 128L << 20;

    /** Write buffer of the suites. */
    public static final long MEMTABLE_BYTES = 64L << 20;

    /** The same in another directory. */
    public StoreOptions in(Path otherDir) {
        return new StoreOptions(otherDir, keyBytes, timestamps, durability, cacheBytes, memtableBytes);
    }

    /** The same with another cache. */
    public StoreOptions withCacheBytes(long bytes) {
        return new StoreOptions(dir, keyBytes, timestamps, durability, bytes, memtableBytes);
    }
}
