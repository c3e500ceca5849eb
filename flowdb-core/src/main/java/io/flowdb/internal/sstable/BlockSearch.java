package io.flowdb.internal.sstable;

import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.compress.Codec;
import org.jspecify.annotations.Nullable;

/**
 * Finds the whole blocks in a part of a table's file by their trailers alone. A trailer says how long its block is
 * before compression only, so where a block begins is known from the end of the one before it, or tried out: the
 * checksum covers id and offset, and fits no other begin. Threads: one.
 */
final class BlockSearch {
    private static final int FIRST_CHUNK_BYTES = 16 << 20;

    /** Holds the largest record in a block of its own. */
    private static final int LARGEST_CHUNK_BYTES = 257 << 20;

    /** The most a compressed block may hold whose begin is tried out, which takes time with the square of it. */
    private static final int MOST_TRIED_BYTES = 256 << 10;

    private final BlockFile file;
    private final long limit;

    private byte[] chunk = new byte[0];
    private long chunkAt;

    /** Where the next block begins if nothing is damaged. */
    private long begin;

    /** Where the next trailer is looked for. */
    private long at;

    BlockSearch(BlockFile file, long from, long limit) {
        this.file = file;
        this.limit = limit;
        this.begin = from;
        this.at = from;
        this.chunkAt = from;
    }

    /** The next whole block of any kind, or null if there is none. */
    @Nullable
    BlockHandle next() {
        int most = FIRST_CHUNK_BYTES;
        while (limit - begin > BlockTrailer.BYTES) {
            load(most);
            BlockHandle found = findInChunk();
            if (found != null) {
                begin = found.offset() + found.length() + BlockTrailer.BYTES;
                at = begin;
                return found;
            }
            if (chunkAt + chunk.length >= limit) {
                return null;
            }
            if (most < LARGEST_CHUNK_BYTES) {
                most = Math.min(2 * most, LARGEST_CHUNK_BYTES); // a block longer than the chunk, or much damage
            } else {
                begin = at;
                most = FIRST_CHUNK_BYTES;
            }
        }
        return null;
    }

    /** Makes the chunk begin at {@link #begin}, with at least so many bytes if there are. */
    private void load(int most) {
        long wanted = Math.min(most, limit - begin);
        boolean holds = begin >= chunkAt && begin + Math.min(wanted, FIRST_CHUNK_BYTES / 2) <= chunkAt + chunk.length;
        if (!holds || most > FIRST_CHUNK_BYTES) {
            chunk = file.stored(begin, wanted);
            chunkAt = begin;
        }
    }

    private @Nullable BlockHandle findInChunk() {
        int start = (int) (begin - chunkAt);
        int last = chunk.length - BlockTrailer.BYTES;
        for (int end = Math.max(start, (int) (at - chunkAt)); end <= last; end++) {
            Codec codec = Codec.ofCode(chunk[end]);
            int raw = LittleEndian.getInt(chunk, end + 1);
            int from = codec == null || raw <= 0 ? -1 : beginOf(codec, start, end, raw);
            if (from >= 0) {
                return new BlockHandle(chunkAt + from, end - from);
            }
        }
        at = chunkAt + last + 1;
        return null;
    }

    /** Where the block begins that this is the trailer of; -1 if it is none. */
    private int beginOf(Codec codec, int start, int end, int raw) {
        if (end > start && codec.isPossible(end - start, raw) && isWhole(start, end)) {
            return start;
        }
        if (codec == Codec.NONE) {
            return raw < end - start && isWhole(end - raw, end) ? end - raw : -1;
        }
        if (raw <= MOST_TRIED_BYTES) {
            for (int from = end - 1; from > start && end - from < raw; from--) {
                if (codec.isPossible(end - from, raw) && isWhole(from, end)) {
                    return from;
                }
            }
        }
        return -1;
    }

    private boolean isWhole(int from, int end) {
        int length = end - from;
        BlockTrailer.Place place = file.place(new BlockHandle(chunkAt + from, length));
        return LittleEndian.getInt(chunk, end + 5)
                == Crc32c.ofPlaced(place.fileId(), place.offset(), chunk, from, length + 5);
    }
}
