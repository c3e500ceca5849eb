package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.io.ReadableFile;

/**
 * The last bytes of a table: where to begin reading.
 *
 * <p>Layout, little-endian:
 * <pre>
 * fileId           u64
 * index root       offset u64, length u32
 * range tombstones offset u64, length u32
 * properties       offset u64, length u32
 * locator          offset u64, length u32
 * format           u32
 * crc32c           u32  over every earlier byte
 * magic            u64
 * </pre>
 */
record Footer(
        long fileId,
        int format,
        BlockHandle indexRoot,
        BlockHandle tombstones,
        BlockHandle properties,
        BlockHandle locator) {
    static final int BYTES = 72;

    /** What is written. */
    static final int FORMAT = 2;

    /** "FlowSST" and a zero byte. */
    private static final long MAGIC = 0x0054_5353_776f_6c46L;

    byte[] encode() {
        byte[] bytes = new byte[BYTES];
        LittleEndian.putLong(bytes, 0, fileId);
        putHandle(bytes, 8, indexRoot);
        putHandle(bytes, 20, tombstones);
        putHandle(bytes, 32, properties);
        putHandle(bytes, 44, locator);
        LittleEndian.putInt(bytes, 56, format);
        LittleEndian.putInt(bytes, 60, Crc32c.of(bytes, 0, 60));
        LittleEndian.putLong(bytes, 64, MAGIC);
        return bytes;
    }

    /** Reads the footer of a file. Errors: {@link CorruptionException} if there is none. */
    static Footer read(ReadableFile file, long fileId) {
        long at = file.size() - BYTES;
        if (at < 0) {
            throw new CorruptionException(file.name(), 0, "file of " + file.size() + " bytes is too short for an SST");
        }
        return decode(file.readExactly(at, BYTES), fileId, file.name(), at);
    }

    private static Footer decode(byte[] bytes, long fileId, String file, long offset) {
        if (LittleEndian.getLong(bytes, 64) != MAGIC) {
            throw new CorruptionException(file, offset, "file does not end as an SST does");
        }
        if (LittleEndian.getInt(bytes, 60) != Crc32c.of(bytes, 0, 60)) {
            throw new CorruptionException(file, offset, "checksum of the footer does not match");
        }
        int format = LittleEndian.getInt(bytes, 56);
        if (format < 1 || format > FORMAT) {
            throw new UnsupportedFormatException(file, format, FORMAT);
        }
        long stored = LittleEndian.getLong(bytes, 0);
        if (stored != fileId) {
            throw new CorruptionException(file, offset, "file has id " + stored + ", expected " + fileId);
        }
        return new Footer(
                stored, format, getHandle(bytes, 8), getHandle(bytes, 20), getHandle(bytes, 32), getHandle(bytes, 44));
    }

    private static void putHandle(byte[] to, int at, BlockHandle handle) {
        LittleEndian.putLong(to, at, handle.offset());
        LittleEndian.putInt(to, at + 8, handle.length());
    }

    private static BlockHandle getHandle(byte[] from, int at) {
        return new BlockHandle(LittleEndian.getLong(from, at), LittleEndian.getInt(from, at + 8));
    }
}
