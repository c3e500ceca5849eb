package io.flowdb;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an engine really takes of the heap for its memtables, its block cache and its indexes: what the settings say, unless all of them together are more
 * than half of the heap beyond 32 MiB. Then each gets less, in proportion, as the engine would end with {@link OutOfMemoryError} instead.
 *
 * @param memtableBytes size at which a memtable is frozen
 * @param cacheBytes capacity of the block cache
 * @param indexBytes memory for indexes, locators and filters
 */
record MemoryShares(long memtableBytes, long cacheBytes, long indexBytes) {
    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);

    /*
     * The other half is for what no setting counts: arrays of a memtable that are half empty, as they grow by doubling, batches, the log's buffers,
     * what compactions build, and the application.
     */
    private static final double LARGEST_PART = 0.5;

    /** What compactions build and read ahead does not shrink with the heap. */
    private static final long FIXED_BYTES = 32 << 20;

    private static final double LEAST_PART = 0.125;

    private static final long MIN_MEMTABLE_BYTES = 64 << 10;

    static MemoryShares of(Config config, long heapBytes) {
        double wanted = (config.maxFrozenMemtables() + 1.0) * config.memtableSize()
                + config.blockCacheCapacity()
                + config.indexMemoryBudget();
        double allowed = Math.max(heapBytes * LEAST_PART, (heapBytes - FIXED_BYTES) * LARGEST_PART);
        double part = Math.min(1, allowed / wanted);
        return new MemoryShares(
                Math.max(MIN_MEMTABLE_BYTES, (long) (config.memtableSize() * part)),
                (long) (config.blockCacheCapacity() * part),
                (long) (config.indexMemoryBudget() * part));
    }

    /** The settings, with these sizes; says so if they are smaller. */
    Config in(Config config) {
        if (memtableBytes < config.memtableSize()) {
            LOG.info(
                    "The heap has no room for all that is set: memtables of {} bytes instead of {}, a block cache of {} instead of {}, indexes of {} instead of {}",
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
