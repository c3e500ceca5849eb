package io.flowdb.internal.sstable;

import io.flowdb.internal.base.LittleEndian;

/**
 * Eight bytes of sorted keys, behind what they have in common, as numbers: these tell most keys apart, and a search
 * among them meets few cache lines and no whole key. Keys of equal words are told apart by their next words, or by
 * themselves. Stateless.
 */
final class KeyWords {
    private KeyWords() {}

    /**
     * The word of a key, whose order, signed, is that of the keys: if the words of two differ.
     *
     * @param from begin of the word; what lies behind the key counts as zeros
     * @param end of the key
     */
    static long of(byte[] array, int from, int end) {
        if (end - from >= Long.BYTES) {
            return LittleEndian.getOrderedLong(array, from) ^ Long.MIN_VALUE;
        }
        long word = 0;
        for (int i = from; i < end; i++) {
            word |= (array[i] & 0xffL) << Long.SIZE - Byte.SIZE * (i - from + 1);
        }
        return word ^ Long.MIN_VALUE;
    }

    /**
     * Position of the first of {@code count} words, from position {@code from} on, that is not below {@code word}; the
     * position behind them if there is none.
     */
    static int lowerBound(long[] words, int from, int count, long word) {
        /* Without a branch on what is compared: it could not be foretold. */
        int at = from;
        int left = count;
        while (left > 1) {
            int half = left >>> 1;
            at = words[at + half - 1] < word ? at + half : at;
            left -= half;
        }
        return left == 1 && words[at] < word ? at + 1 : at;
    }

    /**
     * Position behind the words from {@code from} to {@code to} that equal {@code word}, where those that do come
     * first.
     */
    static int endOfEqual(long[] words, int from, int to, long word) {
        if (from == to || words[from] != word) {
            return from;
        }
        return word == Long.MAX_VALUE ? to : lowerBound(words, from, to - from, word + 1);
    }
}
