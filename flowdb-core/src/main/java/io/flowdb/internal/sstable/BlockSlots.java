package io.flowdb.internal.sstable;

import io.flowdb.internal.cache.BlockCache;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The data blocks of one table that are in memory, by their number: a hit is one read of an array, without a lock.
 *
 * <p>Threads: any. Blocks are never changed and stay valid for whoever holds them, also when the cache lets go of them.
 */
final class BlockSlots {
    /*
     * The bytes stand in the array itself, not behind an object of the cache, and the marks of hits beside them: a
     * point read is bound by cache misses, and each hop is one.
     */
    private static final VarHandle BYTES = MethodHandles.arrayElementVarHandle(byte[][].class);
    private static final VarHandle KEYS = MethodHandles.arrayElementVarHandle(long[][].class);
    private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(CachedBlock[].class);
    private static final int OVERHEAD_BYTES = 64;

    private final BlockCache cache;
    private final byte[] @Nullable [] blocks;

    /** Owners of the slots: whoever gets in here may set and clear the bytes. */
    private final @Nullable CachedBlock[] entries;

    private final long[] @Nullable [] keys; // for searches in blocks that are in memory, made when wanted
    private final boolean[] hits; // racy on purpose: a lost update costs one second chance

    BlockSlots(int count, BlockCache cache) {
        this.cache = cache;
        this.blocks = new byte[count][];
        this.entries = new CachedBlock[count];
        this.keys = new long[count][];
        this.hits = new boolean[count];
    }

    int count() {
        return hits.length;
    }

    /** The block if it is in memory, without counting that as a hit. */
    byte @Nullable [] peek(int number) {
        return (byte[]) BYTES.getAcquire(blocks, number);
    }

    /** The block if it is in memory; counts as a hit for the cache's second chance. */
    byte @Nullable [] get(int number) {
        byte[] block = (byte[]) BYTES.getAcquire(blocks, number);
        if (block != null && !hits[number]) {
            hits[number] = true;
        }
        return block;
    }

    /**
     * The {@link BlockKeys} of a block that was found in memory at least once; null if it has none, or is not the one
     * in memory. A block that is read, searched and evicted is not worth them.
     */
    long @Nullable [] keys(int number, byte[] block) {
        if (BYTES.getAcquire(blocks, number) != block) {
            return null;
        }
        long[] made = (long[]) KEYS.getAcquire(keys, number);
        return made != null || !hits[number] ? made : makeKeys(number, block);
    }

    private long @Nullable [] makeKeys(int number, byte[] block) {
        long[] made = BlockKeys.of(block);
        if (made != null) {
            KEYS.setVolatile(keys, number, made);
            if (BYTES.getVolatile(blocks, number)
                    != block) { // evicted meanwhile, perhaps before there were keys to drop
                KEYS.setRelease(keys, number, null);
            }
        }
        return made;
    }

    /** Offers a block that was read to the cache, which makes room for its {@link BlockKeys} as well. */
    void add(int number, byte[] block) {
        CachedBlock entry = new CachedBlock(number, OVERHEAD_BYTES + block.length + BlockKeys.mostBytes(block));
        if (ENTRY.compareAndSet(entries, number, null, entry)) {
            hits[number] = false;
            BYTES.setRelease(blocks, number, block);
            if (!cache.add(entry)) {
                entry.evicted();
            }
        }
    }

    /** Takes all blocks out of the cache. */
    void clear() {
        for (CachedBlock entry : entries) {
            if (entry != null) {
                cache.remove(entry);
            }
        }
    }

    private final class CachedBlock extends BlockCache.Entry {
        private final int number;

        CachedBlock(int number, int weightBytes) {
            super(weightBytes);
            this.number = number;
        }

        @Override
        protected int shardHash() {
            return System.identityHashCode(BlockSlots.this) + number;
        }

        @Override
        protected boolean takeHit() {
            boolean hit = hits[number];
            hits[number] = false;
            return hit;
        }

        @Override
        protected void evicted() {
            BYTES.setRelease(blocks, number, null);
            KEYS.setRelease(keys, number, null);
            ENTRY.setRelease(entries, number, null);
        }
    }
}
