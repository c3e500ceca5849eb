package io.flowdb.internal.base;

/** What an internal record does. Codes are stored on disk and never change; retired codes stay listed. */
public enum Op {
    /** A value for one (key, ts). */
    PUT(1),
    /** Hides older records of one (key, ts). */
    DELETE(2),
    /** Hides older records of every ts of the keys from the record's key up to, but without, its value. */
    DELETE_RANGE(3);

    private final byte code;

    Op(int code) {
        this.code = (byte) code;
    }

    /** The byte stored on disk. */
    public byte code() {
        return code;
    }

    /** Whether {@code code} is one of this enum. */
    public static boolean isKnown(int code) {
        return code >= 1 && code <= 3;
    }
}
