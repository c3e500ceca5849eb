package io.flowdb.internal.memtable;

import io.flowdb.internal.base.OpCodec;
import java.util.Arrays;

/**
 * Encoded operations in large byte arrays, addressed by chunk and offset. Only grows.
 *
 * <p>Threads: one writer. A reader may read an operation whose address it got through an acquiring read behind the
 * write.
 */
final class Arena {
    private static final int FIRST_CHUNK_BYTES = 64 << 10;
    private static final int CHUNK_BYTES = 1 << 20;

    private volatile byte[][] chunks = new byte[4][]; // replaced by the writer when it is full
    private int chunk = -1;
    private int used;

    /** Copies the operation at {@code at} and returns its address: chunk in the high half, offset in the low half. */
    long add(byte[] from, int at) {
        int length = OpCodec.length(from, at);
        if (chunk < 0 || chunks[chunk].length - used < length) {
            openChunk(length);
        }
        System.arraycopy(from, at, chunks[chunk], used, length);
        long address = (long) chunk << 32 | used;
        used += length;
        return address;
    }

    byte[] chunk(int index) {
        return chunks[index];
    }

    private void openChunk(int needed) {
        chunk++;
        byte[][] table = chunks;
        if (chunk == table.length) {
            table = Arrays.copyOf(table, 2 * table.length);
        }
        table[chunk] = new byte[Math.max(needed, chunk == 0 ? FIRST_CHUNK_BYTES : CHUNK_BYTES)];
        used = 0;
        chunks = table;
    }
}
