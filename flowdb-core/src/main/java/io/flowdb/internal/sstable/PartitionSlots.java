package io.flowdb.internal.sstable;

import io.flowdb.internal.base.StackRoom;
import io.flowdb.internal.cache.BlockCache;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.IntFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The partitions of the index, or of the filter, of one table that are in memory: kept within the budget of
 * {@link IndexMemory}, or for a while in the block cache. Others are read when they are asked for. The cache's hits and
 * misses are those of data blocks: partitions count in neither.
 *
 * <p>Threads: any may ask; one at a time keeps and drops. A partition stays valid for whoever holds it.
 */
final class PartitionSlots<T> {
    private final AtomicReferenceArray<@Nullable Held<T>> slots;
    private final IntFunction<T> reader;
    private final ToLongFunction<T> size;
    private final BlockCache cache;
    private final IndexMemory memory;

    /** {@code reader} reads a partition by its number, {@code size} says what it takes in memory. */
    PartitionSlots(int count, IntFunction<T> reader, ToLongFunction<T> size, BlockCache cache, IndexMemory memory) {
        this.slots = new AtomicReferenceArray<>(count);
        this.reader = reader;
        this.size = size;
        this.cache = cache;
        this.memory = memory;
    }

    int count() {
        return slots.length();
    }

    /** A partition, from memory if it is there. */
    T get(int number) {
        Held<T> held = slots.get(number);
        if (held != null) {
            held.touch();
            return held.value;
        }
        StackRoom.checkForRead();
        T value = reader.apply(number);
        Held<T> fresh = held(number, value, false);
        if (slots.compareAndSet(number, null, fresh)) {
            boolean added = cache.add(fresh);
            if (!added) {
                slots.compareAndSet(number, fresh, null);
            } else if (slots.get(number) != fresh) {
                cache.remove(fresh);
            }
        }
        return value;
    }

    /** Reads the partitions that are not kept yet and keeps them, as long as there is memory. */
    void keepAll() {
        for (int i = 0; i < slots.length(); i++) {
            Held<T> held = slots.get(i);
            if (held != null && held.kept) {
                continue;
            }
            Held<T> kept = held(i, held != null ? held.value : reader.apply(i), true);
            if (!memory.reserve(kept.bytes)) {
                return;
            }
            Held<T> before = slots.getAndSet(i, kept);
            if (before != null) {
                cache.remove(before);
            }
        }
    }

    /** Lets go of the partitions that are kept. */
    void dropAll() {
        for (int i = 0; i < slots.length(); i++) {
            Held<T> held = slots.get(i);
            if (held != null && held.kept && slots.compareAndSet(i, held, null)) {
                memory.release(held.bytes);
            }
        }
    }

    /** Lets go of everything. */
    void clear() {
        dropAll();
        for (int i = 0; i < slots.length(); i++) {
            Held<T> held = slots.getAndSet(i, null);
            if (held != null) {
                cache.remove(held);
            }
        }
    }

    /** What keeping them all takes; {@code estimate} stands for a partition that is not in memory. */
    long bytes(ToLongFunction<Integer> estimate) {
        long total = 0;
        for (int i = 0; i < slots.length(); i++) {
            Held<T> held = slots.get(i);
            total += held != null ? held.bytes : estimate.applyAsLong(i);
        }
        return total;
    }

    private Held<T> held(int number, T value, boolean kept) {
        return new Held<>(slots, number, value, size.applyAsLong(value), kept);
    }

    private static final class Held<T> extends BlockCache.Entry {
        private final AtomicReferenceArray<@Nullable Held<T>> slots;
        private final int number;
        private final T value;
        private final long bytes;
        private final boolean kept;
        private boolean hit; // racy on purpose: a lost update costs one second chance

        Held(AtomicReferenceArray<@Nullable Held<T>> slots, int number, T value, long bytes, boolean kept) {
            super((int) Math.min(Integer.MAX_VALUE, bytes));
            this.slots = slots;
            this.number = number;
            this.value = value;
            this.bytes = bytes;
            this.kept = kept;
        }

        void touch() {
            if (!kept && !hit) {
                hit = true;
            }
        }

        @Override
        protected int shardHash() {
            return System.identityHashCode(slots) + number;
        }

        @Override
        protected boolean takeHit() {
            boolean before = hit;
            hit = false;
            return before;
        }

        @Override
        protected void evicted() {
            slots.compareAndSet(number, this, null);
        }
    }
}
