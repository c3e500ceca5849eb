package io.flowdb.internal.frame;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.base.LittleEndian;

/**
 * The first bytes of a frame file.
 *
 * <p>Layout, little-endian:
 * <pre>
 * magic    u64  tells the kind of file
 * format   u32
 * zero     u32
 * number   u64  number of the file
 * baseLsn  u64  log position of the first frame
 * zero     u32
 * crc32c   u32  over every earlier byte
 * </pre>
 *
 * @param number number of the file
 * @param baseLsn log position of the first frame, which stands at offset {@link #BYTES}
 */
public record FileHeader(long number, long baseLsn) {
    /** Length of the header. */
    public static final int BYTES = 40;

    /** Encodes this header. */
    public byte[] encode(long magic, int format) {
        byte[] bytes = new byte[BYTES];
        LittleEndian.putLong(bytes, 0, magic);
        LittleEndian.putInt(bytes, 8, format);
        LittleEndian.putLong(bytes, 16, number);
        LittleEndian.putLong(bytes, 24, baseLsn);
        LittleEndian.putInt(bytes, 36, Crc32c.of(bytes, 0, 36));
        return bytes;
    }

    /** Decodes a header; checks kind, checksum and format, in this order. */
    public static FileHeader decode(byte[] bytes, long magic, int newestFormat, String file) {
        if (bytes.length != BYTES || LittleEndian.getLong(bytes, 0) != magic) {
            throw new CorruptionException(file, 0, "not a file of this kind");
        }
        if (LittleEndian.getInt(bytes, 36) != Crc32c.of(bytes, 0, 36)) {
            throw new CorruptionException(file, 0, "checksum of the file header does not match");
        }
        int format = LittleEndian.getInt(bytes, 8);
        if (format < 1 || format > newestFormat) {
            throw new UnsupportedFormatException(file, format, newestFormat);
        }
        return new FileHeader(LittleEndian.getLong(bytes, 16), LittleEndian.getLong(bytes, 24));
    }
}
