package io.flowdb.internal.base;

import java.util.zip.CRC32C;

/** CRC-32C (Castagnoli) of byte ranges. */
public final class Crc32c {
    private Crc32c() {}

    /** The checksum of {@code length} bytes from {@code offset}. */
    public static int of(byte[] bytes, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }

    /**
     * The checksum of 16 bytes that name a place, followed by a byte range: a block that was written or read at another
     * place does not match.
     */
    public static int ofPlaced(long file, long position, byte[] bytes, int offset, int length) {
        byte[] place = new byte[16];
        LittleEndian.putLong(place, 0, file);
        LittleEndian.putLong(place, 8, position);
        CRC32C crc = new CRC32C();
        crc.update(place, 0, place.length);
        crc.update(bytes, offset, length);
        return (int) crc.getValue();
    }
}
