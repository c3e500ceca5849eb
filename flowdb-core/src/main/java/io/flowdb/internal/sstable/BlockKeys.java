package io.flowdb.internal.sstable;

import io.flowdb.internal.base.Keys;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a search in a block begins with: the {@linkplain KeyWords words} of every fourth key and where these entries
 * are. A search in the block itself meets a dozen cache lines, each behind the other; this one two or three, and those
 * of the entry. Made in memory for blocks that are searched again.
 *
 * <p>Layout: number of words &lt;&lt; 32 | bytes that all keys have in common, the words, offsets of the entries, four
 * to a number, the first one lowest. Stateless.
 */
final class BlockKeys {
    /** Divides {@link BlockBuilder#RESTART_INTERVAL}, so that what lies between two words shares a restart point. */
    private static final int STEP = 4;

    private static final int WORDS_AT = 1;
    private static final int OFFSETS_A_LONG = Long.SIZE / Short.SIZE;
    private static final int ARRAY_BYTES = 16;

    private BlockKeys() {}

    /** What {@link #of} takes in memory at most for a block that was checked. */
    static int mostBytes(byte[] block) {
        return isWorthwhile(block) ? ARRAY_BYTES + Long.BYTES * longs(words(Block.count(block))) : 0;
    }

    /** The keys of a block that was checked; null if it is as well searched without. */
    static long @Nullable [] of(byte[] block) {
        if (!isWorthwhile(block)) {
            return null;
        }
        int words = words(Block.count(block));
        long[] keys = new long[longs(words)];
        int last = putOffsets(keys, words, block);
        int end = Block.end(block);
        byte[] lastKey = key(block, end, last, Block.count(block) - 1);
        int firstAt = BlockBuilder.HEADER_BYTES + BlockBuilder.KEY_AT;
        int firstEnd = firstAt + Block.rest(block, BlockBuilder.HEADER_BYTES);
        int differ = Arrays.mismatch(block, firstAt, firstEnd, lastKey, 0, lastKey.length);
        int common = differ < 0 ? lastKey.length : differ;
        keys[0] = (long) words << Integer.SIZE | common;
        for (int n = 0; n < words; n++) {
            byte[] key = key(block, end, offset(keys, words, n), n * STEP);
            keys[WORDS_AT + n] = KeyWords.of(key, common, key.length);
        }
        return keys;
    }

    /** Returns the offset of the last entry. */
    private static int putOffsets(long[] keys, int words, byte[] block) {
        int count = Block.count(block);
        int at = BlockBuilder.HEADER_BYTES;
        for (int i = 0; i < count - 1; i++) {
            if (i % STEP == 0) {
                putOffset(keys, words, i / STEP, at);
            }
            at = Block.entryEnd(block, at);
        }
        if ((count - 1) % STEP == 0) {
            putOffset(keys, words, words - 1, at);
        }
        return at;
    }

    private static void putOffset(long[] keys, int words, int n, int at) {
        keys[WORDS_AT + words + n / OFFSETS_A_LONG] |= (long) at << Short.SIZE * (n % OFFSETS_A_LONG);
    }

    /** The key of entry number {@code entry} at offset {@code at}. */
    private static byte[] key(byte[] block, int end, int at, int entry) {
        int shared = Block.shared(block, at);
        int rest = Block.rest(block, at);
        byte[] key = new byte[shared + rest];
        System.arraycopy(block, restartAt(block, end, entry) + BlockBuilder.KEY_AT, key, 0, shared);
        System.arraycopy(block, at + BlockBuilder.KEY_AT, key, shared, rest);
        return key;
    }

    /** As {@link Block#lowerBound}, with the help of the block's keys. */
    static int lowerBound(long[] keys, byte[] block, int end, byte[] key, long ts, long seqno) {
        int common = (int) keys[0];
        int words = (int) (keys[0] >>> 32);
        int order = Keys.compare(
                block, BlockBuilder.HEADER_BYTES + BlockBuilder.KEY_AT, common, key, 0, Math.min(common, key.length));
        if (order != 0) {
            return order > 0 ? BlockBuilder.HEADER_BYTES : end;
        }
        long word = KeyWords.of(key, common, key.length);
        int n = KeyWords.lowerBound(keys, WORDS_AT, words, word) - WORDS_AT;
        int equalEnd = KeyWords.endOfEqual(keys, WORDS_AT + n, WORDS_AT + words, word) - WORDS_AT;
        while (n < equalEnd) {
            int mid = (n + equalEnd) >>> 1;
            if (Block.compare(block, offset(keys, words, mid), restartAt(block, end, mid * STEP), key, ts, seqno) < 0) {
                n = mid + 1;
            } else {
                equalEnd = mid;
            }
        }
        if (n == 0) {
            return BlockBuilder.HEADER_BYTES;
        }
        /* Entry n - 1 of those with a word is before the place, entry n is not. */
        int restartAt = restartAt(block, end, (n - 1) * STEP);
        int limit = n < words ? offset(keys, words, n) : end;
        int at = Block.entryEnd(block, offset(keys, words, n - 1));
        while (at < limit && Block.compare(block, at, restartAt, key, ts, seqno) < 0) {
            at = Block.entryEnd(block, at);
        }
        return at;
    }

    private static int offset(long[] keys, int words, int n) {
        return (int) (keys[WORDS_AT + words + n / OFFSETS_A_LONG] >>> Short.SIZE * (n % OFFSETS_A_LONG)) & 0xffff;
    }

    private static int restartAt(byte[] block, int end, int entry) {
        return Block.restart(block, end, entry / BlockBuilder.RESTART_INTERVAL);
    }

    private static int words(int count) {
        return (count + STEP - 1) / STEP;
    }

    private static int longs(int words) {
        return WORDS_AT + words + (words + OFFSETS_A_LONG - 1) / OFFSETS_A_LONG;
    }

    private static boolean isWorthwhile(byte[] block) {
        return Block.count(block) > 2 * STEP
                && block.length <= 0xffff
                && Block.restartInterval(block) == BlockBuilder.RESTART_INTERVAL;
    }
}
