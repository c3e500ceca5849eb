package io.flowdb.internal.wal;

import io.flowdb.internal.frame.Frame;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Frames that have been appended and not yet written. Small ones are copied into direct buffers that are used again and
 * again; a large payload is referred to. Threads: guarded by its owner.
 */
final class PendingFrames {
    private static final int BUFFER_BYTES = 256 << 10;
    private static final int LARGE_PAYLOAD_BYTES = 64 << 10;

    private final List<ByteBuffer> free = new ArrayList<>();
    private final List<ByteBuffer> copied = new ArrayList<>();
    private final List<ByteBuffer> buffers = new ArrayList<>();
    private final byte[] header = new byte[Frame.OVERHEAD_BYTES];
    private boolean sealed = true;
    private long firstLsn;
    private long endLsn;
    private long lastTag;

    boolean isEmpty() {
        return buffers.isEmpty();
    }

    long firstLsn() {
        return firstLsn;
    }

    long endLsn() {
        return endLsn;
    }

    long lastTag() {
        return lastTag;
    }

    /** Adds the whole frame, or nothing of it if this throws. */
    void add(Frame frame, byte[] payload) {
        int copiedBefore = copied.size();
        int buffersBefore = buffers.size();
        boolean sealedBefore = sealed;
        int filled = sealed ? 0 : buffers.get(buffersBefore - 1).position();
        try {
            frame.encodeHeader(header, 0);
            copy(header, header.length);
            if (frame.length() > LARGE_PAYLOAD_BYTES) {
                buffers.add(ByteBuffer.wrap(payload, 0, frame.length()).slice());
                sealed = true;
            } else {
                copy(payload, frame.length());
            }
        } catch (RuntimeException | Error e) {
            shorten(copied, copiedBefore);
            shorten(buffers, buffersBefore);
            sealed = sealedBefore;
            if (!sealed) {
                buffers.get(buffersBefore - 1).position(filled);
            }
            throw e;
        }
        if (buffersBefore == 0) {
            firstLsn = frame.lsn();
        }
        endLsn = frame.endLsn();
        lastTag = frame.tag();
    }

    private static void shorten(List<ByteBuffer> list, int size) {
        list.subList(Math.min(size, list.size()), list.size()).clear();
    }

    /** What to write, in order, each from position 0 to its limit. */
    List<ByteBuffer> buffers() {
        for (ByteBuffer buffer : copied) {
            if (buffer.position() != 0) {
                buffer.flip();
            }
        }
        return buffers;
    }

    void clear() {
        for (ByteBuffer buffer : copied) {
            free.add(buffer.clear());
        }
        copied.clear();
        buffers.clear();
        sealed = true;
    }

    private void copy(byte[] bytes, int length) {
        for (int done = 0; done < length; ) {
            ByteBuffer last = sealed ? open() : buffers.get(buffers.size() - 1);
            int n = Math.min(last.remaining(), length - done);
            last.put(bytes, done, n);
            done += n;
            sealed = last.remaining() == 0;
        }
    }

    private ByteBuffer open() {
        ByteBuffer buffer = free.isEmpty() ? ByteBuffer.allocateDirect(BUFFER_BYTES) : free.remove(free.size() - 1);
        copied.add(buffer);
        buffers.add(buffer);
        sealed = false;
        return buffer;
    }
}
