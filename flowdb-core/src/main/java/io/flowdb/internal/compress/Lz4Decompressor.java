package io.flowdb.internal.compress;

import io.flowdb.internal.base.LittleEndian;

/**
 * Decompresses the LZ4 block format: sequences of a token, literals, and a match with what was decompressed before; the
 * last sequence has literals only. Nothing that the input says is trusted. Stateless. Source: the LZ4 block format
 * (Yann Collet).
 */
final class Lz4Decompressor {
    /*
     * A cache miss spends most of its time here. Most sequences are short and far from both ends: a loop of its own
     * reads those, small enough for the compiler to keep its variables in registers, and copies by words, also over the
     * end of what is wanted, as the next sequence overwrites that.
     */
    private static final int LONG_LENGTH = 15;
    private static final int MORE_FOLLOWS = 255;
    private static final int LEAST_MATCH = 4;

    /**
     * Bytes that a sequence has at most besides its literals, if each length takes one byte more at most: token, two of
     * lengths, distance.
     */
    private static final int HEAD_BYTES = 5;

    private Lz4Decompressor() {}

    /** Fills {@code to} from {@code length} bytes at {@code offset}; false if they do not hold exactly that. */
    static boolean decompress(byte[] from, int offset, int length, byte[] to) {
        int in = offset;
        int inputEnd = offset + length;
        int out = 0;
        while (in < inputEnd) {
            long reached = decompressMost(from, in, inputEnd - HEAD_BYTES - Words.SLACK, to, out);
            in = (int) reached;
            out = (int) (reached >>> Integer.SIZE);
            int token = from[in++] & 0xff;
            int literals = token >>> 4;
            if (literals == LONG_LENGTH) {
                long extended = extend(from, in, inputEnd);
                literals += (int) extended;
                in += (int) (extended >>> Integer.SIZE);
            }
            if (literals < 0 || literals > inputEnd - in || literals > to.length - out) {
                return false;
            }
            System.arraycopy(from, in, to, out, literals);
            in += literals;
            out += literals;
            if (in >= inputEnd - 1) {
                return in == inputEnd && out == to.length;
            }
            int distance = distance(from, in);
            in += Short.BYTES;
            int match = token & LONG_LENGTH;
            if (match == LONG_LENGTH) {
                long extended = extend(from, in, inputEnd);
                match += (int) extended;
                in += (int) (extended >>> Integer.SIZE);
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
     * Decompresses up to the first sequence that takes more care: one that begins at {@code end} or behind it, comes
     * near the end of the output, has a length of more than two bytes, or a match that is not what it should be or
     * begins less than a word before its copy.
     *
     * @return position of that sequence in the low half, of its output in the high half; what is behind the latter may
     *     have been written to
     */
    private static long decompressMost(byte[] from, int begin, int end, byte[] to, int first) {
        int in = begin;
        int out = first;
        int outEnd = to.length - Words.SLACK;
        while (in < end) {
            int at = in;
            int token = from[at++];
            int length = token >>> 4 & LONG_LENGTH;
            if (length == LONG_LENGTH) {
                length += from[at++] & 0xff;
            }
            int matchAt = out + length;
            if (length == LONG_LENGTH + MORE_FOLLOWS || at + length > end || matchAt > outEnd) {
                break;
            }
            Words.copyOver(from, at, to, out, length);
            at += length;
            int distance = distance(from, at);
            at += Short.BYTES;
            length = (token & LONG_LENGTH) + LEAST_MATCH;
            if (length == LONG_LENGTH + LEAST_MATCH) {
                length += from[at++] & 0xff;
            }
            boolean plain = length < LONG_LENGTH + LEAST_MATCH + MORE_FOLLOWS && length <= outEnd - matchAt;
            if (!plain || distance < Words.LEAST_DISTANCE || distance > matchAt) {
                break;
            }
            Words.copyOver(to, matchAt - distance, to, matchAt, length);
            in = at;
            out = matchAt + length;
        }
        return (long) out << Integer.SIZE | in;
    }

    private static void copyMatch(byte[] to, int out, int distance, int length) {
        if (distance >= Words.LEAST_DISTANCE && length <= to.length - Words.SLACK - out) {
            Words.copyOver(to, out - distance, to, out, length);
            return;
        }
        for (int i = out; i < out + length; i++) {
            to[i] = to[i - distance];
        }
    }

    private static int distance(byte[] from, int at) {
        return LittleEndian.getUnsignedShort(from, at);
    }

    /**
     * What the bytes behind a token add to a length, in the low half, and their number, in the high half. The length
     * becomes negative if the input ends in it or it is longer than any block.
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
        } while (more == MORE_FOLLOWS);
        return (long) (in - at) << Integer.SIZE | length;
    }
}
