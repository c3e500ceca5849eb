package io.flowdb.internal.json;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.LittleEndian;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Property names met before: names repeat from document to document, and one that is known costs a comparison and no
 * new string. Only names of ASCII characters without escapes are kept. Threads: any.
 */
final class KnownNames {
    /** Names of fewer bytes are known by two words: their bytes, little-endian, and zeros behind them. */
    static final int WORDS_BYTES = 2 * Long.BYTES;

    /* Where less than half of the sampled objects are of a known shape, shapes cost more than they save. */
    private static final int PATIENCE = 256;
    private static final int RETRY_AFTER = 16 * PATIENCE;

    private static final int SLOTS_LOG2 = 10;
    private static final AtomicReferenceArray<ShortName> SHORT = new AtomicReferenceArray<>(1 << SLOTS_LOG2);
    private static final AtomicReferenceArray<LongName> LONG = new AtomicReferenceArray<>(1 << SLOTS_LOG2);

    /** A name of fewer than {@link #WORDS_BYTES} bytes. Threads: any. */
    static final class ShortName {
        private final long low;
        private final long high;
        private final String name;
        private volatile @Nullable Shape shape;
        private int credit = PATIENCE; // for shapes, or below 0 while there are none; a race loses a count

        private ShortName(long low, long high, String name) {
            this.low = low;
            this.high = high;
            this.name = name;
        }

        /** The name. */
        String name() {
            return name;
        }

        /** The shape of an object whose first property this is; null if there is none, or is of no use. */
        @Nullable
        Shape shape() {
            return shape;
        }

        /** Notes, of one object that begins with this name, whether it was of a known shape. */
        void sample(boolean shaped) {
            if (credit < 0) {
                credit = credit == -1 ? PATIENCE : credit + 1;
            } else if (shape == null) {
                shape = Shape.of(name);
            } else if (shaped) {
                if (credit < PATIENCE) { // or each thread that reads would write here
                    credit++;
                }
            } else if (--credit < 0) {
                credit = -RETRY_AFTER;
                shape = null;
            }
        }
    }

    private record LongName(byte[] bytes, String name) {}

    private KnownNames() {}

    /** The name of {@code length} bytes with these words; null if it is not known. */
    static @Nullable ShortName find(long low, long high, int length) {
        ShortName known = SHORT.getPlain(slot(low, high));
        return known != null && known.low == low && known.high == high && known.name.length() == length
                ? known
                : null; // the length tells a zero byte, which is no name, from those behind one
    }

    /** Forgets all shapes, so that new ones are made of what is in use now. */
    static void forgetShapes() {
        for (int i = 0; i < SHORT.length(); i++) {
            ShortName known = SHORT.getAcquire(i);
            if (known != null) {
                known.shape = null;
            }
        }
    }

    /** The name in these bytes, all of them ASCII without escapes; known from now on. */
    static String get(byte[] text, int from, int end) {
        int length = end - from;
        return length < WORDS_BYTES ? shortName(text, from, length) : longName(text, from, length);
    }

    private static String shortName(byte[] text, int from, int length) {
        byte[] words = new byte[WORDS_BYTES];
        System.arraycopy(text, from, words, 0, length);
        long low = LittleEndian.getLong(words, 0);
        long high = LittleEndian.getLong(words, Long.BYTES);
        ShortName known = find(low, high, length);
        if (known != null) {
            return known.name;
        }
        String name = string(text, from, length);
        SHORT.setRelease(slot(low, high), new ShortName(low, high, name));
        return name;
    }

    private static String longName(byte[] text, int from, int length) {
        int slot =
                slot(LittleEndian.getLong(text, from) ^ length, LittleEndian.getLong(text, from + length - Long.BYTES));
        LongName known = LONG.getPlain(slot);
        if (known != null && known.bytes.length == length && Keys.equal(known.bytes, 0, text, from, length)) {
            return known.name;
        }
        String name = string(text, from, length);
        LONG.setRelease(slot, new LongName(Arrays.copyOfRange(text, from, from + length), name));
        return name;
    }

    private static String string(byte[] text, int from, int length) {
        return new String(text, from, length, StandardCharsets.ISO_8859_1);
    }

    private static int slot(long low, long high) {
        return BytesInWord.slot(low ^ Long.rotateLeft(high, 32), SLOTS_LOG2);
    }
}
