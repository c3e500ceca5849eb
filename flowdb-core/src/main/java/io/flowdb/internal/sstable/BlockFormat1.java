package io.flowdb.internal.sstable;

import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.sstable.BlockTrailer.Place;

/**
 * Data blocks of tables of format 1. Their entries are those of today; the header stood behind them (baseTs u64,
 * baseSeqno u64, entryCount u32, restartInterval u32), and there were no restart offsets. Stateless. Source:
 * docs/format/sst.md, format 1.
 */
final class BlockFormat1 {
    private static final int FOOTER_BYTES = 24;

    private BlockFormat1() {}

    /** The same block as {@link BlockBuilder} lays it out now; its structure is not checked beyond what that takes. */
    static byte[] upgrade(byte[] old, Place place) {
        int entriesBytes = old.length - FOOTER_BYTES;
        int count = entriesBytes < 0 ? -1 : LittleEndian.getInt(old, entriesBytes + 16);
        int interval = entriesBytes < 0 ? -1 : LittleEndian.getInt(old, entriesBytes + 20);
        if (count < 1 || count > entriesBytes / BlockBuilder.KEY_AT || interval < 1) {
            throw place.corruption("data block of " + old.length + " bytes with " + count + " entries");
        }
        int end = BlockBuilder.HEADER_BYTES + entriesBytes;
        byte[] block = new byte[end + 4 * ((count - 1) / interval + 1)];
        System.arraycopy(old, entriesBytes, block, 0, FOOTER_BYTES);
        System.arraycopy(old, 0, block, BlockBuilder.HEADER_BYTES, entriesBytes);
        int at = BlockBuilder.HEADER_BYTES;
        for (int i = 0; i < count; i++) {
            if (i % interval == 0) {
                LittleEndian.putInt(block, end + 4 * (i / interval), at);
            }
            at = at + BlockBuilder.KEY_AT <= end ? Block.checkedEnd(block, at, end) : -1;
            if (at < 0) {
                throw place.corruption("entry " + i + " reaches over the end of its block");
            }
        }
        return block;
    }
}
