package io.flowdb.internal.json;

import org.jspecify.annotations.Nullable;

/**
 * First bytes of encoded keys; they order values of different kinds. Frozen: docs/format/document-keys.md, format 1.
 */
public final class KeyTags {
    /** Ends an array; ends text, binary and the digits of a number too. Below every tag. */
    static final int END = 0x00;
    /** Where {@link #END} and the byte after it occur in text or binary, they are preceded by this one. */
    static final int ESCAPE = 0x01;

    /** The null of JSON. */
    public static final int NULL = 0x10;

    static final int FALSE = 0x18;
    static final int TRUE = 0x19;
    static final int NUMBER = 0x20;
    static final int INSTANT = 0x30;

    /** Text. */
    public static final int TEXT = 0x40;

    static final int BINARY = 0x50;

    /** An array. */
    public static final int ARRAY = 0x60;
    /** Above every tag. */
    public static final int ABOVE = 0x70;

    /* Second byte of a number that is not negative; a negative one is the complement of its absolute value. */
    static final int ZERO = 0x80;
    static final int TINY = 0x81;
    /** Plus the exponent, which is {@value #MIN_EXPONENT} to {@value #MAX_EXPONENT} then. */
    static final int ONE = 0xa0;

    static final int HUGE = 0xbf;
    static final int MIN_EXPONENT = -30;
    static final int MAX_EXPONENT = 30;

    private KeyTags() {}

    /** The tag after that of {@code tag}'s kind: the end of all keys of this kind. Booleans are one kind. */
    public static int kindEnd(int tag) {
        return tag == FALSE ? TRUE + 1 : tag + 1;
    }

    /** The kind of the keys that begin with {@code tag}, or null if it says all or is none. */
    public static @Nullable String kindName(int tag) {
        return switch (tag) {
            case NUMBER -> "numbers";
            case INSTANT -> "dates";
            case TEXT -> "text";
            case BINARY -> "binary";
            case ARRAY -> "arrays";
            default -> null;
        };
    }

    /** The first tag of {@code tag}'s kind. */
    public static int kindStart(int tag) {
        return tag == TRUE ? FALSE : tag;
    }
}
