package io.flowdb.internal.frame;

import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.base.LittleEndian;

/**
 * The header before the payload of a frame.
 *
 * <p>Layout, little-endian:
 * <pre>
 * headerCrc   u32  CRC-32C over the later bytes of the header
 * length      u32  payload bytes, 0 to {@link #MAX_PAYLOAD_BYTES}
 * lsn         u64  log position of this frame: a frame left over from another use of the place does not match
 * durableLsn  u64  every byte before this position was on stable storage when the frame was built
 * tag         u64  for the owner of the file; the first sequence number in the WAL
 * payloadCrc  u32  CRC-32C over the payload
 * zero        u32
 * </pre>
 */
final class FrameHeader {
    static final int BYTES = 40;
    static final int MAX_PAYLOAD_BYTES = (1 << 30) + 64;
    static final int LSN_OFFSET = 8;

    private FrameHeader() {}

    static void encode(byte[] to, int at, Frame frame) {
        LittleEndian.putInt(to, at + 4, frame.length());
        LittleEndian.putLong(to, at + LSN_OFFSET, frame.lsn());
        LittleEndian.putLong(to, at + 16, frame.durableLsn());
        LittleEndian.putLong(to, at + 24, frame.tag());
        LittleEndian.putInt(to, at + 32, frame.payloadCrc());
        LittleEndian.putInt(to, at + 36, 0);
        LittleEndian.putInt(to, at, Crc32c.of(to, at + 4, BYTES - 4));
    }

    /** Whether the bytes are a whole header that belongs at {@code lsn}. */
    static boolean isValid(byte[] from, int at, long lsn) {
        int length = LittleEndian.getInt(from, at + 4);
        return LittleEndian.getLong(from, at + LSN_OFFSET) == lsn
                && length >= 0
                && length <= MAX_PAYLOAD_BYTES
                && LittleEndian.getInt(from, at) == Crc32c.of(from, at + 4, BYTES - 4);
    }

    static Frame decode(byte[] from, int at) {
        return new Frame(
                LittleEndian.getLong(from, at + LSN_OFFSET),
                LittleEndian.getLong(from, at + 16),
                LittleEndian.getLong(from, at + 24),
                LittleEndian.getInt(from, at + 4),
                LittleEndian.getInt(from, at + 32));
    }
}
