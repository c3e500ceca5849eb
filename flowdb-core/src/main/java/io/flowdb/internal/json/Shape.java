package io.flowdb.internal.json;

import io.flowdb.internal.base.LittleEndian;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The names that an object's properties have up to one of them, in their order; the documents of a store are of few
 * shapes. Where a text goes on as that of an object before did, its next name costs one comparison with what was
 * written then, is known to be no other's, and is held once for all such objects. Known as hidden classes from the
 * engines of JavaScript. Threads: any.
 */
final class Shape {
    /*
     * Objects that use their names as keys have as many shapes as there are keys. So one object of sixteen is looked at
     * for new shapes, and when there are too many all are forgotten.
     */
    private static final int SAMPLED_OF = 16;
    private static final int MAX_SHAPES = 4096;
    private static final int MAX_NAME_LENGTH = 64;
    private static final int TWO_WORDS = 2 * Long.BYTES;
    private static final int OTHERS_LOG2 = 4;

    private static final AtomicInteger SHAPES = new AtomicInteger();

    private final String[] names;

    /** The last name as it is written, {@code "name":}; its first eight bytes, what counts of them, and its last. */
    private final byte[] written;

    private final long first;
    private final long firstMask;
    private final long last;

    private volatile @Nullable Shape next; // the one that was met first
    /** The others by the hash of their names, of which a new one takes the place of another; a race loses one. */
    private volatile @Nullable Shape @Nullable [] others;

    private Shape(String[] names) {
        this.names = names;
        this.written = ('"' + names[names.length - 1] + "\":").getBytes(StandardCharsets.ISO_8859_1);
        byte[] words = Arrays.copyOf(written, Math.max(Long.BYTES, written.length));
        this.first = LittleEndian.getLong(words, 0);
        this.firstMask = written.length < Long.BYTES ? BytesInWord.first(-1L, written.length) : -1L;
        this.last = LittleEndian.getLong(words, words.length - Long.BYTES);
    }

    /** The shape of an object that has only the property {@code name}, which is plain ASCII without escapes. */
    static Shape of(String name) {
        count();
        return new Shape(new String[] {name});
    }

    /** Whether the next object that is read is to be looked at for new shapes. */
    static boolean isSampled() {
        return ThreadLocalRandom.current().nextInt(SAMPLED_OF) == 0;
    }

    /** The names, in their order; not to be changed. */
    String[] names() {
        return names;
    }

    /** How many bytes the last name takes, with its quotation marks and the colon. */
    int writtenBytes() {
        return written.length;
    }

    /** The shape of an object whose next name is written at {@code at}; null if there is none yet. */
    @Nullable
    Shape next(byte[] text, int at, int end) {
        long word = at + Long.BYTES <= end ? LittleEndian.getLong(text, at) : lastWord(text, at, end);
        Shape usual = next;
        if (usual == null || usual.isWritten(word, text, at, end)) {
            return usual;
        }
        @Nullable Shape[] rest = others;
        Shape other = rest == null ? null : rest[slot(word)];
        return other != null && other.isWritten(word, text, at, end) ? other : null;
    }

    /** The bytes that are left, fewer than eight, and zeros behind them. */
    private static long lastWord(byte[] text, int at, int end) {
        long word = 0;
        for (int i = end - 1; i >= at; i--) {
            word = word << Byte.SIZE | text[i] & 0xff;
        }
        return word;
    }

    /** Where the name whose first eight bytes are {@code word} has its place: all that counts are its own. */
    private static int slot(long word) {
        int length = 2 + BytesInWord.before(word >>> Byte.SIZE, '"');
        long name = length < Long.BYTES ? BytesInWord.first(word, length) : word;
        return BytesInWord.slot(name, OTHERS_LOG2);
    }

    /** Whether the last name is what is written at {@code at}, where the first eight bytes are {@code word}. */
    private boolean isWritten(long word, byte[] text, int at, int end) {
        if (((word ^ first) & firstMask) != 0) {
            return false;
        }
        int length = written.length;
        if (length <= Long.BYTES) {
            return true; // a zero behind the end is in no name
        }
        int rest = at + length - Long.BYTES;
        return at + length <= end
                && LittleEndian.getLong(text, rest) == last
                && (length <= TWO_WORDS
                        || Arrays.equals(text, at + Long.BYTES, rest, written, Long.BYTES, length - Long.BYTES));
    }

    /**
     * The shape of an object whose next name is {@code name}, which is not among its own and was not found by
     * {@link #next}; null if there can be none.
     */
    @Nullable
    Shape with(String name) {
        if (names.length == FieldMap.FEW || !isPlain(name)) {
            return null;
        }
        String[] longer = Arrays.copyOf(names, names.length + 1);
        longer[names.length] = name;
        Shape shape = new Shape(longer);
        count();
        if (next == null) {
            next = shape;
            return shape;
        }
        @Nullable Shape[] rest = others;
        if (rest == null) {
            rest = new Shape[1 << OTHERS_LOG2];
            others = rest;
        }
        rest[slot(shape.first)] = shape;
        return shape;
    }

    private static void count() {
        if (SHAPES.incrementAndGet() > MAX_SHAPES) {
            SHAPES.set(1);
            KnownNames.forgetShapes();
        }
    }

    private static boolean isPlain(String name) {
        return name.length() <= MAX_NAME_LENGTH
                && name.chars().allMatch(c -> c >= ' ' && c <= '~' && c != '"' && c != '\\');
    }
}
