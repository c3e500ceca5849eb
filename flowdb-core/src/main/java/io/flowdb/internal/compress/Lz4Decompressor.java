package io.flowdb.internal.compress;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Decompresses the LZ4 block format: sequences of a token, literals, and a match with what was decompressed before; the last sequence has
 * literals only. Nothing that the input says is trusted. Stateless. Source: the LZ4 block format (Yann Collet).
 */
final class Lz4Decompressor {
    /*
     * A cache miss spends most of its time here. Copies go by words: up to a word more than is wanted is written where room is, and is
     * overwritten by what follows.
     */
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final int WORD = Long.BYTES;
    private static final int LONG_LENGTH = 15;
    private static final int LEAST_MATCH = 4;

    private Lz4Decompressor() {}

    /** Fills {@code to} from {@code length} bytes at {@code offset}; false if they do not hold exactly that. */
    static boolean decompress(byte[] from, int offset, int length, byte[] to) {
        int in = offset;
        int inputEnd = offset + length;
        int out = 0;
        while (in < inputEnd) {
            int token = from[in++] & 0xff;
            int literals = token >>> 4;
            if (literals == LONG_LENGTH) {
                long extended = extend(from, in, inputEnd);
                literals += (int) extended;
                in += (int) (extended >>> 32);
            }
            if (literals < 0 || literals > inputEnd - in || literals > to.length - out) {
                return false;
            }
            copyLiterals(from, in, to, out, literals);
            in += literals;
            out += literals;
            if (in >= inputEnd - 1) {
                return in == inputEnd && out == to.length;
            }
            int distance = from[in] & 0xff | (from[in + 1] & 0xff) << 8;
            in += 2;
            int match = token & LONG_LENGTH;
            if (match == LONG_LENGTH) {
                long extended = extend(from, in, inputEnd);
                match += (int) extended;
                in += (int) (extended >>> 32);
            }
            if (match < 0 || distance == 0 || distance > out || match > to.length - out - LEAST_MATCH) {
                return false;
            }
            copyMatch(to, out, distance, match + LEAST_MATCH);
            out += match + LEAST_MATCH;
        }
        return false;
    }

    /**
     * What the bytes behind a token add to a length, in the low half, and their number, in the high half. The length becomes negative if the
     * input ends in it or it is longer than any block.
     */
    private static long extend(byte[] from, int at, int inputEnd) {
        int in = at;
        int length = 0;
        int more;
        do {
            if (in == inputEnd || length > Integer.MAX_VALUE / 2) {
                return Integer.MIN_VALUE & 0xffff_ffffL;
            }
            more = from[in++] & 0xff;
            length += more;
        } while (more == 255);
        return (long) (in - at) << 32 | length;
    }

    private static void copyLiterals(byte[] from, int in, byte[] to, int out, int length) {
        if (from.length - in - length < WORD || to.length - out - length < WORD) {
            System.arraycopy(from, in, to, out, length);
            return;
        }
        for (int i = 0; i < length; i += WORD) {
            LONG.set(to, out + i, (long) LONG.get(from, in + i));
        }
    }

    private static void copyMatch(byte[] to, int out, int distance, int length) {
        int source = out - distance;
        if (distance < WORD || to.length - out - length < WORD) {
            for (int i = 0; i < length; i++) {
                to[out + i] = to[source + i];
            }
            return;
        }
        for (int i = 0; i < length; i += WORD) {
            LONG.set(to, out + i, (long) LONG.get(to, source + i));
        }
    }
}
