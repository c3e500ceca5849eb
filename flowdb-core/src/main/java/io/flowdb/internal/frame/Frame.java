package io.flowdb.internal.frame;

/**
 * The facts of one frame, without its payload.
 *
 * @param lsn log position of the frame's first byte
 * @param durableLsn every byte before this position was on stable storage when the frame was built
 * @param tag for the owner of the file
 * @param length payload bytes
 * @param payloadCrc CRC-32C of the payload
 */
public record Frame(long lsn, long durableLsn, long tag, int length, int payloadCrc) {
    /** Bytes that a frame takes beside its payload. */
    public static final int OVERHEAD_BYTES = FrameHeader.BYTES;

    /** Log position behind this frame. */
    public long endLsn() {
        return lsn + OVERHEAD_BYTES + length;
    }

    /** Encodes the header into {@code to}; the payload follows at {@code at + OVERHEAD_BYTES}. */
    public void encodeHeader(byte[] to, int at) {
        FrameHeader.encode(to, at, this);
    }
}
