package io.flowdb.internal.json;

/**
 * Looks at eight bytes at once, the first of them lowest. After "Determine if a word has a byte less than n" and its
 * neighbours in Bit Twiddling Hacks, S. E. Anderson: the lowest byte found is right, those above it may not be.
 * Stateless.
 */
final class BytesInWord {
    private static final long ONES = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;

    private BytesInWord() {}

    /** Number of bytes before the first {@code wanted}, an ASCII character; 8 if there is none. */
    static int before(long word, char wanted) {
        return count(zeros(word ^ ONES * wanted));
    }

    /** Number of bytes before the first that is not ASCII or cannot stand for itself in a JSON string. */
    static int plain(long word) {
        long control = word - ONES * ' ' & ~word;
        return count((control | word) & HIGH_BITS | zeros(word ^ ONES * '"') | zeros(word ^ ONES * '\\'));
    }

    /** The first {@code length} bytes, fewer than 8, and zeros behind them. */
    static long first(long word, int length) {
        return word & (1L << Byte.SIZE * length) - 1;
    }

    /** One of 2^{@code slotsLog2} places for a word. By the golden ratio: high bits depend on all below. */
    static int slot(long word, int slotsLog2) {
        return (int) (word * 0x9e3779b97f4a7c15L >>> Long.SIZE - slotsLog2);
    }

    private static long zeros(long word) {
        return word - ONES & ~word & HIGH_BITS;
    }

    private static int count(long found) {
        return Long.numberOfTrailingZeros(found) / Byte.SIZE;
    }
}
