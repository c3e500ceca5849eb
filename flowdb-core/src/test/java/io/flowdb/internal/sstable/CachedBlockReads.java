package io.flowdb.internal.sstable;

import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.cache.BlockCache;
import java.util.Arrays;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;

/**
 * The blocks of a table in a cache with room for two of its three, for Lincheck: a hit without a lock, an eviction that
 * clears the slot, the words of a block's keys made beside both. When all is quiet the bytes counted are those of the
 * blocks in the slots, and within the capacity, and no words are left of a block that is gone.
 *
 * <p>A reader that brings a block which it found missing a while ago is an operation of its own: it takes one switch
 * between threads, not three, for it to meet an eviction.
 */
@Param(name = "block", gen = IntGen.class, conf = "0:2")
public class CachedBlockReads {
    /** Reads words of bytes that never change. */
    public static final String BLOCK_KEYS = BlockKeys.class.getName();

    private static final int BLOCKS = 3;
    private static final int KEYS = 12;
    private static final int CAPACITY_BLOCKS = 2;

    /**
     * Blocks so far apart are in the same one of 64 shards: a search through the others would be most of what threads
     * do, and would hide the rest.
     */
    private static final int APART = 64;

    private static final byte[][] STORED = new byte[BLOCKS][];
    private static final long[][] STORED_KEYS = new long[BLOCKS][];
    private static final int WEIGHT_BYTES;

    static {
        for (int number = 0; number < BLOCKS; number++) {
            STORED[number] = block(number);
            STORED_KEYS[number] = BlockKeys.of(STORED[number]);
        }
        BlockCache one = new BlockCache(1 << 20);
        new BlockSlots(1, one).add(0, STORED[0]);
        WEIGHT_BYTES = (int) one.usedBytes();
    }

    private final BlockCache cache = new BlockCache((long) CAPACITY_BLOCKS * WEIGHT_BYTES);
    private final BlockSlots slots = new BlockSlots((BLOCKS - 1) * APART + 1, cache);

    private static byte[] block(int number) {
        BlockBuilder builder = new BlockBuilder();
        ShownEntry shown = new ShownEntry();
        for (int i = 0; i < KEYS; i++) {
            byte[] key = {(byte) number, (byte) i};
            shown.showKey(key, 0, key.length);
            shown.showTimes((byte) 1, 0, 1, Long.MAX_VALUE);
            shown.showValue(key, 0, key.length);
            builder.add(shown);
        }
        return Arrays.copyOf(builder.finish(), builder.finishedBytes());
    }

    /**
     * Reads a block, from its slot or anew, and the words of its keys; says which block it was, or -1 for the keys of
     * another one.
     */
    @Operation
    public int read(@Param(name = "block") int number) {
        byte[] block = slots.get(number * APART);
        if (block == null) {
            block = STORED[number].clone();
            slots.add(number * APART, block);
        }
        return shown(number, block);
    }

    private int shown(int number, byte[] block) {
        int found = block[BlockBuilder.HEADER_BYTES + BlockBuilder.KEY_AT];
        long[] keys = slots.keys(number * APART, block);
        return keys == null || Arrays.equals(keys, STORED_KEYS[found]) ? found : -1;
    }

    /** Brings a block that was missing some time ago. */
    @Operation
    public void add(@Param(name = "block") int number) {
        slots.add(number * APART, STORED[number].clone());
    }

    /** Lets all blocks go, as if their file were gone. */
    @Operation
    public void clear() {
        slots.clear();
    }

    /** When nothing runs. */
    @Validate
    public void slotsAndCacheAgree() {
        int blocks = 0;
        for (int number = 0; number < BLOCKS; number++) {
            blocks += slots.peek(number * APART) == null ? 0 : 1;
        }
        if (cache.usedBytes() != (long) blocks * WEIGHT_BYTES || blocks > CAPACITY_BLOCKS) {
            throw new IllegalStateException(blocks + " blocks in slots, bytes counted: " + cache.usedBytes());
        }
        for (int number = 0; number < BLOCKS; number++) {
            if (slots.peek(number * APART) == null) {
                byte[] fresh = STORED[number].clone();
                slots.add(number * APART, fresh);
                if (slots.peek(number * APART) != fresh || slots.keys(number * APART, fresh) != null) {
                    throw new IllegalStateException("something was left of block " + number);
                }
            }
        }
    }
}
