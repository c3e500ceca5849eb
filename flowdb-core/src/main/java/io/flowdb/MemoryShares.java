package io.flowdb;

import java.util.Arrays;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an engine really takes of the heap for its memtables, its block cache and its indexes: what the settings say,
 * unless all of them together are more than half of the heap beyond 32 MiB. Then those that want most get less, as the
 * engine would end with {@link OutOfMemoryError} instead: each gets what it wants up to a level that is the same for
 * all.
 *
 * @param memtableBytes size at which a memtable is frozen
 * @param cacheBytes capacity of the block cache
 * @param indexBytes memory for indexes, locators and filters
 */
record MemoryShares(long memtableBytes, long cacheBytes, long indexBytes) {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /*
     * The other half is for what no setting counts: arrays of a memtable that are half empty, as they grow by doubling,
     * batches, the log's buffers, what compactions build, and the application.
     */
    private static final double LARGEST_PART = 0.5;

    /** What compactions build and read ahead does not shrink with the heap. */
    private static final long FIXED_BYTES = 32 << 20;

    private static final double LEAST_PART = 0.125;

    private static final long MIN_MEMTABLE_BYTES = 64 << 10;

    static MemoryShares of(Config config, long heapBytes) {
        long memtables = config.maxFrozenMemtables() + 1L;
        double allowed = Math.max(heapBytes * LEAST_PART, (heapBytes - FIXED_BYTES) * LARGEST_PART);
        long most = level(
                allowed,
                (double) memtables * config.memtableSize(),
                config.blockCacheCapacity(),
                config.indexMemoryBudget());
        return new MemoryShares(
                Math.max(MIN_MEMTABLE_BYTES, Math.min(config.memtableSize(), most / memtables)),
                Math.min(config.blockCacheCapacity(), most),
                Math.min(config.indexMemoryBudget(), most));
    }

    /**
     * The most that each may get, so that all together get what is allowed: what some do not want is for the others.
     */
    private static long level(double allowed, double... wanted) {
        Arrays.sort(wanted);
        double left = allowed;
        for (int i = 0; i < wanted.length; i++) {
            double even = left / (wanted.length - i);
            if (wanted[i] > even) {
                return (long) even;
            }
            left -= wanted[i];
        }
        return Long.MAX_VALUE;
    }

    /** The settings, with these sizes; says so if they are smaller. */
    Config in(Config config) {
        if (memtableBytes < config.memtableSize()
                || cacheBytes < config.blockCacheCapacity()
                || indexBytes < config.indexMemoryBudget()) {
            LOG.info(
                    "The heap has no room for all that is set, so bytes are: of a memtable {} (set: {}),"
                            + " of the block cache {} (set: {}), of indexes {} (set: {})",
                    memtableBytes,
                    config.memtableSize(),
                    cacheBytes,
                    config.blockCacheCapacity(),
                    indexBytes,
                    config.indexMemoryBudget());
        }
        return config.toBuilder()
                .memtableSize(memtableBytes)
                .blockCacheCapacity(cacheBytes)
                .indexMemoryBudget(indexBytes)
                .build();
    }
}
