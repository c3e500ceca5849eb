package io.flowdb.testing;

import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

/**
 * The content of one file: what programs read, and what would be left after a power cut. Guarded by its file system.
 *
 * <p>A block of {@link #BLOCK_BYTES} is the unit that reaches the disk whole or not at all. An unsynced block may be
 * found with any content it has had since the last sync, or as zeros if it never was durable; the length may be any
 * that the file has had. A sync that fails leaves blocks readable and forgets that they are not durable, as ext4, XFS
 * and Btrfs do, so that the next sync "succeeds".
 */
final class FaultyFile {
    static final int BLOCK_BYTES = 512;

    private static final int MAX_HISTORY = 6;

    private byte[] data = new byte[0];
    private long size;
    private byte[] durable = new byte[0];

    /** Contents that blocks have had since the last sync, the present one left out; the key is the block's number. */
    private final TreeMap<Integer, List<byte[]>> dirty = new TreeMap<>();

    /** Lengths since the last sync, the present one left out. */
    private final List<Long> sizes = new ArrayList<>();

    /** A file whose content is durable. */
    static FaultyFile durable(byte[] content) {
        FaultyFile file = new FaultyFile();
        file.data = content;
        file.size = content.length;
        file.durable = content.clone();
        return file;
    }

    /** An independent copy, with what is not durable yet. */
    FaultyFile copy() {
        FaultyFile copy = new FaultyFile();
        copy.data = data.clone();
        copy.size = size;
        copy.durable = durable.clone();
        dirty.forEach((block, earlier) -> copy.dirty.put(block, new ArrayList<>(earlier)));
        copy.sizes.addAll(sizes);
        return copy;
    }

    long size() {
        return size;
    }

    byte[] content() {
        return Arrays.copyOf(data, (int) size);
    }

    void write(ByteBuffer source, long position) {
        int length = source.remaining();
        if (length == 0) {
            return;
        }
        int end = Math.toIntExact(position + length);
        for (int block = (int) (position / BLOCK_BYTES); block * BLOCK_BYTES < end; block++) {
            remember(block);
        }
        if (end > data.length) {
            data = Arrays.copyOf(data, Math.max(end, data.length + data.length / 2));
        }
        source.get(data, (int) position, length);
        resize(Math.max(size, end));
    }

    int read(ByteBuffer target, long position) {
        int n = (int) Math.max(0, Math.min(target.remaining(), size - position));
        target.put(data, (int) Math.min(position, size), n);
        return n;
    }

    void truncate(long bytes) {
        if (bytes >= size) {
            return;
        }
        for (int block = (int) (bytes / BLOCK_BYTES); (long) block * BLOCK_BYTES < size; block++) {
            remember(block);
        }
        Arrays.fill(data, (int) bytes, (int) size, (byte) 0);
        resize(bytes);
    }

    void sync() {
        byte[] synced = Arrays.copyOf(durable, (int) size);
        for (int block : dirty.keySet()) {
            put(block(data, block), synced, block);
        }
        durable = synced;
        forgetDirty();
    }

    /** A sync that failed: nothing more is durable, and nothing is left to be synced. */
    void loseSync() {
        forgetDirty();
    }

    /** What a power cut leaves of the content. */
    byte[] afterPowerCut(Loss loss, Random random) {
        if (loss == Loss.ALL) {
            return durable.clone();
        }
        byte[] left = Arrays.copyOf(durable, (int) lengthAfter(loss, random));
        for (int block : dirty.keySet()) {
            put(blockAfter(block, loss, random), left, block);
        }
        return left;
    }

    private long lengthAfter(Loss loss, Random random) {
        if (loss != Loss.RANDOM || sizes.isEmpty()) {
            return size;
        }
        int pick = random.nextInt(sizes.size() + 2);
        if (pick == 0) {
            return durable.length;
        }
        return pick > sizes.size() ? size : sizes.get(pick - 1);
    }

    private byte[] blockAfter(int block, Loss loss, Random random) {
        byte[] now = block(data, block);
        if (loss == Loss.NONE) {
            return now;
        }
        List<byte[]> earlier = dirty.get(block);
        int pick = random.nextInt(earlier.size() + 3);
        if (pick < earlier.size()) {
            return earlier.get(pick);
        }
        if (pick == earlier.size() && block * BLOCK_BYTES < durable.length) {
            return block(durable, block);
        }
        return pick == earlier.size() ? new byte[BLOCK_BYTES] : now;
    }

    private void remember(int block) {
        List<byte[]> earlier = dirty.computeIfAbsent(block, b -> new ArrayList<>());
        if (earlier.size() < MAX_HISTORY) {
            earlier.add(block(data, block));
        }
    }

    private void resize(long to) {
        if (to != size) {
            sizes.add(size);
            size = to;
        }
    }

    private void forgetDirty() {
        dirty.clear();
        sizes.clear();
    }

    private static void put(byte[] content, byte[] to, int block) {
        int from = block * BLOCK_BYTES;
        if (from < to.length) {
            System.arraycopy(content, 0, to, from, Math.min(BLOCK_BYTES, to.length - from));
        }
    }

    private static byte[] block(byte[] from, int block) {
        int start = Math.min(block * BLOCK_BYTES, from.length);
        return Arrays.copyOf(Arrays.copyOfRange(from, start, Math.min(start + BLOCK_BYTES, from.length)), BLOCK_BYTES);
    }
}
