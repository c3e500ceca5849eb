package io.flowdb.internal.sstable;

import java.util.Arrays;

/**
 * Reads the stored data blocks that a walk misses in the cache. From the second neighbour in a row on it reads several
 * at once, in the direction of the walk: 2, 4, then {@value #MOST_BLOCKS}. So a look at one place reads no more than it
 * needs. Threads: one.
 */
final class ReadAhead {
    private static final int MOST_BLOCKS = 8;
    private static final int MOST_BYTES = 64 << 10;

    private final SstReader reader;
    private byte[] window = new byte[0];
    private long windowStart;
    private int blocks = 1;
    private int last = -2;

    ReadAhead(SstReader reader) {
        this.reader = reader;
    }

    /** The block as it is stored, with its trailer; {@code index} is its partition. */
    byte[] stored(int number, IndexPartition index) {
        BlockHandle handle = index.handle(number % SstWriter.PARTITION_BLOCKS);
        long end = end(handle);
        if (handle.offset() < windowStart || end > windowStart + window.length) {
            blocks = Math.abs(number - last) == 1 ? Math.min(2 * blocks, MOST_BLOCKS) : 1;
            fill(number % SstWriter.PARTITION_BLOCKS, number < last ? -1 : 1, index);
        }
        last = number;
        int from = (int) (handle.offset() - windowStart);
        int to = (int) (end - windowStart);
        return from == 0 && to == window.length ? window : Arrays.copyOfRange(window, from, to);
    }

    /** Reads blocks of one partition. */
    private void fill(int number, int step, IndexPartition index) {
        BlockHandle lowest = index.handle(number);
        BlockHandle highest = lowest;
        for (int i = 1; i < blocks; i++) {
            int next = number + i * step;
            if (next < 0 || next >= index.count()) {
                break;
            }
            BlockHandle handle = index.handle(next);
            BlockHandle newLowest = step > 0 ? lowest : handle;
            BlockHandle newHighest = step > 0 ? handle : highest;
            if (end(newHighest) - newLowest.offset() > MOST_BYTES) {
                break;
            }
            lowest = newLowest;
            highest = newHighest;
        }
        windowStart = lowest.offset();
        window = reader.file().stored(windowStart, end(highest) - windowStart);
    }

    private static long end(BlockHandle handle) {
        return handle.offset() + handle.length() + BlockTrailer.BYTES;
    }
}
