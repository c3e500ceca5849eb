package io.flowdb.internal.compress;

import io.flowdb.internal.base.LittleEndian;
import java.util.Arrays;

/**
 * Compresses blocks, one after the other, to the LZ4 block format: sequences of token, literals and a match.
 *
 * <p>Layout of a sequence: token u8 (high half: number of literals, low half: match length - 4; 15 goes on in bytes
 * that are added up to the first below 255), literals, distance of the match u16 little-endian, more of the match
 * length. The last sequence has literals only. Threads: one. Source: the LZ4 block format description (Yann Collet).
 */
public final class Lz4Compressor {
    /*
     * Greedy, with the last place of four bytes for each hash. Flushes and compactions spend most of their time here.
     * What counts is that a step of the search has one branch, which is nearly always taken; that literals are copied
     * by words; and that the table stays in the processor's cache from block to block.
     */
    private static final int MIN_MATCH = 4;
    private static final int MAX_DISTANCE = 0xffff;

    /* The format wants the last five bytes as literals and no match in the last twelve. */
    private static final int LAST_LITERALS = 5;
    private static final int MATCH_LIMIT = 12;

    private static final int HASH_LOG = 12;
    private static final int HASH_MULTIPLIER = 0x9e37_79b1;

    /** After so many tries without a match the step grows by one. */
    private static final int SKIP_LOG = 4;

    private static final int RUN = 15;
    private static final int RUN_STEP = 255;

    /** Where four bytes of this hash stood last; before that, 0, which is as good a place as any to compare with. */
    private final int[] places = new int[1 << HASH_LOG];

    /** Room for the worst result of {@code length} bytes. */
    public static int maxCompressedBytes(int length) {
        return length + length / RUN_STEP + 16;
    }

    /**
     * Compresses {@code length} bytes from the start of {@code from} to the start of {@code to}, which has the room;
     * returns the length of the result.
     */
    public int compress(byte[] from, int length, byte[] to) {
        Arrays.fill(places, 0);
        int searchEnd = length - MATCH_LIMIT;
        int literalsAt = 0;
        int out = 0;
        int tries = (1 << SKIP_LOG) + 1; // the first place has no match
        for (int at = 1; at <= searchEnd; ) {
            int four = LittleEndian.getInt(from, at);
            int slot = slot(four);
            int match = places[slot];
            places[slot] = at;
            if (LittleEndian.getInt(from, match) != four || at - match > MAX_DISTANCE) {
                at += tries++ >>> SKIP_LOG;
                continue;
            }
            while (at > literalsAt && match > 0 && from[at - 1] == from[match - 1]) {
                at--;
                match--;
            }
            int matched = MIN_MATCH + equalBytes(from, at + MIN_MATCH, match + MIN_MATCH, length - LAST_LITERALS);
            out = putLiterals(from, literalsAt, at, to, out, Math.min(matched - MIN_MATCH, RUN));
            out = putMatch(to, out, at - match, matched - MIN_MATCH);
            at += matched;
            literalsAt = at;
            tries = 1 << SKIP_LOG;
            if (at <= searchEnd) {
                places[slot(LittleEndian.getInt(from, at - 2))] = at - 2;
            }
        }
        return putLiterals(from, literalsAt, length, to, out, 0);
    }

    private static int slot(int four) {
        return four * HASH_MULTIPLIER >>> 32 - HASH_LOG;
    }

    /** Number of equal bytes from {@code a} and {@code b} on; {@code a} stays below {@code end}. */
    private static int equalBytes(byte[] from, int a, int b, int end) {
        int at = a;
        int behind = b - a;
        for (; at + Long.BYTES <= end; at += Long.BYTES) {
            long different = LittleEndian.getLong(from, at) ^ LittleEndian.getLong(from, at + behind);
            if (different != 0) {
                return at - a + (Long.numberOfTrailingZeros(different) >>> 3);
            }
        }
        while (at < end && from[at] == from[at + behind]) {
            at++;
        }
        return at - a;
    }

    /** Writes the distance and what of the length is not in the token; returns the position behind them. */
    private static int putMatch(byte[] to, int at, int distance, int length) {
        LittleEndian.putShort(to, at, distance);
        int position = at + Short.BYTES;
        return length < RUN ? position : putRun(to, position, length - RUN);
    }

    /** Writes the token and the literals; returns the position behind them. */
    private static int putLiterals(byte[] from, int start, int end, byte[] to, int out, int lowHalf) {
        int count = end - start;
        to[out] = (byte) (Math.min(count, RUN) << 4 | lowHalf);
        int position = out + 1;
        if (count >= RUN) {
            position = putRun(to, position, count - RUN);
        }
        Words.copy(from, start, to, position, count);
        return position + count;
    }

    private static int putRun(byte[] to, int at, int count) {
        int position = at;
        int left = count;
        for (; left >= RUN_STEP; left -= RUN_STEP) {
            to[position++] = (byte) RUN_STEP;
        }
        to[position++] = (byte) left;
        return position;
    }
}
