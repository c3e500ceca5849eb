package io.flowdb.internal.frame;

import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.base.LittleEndian;
import io.flowdb.internal.io.ReadableFile;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the frames of one file from front to back and stops before the first one that is not whole.
 *
 * <p>Whether such a place is the torn end of the log or damage in its middle is for the caller to decide, with
 * {@link #hasEvidenceOf}: a later whole frame that was built when the place had already been durable proves damage.
 * Threads: one.
 */
public final class FrameReader {
    private static final int WINDOW_BYTES = 1 << 20;

    private final ReadableFile file;
    private final long baseLsn;
    private final long fileSize;
    private long position = FileHeader.BYTES;

    /* A part of the file in memory: reading byte by byte would cost a system call each. */
    private byte[] window = new byte[0];
    private long windowStart;

    /** Starts at the first frame of {@code file}, whose header has been read. */
    public FrameReader(ReadableFile file, FileHeader header) {
        this.file = file;
        this.baseLsn = header.baseLsn();
        this.fileSize = file.size();
    }

    /** File offset of the next frame. */
    public long position() {
        return position;
    }

    /** Log position of the next frame. */
    public long lsn() {
        return lsnAt(position);
    }

    /** The frame at the current position, or null if there is no whole frame. Move on with {@link #skip}. */
    public @Nullable Frame peek() {
        return frameAt(position);
    }

    /** The payload of the frame that {@link #peek()} returned. */
    public byte[] payload(Frame frame) {
        int start = load(position, Frame.OVERHEAD_BYTES + frame.length()) + Frame.OVERHEAD_BYTES;
        byte[] payload = Arrays.copyOfRange(window, start, start + frame.length());
        if (window.length > WINDOW_BYTES) {
            window = new byte[0]; // not kept beside the payload while that is worked on
        }
        return payload;
    }

    /** Moves behind {@code frame}. */
    public void skip(Frame frame) {
        position += Frame.OVERHEAD_BYTES + frame.length();
    }

    /**
     * Whether any whole frame at or behind the current position was built when the byte at {@code lsn} had already been
     * durable.
     */
    public boolean hasEvidenceOf(long lsn) {
        for (long at = nextWhole(position); at >= 0; ) {
            Frame frame = frameAt(at);
            if (frame == null || frame.durableLsn() > lsn) {
                return frame != null;
            }
            at = nextWhole(at + Frame.OVERHEAD_BYTES + frame.length());
        }
        return false;
    }

    /** Moves to the first whole frame behind the current position; false, without a move, if there is none. */
    public boolean toNextWhole() {
        long next = nextWhole(position + 1);
        position = next < 0 ? position : next;
        return next >= 0;
    }

    /** Offset of the first whole frame at or behind {@code from}; -1 if there is none. */
    private long nextWhole(long from) {
        long at = nextCandidate(from);
        while (at >= 0 && frameAt(at) == null) {
            at = nextCandidate(at + 1);
        }
        return at;
    }

    /**
     * Log position of the first frame of a file without a header, as its frames tell it: the first whole frame header
     * names its own. -1 if there is none.
     */
    public static long baseLsnOf(ReadableFile file) {
        byte[] bytes = new byte[WINDOW_BYTES];
        long size = file.size();
        int step = WINDOW_BYTES - Frame.OVERHEAD_BYTES + 1;
        for (long from = FileHeader.BYTES; from + Frame.OVERHEAD_BYTES <= size; from += step) {
            int read = file.read(ByteBuffer.wrap(bytes, 0, (int) Math.min(WINDOW_BYTES, size - from)), from);
            for (int i = 0; i + Frame.OVERHEAD_BYTES <= read; i++) {
                long lsn = LittleEndian.getLong(bytes, i + FrameHeader.LSN_OFFSET);
                long base = lsn - (from + i - FileHeader.BYTES);
                if (base >= 0 && FrameHeader.isValid(bytes, i, lsn)) {
                    return base;
                }
            }
        }
        return -1;
    }

    /** Offset of the next place whose lsn field names that place; -1 if there is none. */
    private long nextCandidate(long from) {
        for (long at = from; at + Frame.OVERHEAD_BYTES <= fileSize; ) {
            int start = load(at, Frame.OVERHEAD_BYTES);
            int last = (int) Math.min(window.length, fileSize - windowStart) - Frame.OVERHEAD_BYTES;
            for (int i = start; i <= last; i++) {
                long stored = LittleEndian.getLong(window, i + FrameHeader.LSN_OFFSET);
                if (stored != 0 && stored == lsnAt(windowStart + i)) {
                    return windowStart + i;
                }
            }
            at = windowStart + last + 1;
        }
        return -1;
    }

    private @Nullable Frame frameAt(long at) {
        if (at + Frame.OVERHEAD_BYTES > fileSize) {
            return null;
        }
        int start = load(at, Frame.OVERHEAD_BYTES);
        if (!FrameHeader.isValid(window, start, lsnAt(at))) {
            return null;
        }
        Frame frame = FrameHeader.decode(window, start);
        if (at + Frame.OVERHEAD_BYTES + frame.length() > fileSize) {
            return null;
        }
        int whole = load(at, Frame.OVERHEAD_BYTES + frame.length());
        int crc = Crc32c.of(window, whole + Frame.OVERHEAD_BYTES, frame.length());
        return crc == frame.payloadCrc() ? frame : null;
    }

    private long lsnAt(long offset) {
        return baseLsn + offset - FileHeader.BYTES;
    }

    /** Makes the window hold {@code length} bytes from {@code at}, which lie in the file; returns their index in it. */
    private int load(long at, int length) {
        if (at < windowStart || at + length > windowStart + window.length) {
            int size = (int) Math.min(Math.max(length, WINDOW_BYTES), fileSize - at);
            if (window.length != size) {
                window = new byte[size];
            }
            windowStart = at;
            int read = file.read(ByteBuffer.wrap(window), at);
            Arrays.fill(window, read, window.length, (byte) 0);
        }
        return (int) (at - windowStart);
    }
}
