package io.flowdb.internal.sstable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bounds the memory of block indexes, locators and filters of all tables of an engine. What does not fit is read when
 * it is needed, partition by partition, through the block cache; a table without its locator is searched by filter and
 * index.
 *
 * <p>Not counted, as they are always in memory: of each table its range tombstones, an entry for each
 * {@value SstWriter#PARTITION_BLOCKS} data blocks, and the slots of {@link BlockSlots}, 13 to 25 bytes for each data
 * block. Threads: any.
 */
public final class IndexMemory {
    private final long capacityBytes;
    private final AtomicLong usedBytes = new AtomicLong();
    private final ReentrantLock settleLock = new ReentrantLock(); // rank 55, docs/concurrency.md

    /** Parts of a table in the order in which memory is given to them: an index is small and every search needs it. */
    enum Part {
        INDEX,
        LOCATOR,
        FILTER
    }

    /** Whether a part of a table is to be in memory. */
    private record Decision(SstReader table, Part part, boolean kept) {}

    /** {@code capacityBytes} is the most that all tables may keep together; 0 for nothing. */
    public IndexMemory(long capacityBytes) {
        this.capacityBytes = capacityBytes;
    }

    /** Bytes kept at the moment; never above the capacity. */
    public long usedBytes() {
        return usedBytes.get();
    }

    /**
     * Keeps what fits and lets go of the rest: first the indexes of the tables in their order, then their locators,
     * then their filters. Reads what is missing. The tables are held open by the caller; others that are still open
     * keep what they have until they are closed.
     */
    public void settle(List<SstReader> tables) {
        settleLock.lock();
        try {
            List<Decision> decisions = decide(tables);
            for (Decision decision : decisions) {
                if (!decision.kept()) {
                    decision.table().drop(decision.part());
                }
            }
            for (Decision decision : decisions) {
                if (decision.kept()) {
                    decision.table().keep(decision.part());
                }
            }
        } finally {
            settleLock.unlock();
        }
    }

    private List<Decision> decide(List<SstReader> tables) {
        List<Decision> decisions = new ArrayList<>();
        long left = capacityBytes;
        for (Part part : Part.values()) {
            for (SstReader table : tables) {
                long needed = table.neededBytes(part);
                boolean fits = needed <= left;
                left -= fits ? needed : 0;
                decisions.add(new Decision(table, part, fits));
            }
        }
        return decisions;
    }

    /** Takes memory if there is enough left. */
    boolean reserve(long bytes) {
        long used = usedBytes.get();
        while (bytes <= capacityBytes - used) {
            if (usedBytes.compareAndSet(used, used + bytes)) {
                return true;
            }
            used = usedBytes.get();
        }
        return false;
    }

    /** Gives memory back. */
    void release(long bytes) {
        usedBytes.addAndGet(-bytes);
    }
}
