package io.flowdb.internal.compress;

import org.jspecify.annotations.Nullable;

/** In which form a block is stored. Codes are stored on disk and never change. Threads: any. */
public enum Codec {
    /** As it is. */
    NONE(0),
    /** LZ4 block format without a length prefix; the length stands beside the block. */
    LZ4(1);

    /** The format cannot expand a byte to more than this many. */
    private static final int LZ4_MAX_RATIO = 255;

    private final byte code;

    Codec(int code) {
        this.code = (byte) code;
    }

    /** The byte stored on disk. */
    public byte code() {
        return code;
    }

    /** The codec of a stored byte, or null if it is unknown. */
    public static @Nullable Codec ofCode(byte code) {
        return code == NONE.code ? NONE : code == LZ4.code ? LZ4 : null;
    }

    /** Whether {@code stored} bytes can stand for {@code raw} bytes: to be asked before memory is taken for them. */
    public boolean isPossible(int stored, int raw) {
        return this == NONE ? stored == raw : raw >= 0 && raw <= (long) stored * LZ4_MAX_RATIO;
    }

    /** Decompresses to exactly {@code rawLength} bytes, or returns null if the input does not hold that. */
    public byte @Nullable [] decompress(byte[] from, int offset, int length, int rawLength) {
        byte[] raw = new byte[rawLength];
        if (this == NONE) {
            System.arraycopy(from, offset, raw, 0, rawLength);
            return raw;
        }
        return Lz4Decompressor.decompress(from, offset, length, raw) ? raw : null;
    }
}
