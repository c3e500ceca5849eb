package io.flowdb.json;

/**
 * Finds the first byte that is not UTF-8, in bytes that may come in parts. Stricter than the parser, which takes
 * overlong forms and values beyond U+10FFFF for some other text. Threads: one. Source: RFC 3629, section 4.
 */
final class Utf8Check {
    /** Bytes that are still to come in the present sequence, and the range of the next one. */
    private int missing;

    private int least;
    private int most;

    /** Position of the first byte from {@code from} to {@code to} that cannot stand there, or {@code to}. */
    int endOfValid(byte[] bytes, int from, int to) {
        for (int i = from; i < to; i++) {
            int b = bytes[i] & 0xff;
            if (missing > 0) {
                if (b < least || b > most) {
                    return i;
                }
                missing--;
                least = 0x80;
                most = 0xbf;
            } else if (b >= 0x80 && !begins(b)) {
                return i;
            }
        }
        return to;
    }

    private boolean begins(int b) {
        if (b < 0xc2 || b > 0xf4) {
            return false;
        }
        missing = b < 0xe0 ? 1 : b < 0xf0 ? 2 : 3;
        least = b == 0xe0 ? 0xa0 : b == 0xf0 ? 0x90 : 0x80;
        most = b == 0xed ? 0x9f : b == 0xf4 ? 0x8f : 0xbf;
        return true;
    }

    /** Whether no sequence is left unfinished. */
    boolean isAtEnd() {
        return missing == 0;
    }
}
