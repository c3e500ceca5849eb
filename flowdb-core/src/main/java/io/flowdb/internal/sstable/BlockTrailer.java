package io.flowdb.internal.sstable;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.compress.Codec;
import org.jspecify.annotations.Nullable;

/**
 * The nine bytes behind every block, of every kind.
 *
 * <p>Layout, little-endian:
 * <pre>
 * codec     u8   {@link Codec#code()}
 * rawLength u32  bytes after decompression
 * crc32c    u32  over: file id u64, offset of the block u64, stored bytes, codec, rawLength
 * </pre>
 * The id and offset under the checksum catch blocks that were written to or read from a wrong place.
 */
final class BlockTrailer {
    static final int BYTES = 9;

    private BlockTrailer() {}

    /** Writes the trailer behind {@code length} stored bytes at the start of {@code block}. */
    static void put(byte[] block, int length, Codec codec, int rawLength, Place place) {
        block[length] = codec.code();
        LittleEndian.putInt(block, length + 1, rawLength);
        LittleEndian.putInt(block, length + 5, crc(block, length, place));
    }

    /** The uncompressed bytes of a stored block with its trailer. */
    static byte[] open(byte[] stored, boolean verify, Place place) {
        int length = stored.length - BYTES;
        if (verify && LittleEndian.getInt(stored, length + 5) != crc(stored, length, place)) {
            throw place.corruption("checksum of the block does not match");
        }
        Codec codec = Codec.ofCode(stored[length]);
        int rawLength = LittleEndian.getInt(stored, length + 1);
        if (codec == null || !codec.isPossible(length, rawLength)) {
            throw place.corruption("codec " + stored[length] + " with " + length + " bytes for " + rawLength);
        }
        byte @Nullable [] raw = codec.decompress(stored, 0, length, rawLength);
        if (raw == null) {
            throw place.corruption("block does not decompress to " + rawLength + " bytes");
        }
        return raw;
    }

    private static int crc(byte[] block, int length, Place place) {
        return Crc32c.ofPlaced(place.fileId(), place.offset(), block, 0, length + 5);
    }

    /**
     * Which block is meant.
     *
     * @param fileId id of the SST
     * @param offset of the block in it
     * @param file name for messages
     */
    record Place(long fileId, long offset, String file) {
        CorruptionException corruption(String detail) {
            return new CorruptionException(file, offset, detail);
        }
    }
}
