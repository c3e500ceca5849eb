package io.flowdb.internal.cache;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the memory of cached blocks. It does not find blocks: each file keeps an array of its own blocks, and an entry
 * that is evicted removes itself from there. So a hit costs an array read and no lock.
 *
 * <p>Eviction is by clock (second chance) in {@value #SHARDS} shards: an entry starts without its second chance and
 * earns it with the first hit, so a scan that reads each block once does not push out what is read again and again.
 * Threads: any.
 */
public final class BlockCache {
    private static final int SHARDS = 64;

    private final long capacityBytes;
    private final Shard[] shards = new Shard[SHARDS];
    private final AtomicLong usedBytes = new AtomicLong();
    private final LongAdder hits = new LongAdder();
    private final LongAdder misses = new LongAdder();

    /** Something of known size that lies in the cache. */
    public abstract static class Entry {
        private final int weightBytes;
        private int ring = -1; // guarded by the lock of its shard; -1 = not in the cache

        /** {@code weightBytes} is what the entry keeps alive. */
        protected Entry(int weightBytes) {
            this.weightBytes = weightBytes;
        }

        /** Number that spreads entries over shards; constant. */
        protected abstract int shardHash();

        /** Called once when the entry leaves the cache; must only drop references. */
        protected abstract void evicted();

        /** Whether the entry was hit since this was asked last. */
        protected abstract boolean takeHit();
    }

    /** An empty cache; {@code capacityBytes} 0 keeps nothing. */
    public BlockCache(long capacityBytes) {
        this.capacityBytes = capacityBytes;
        Arrays.setAll(shards, i -> new Shard());
    }

    /** Takes an entry in and evicts others as needed. False if it is too large to be kept at all. */
    public boolean add(Entry entry) {
        if (entry.weightBytes > capacityBytes / 2) {
            return false;
        }
        int home = Math.floorMod(entry.shardHash(), SHARDS);
        usedBytes.addAndGet(entry.weightBytes);
        shards[home].insert(entry);
        for (int i = 0; i < SHARDS && usedBytes.get() > capacityBytes; i++) {
            shards[(home + i) % SHARDS].evictWhileOver(entry);
        }
        return true;
    }

    /** Lets an entry go before its time, as its file is gone. No effect if it has left already. */
    public void remove(Entry entry) {
        shards[Math.floorMod(entry.shardHash(), SHARDS)].remove(entry);
    }

    /** Counts a look-up that found its data block. */
    public void countHit() {
        hits.increment();
    }

    /** Counts a look-up that had to read its data block from disk. */
    public void countMiss() {
        misses.increment();
    }

    /** Look-ups that found their data block. */
    public long hits() {
        return hits.sum();
    }

    /** Look-ups that had to read their data block from disk. */
    public long misses() {
        return misses.sum();
    }

    /** Bytes of all entries. */
    public long usedBytes() {
        return usedBytes.get();
    }

    private final class Shard {
        private final ReentrantLock lock = new ReentrantLock(); // rank 80, docs/concurrency.md

        @GuardedBy("lock")
        private @Nullable Entry[] ring = new Entry[16];

        @GuardedBy("lock")
        private int count;

        @GuardedBy("lock")
        private int hand;

        void insert(Entry entry) {
            lock.lock();
            try {
                if (count == ring.length) {
                    ring = Arrays.copyOf(ring, 2 * count);
                }
                entry.ring = count;
                ring[count++] = entry;
            } finally {
                lock.unlock();
            }
        }

        void remove(Entry entry) {
            lock.lock();
            try {
                if (entry.ring >= 0) {
                    take(entry);
                }
            } finally {
                lock.unlock();
            }
        }

        void evictWhileOver(Entry keep) {
            lock.lock();
            try {
                for (int left = 2 * count; left > 0 && count > 0 && usedBytes.get() > capacityBytes; left--) {
                    hand = hand >= count ? 0 : hand;
                    Entry candidate = ring[hand];
                    if (candidate == null || candidate == keep) {
                        hand++;
                    } else if (candidate.takeHit()) {
                        hand++;
                    } else {
                        take(candidate);
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        @GuardedBy("lock")
        private void take(Entry entry) {
            Entry last = ring[--count];
            ring[count] = null;
            if (last != null && last != entry) {
                ring[entry.ring] = last;
                last.ring = entry.ring;
            }
            entry.ring = -1;
            usedBytes.addAndGet(-entry.weightBytes);
            entry.evicted();
        }
    }
}
