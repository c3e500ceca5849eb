package io.flowdb;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.base.Op;
import io.flowdb.internal.base.OpCodec;

/**
 * Looks at the frames of the log before anything is made of them: their operations fit, and their sequence numbers go
 * on from the tables' without a gap. Threads: one. Errors: {@link CorruptionException}.
 */
final class LogCheck {
    private final long flushedSeqno;
    private long lastSeqno;

    /** Tables hold everything up to {@code flushedSeqno}. */
    LogCheck(long flushedSeqno) {
        this.flushedSeqno = flushedSeqno;
        this.lastSeqno = flushedSeqno;
    }

    /** The newest sequence number of tables and log. */
    long lastSeqno() {
        return lastSeqno;
    }

    /** The next frame. */
    void frame(long firstSeqno, byte[] payload, String file, long offset) {
        if (firstSeqno > lastSeqno + 1) {
            throw new CorruptionException(
                    file, offset, "sequence number " + firstSeqno + " after " + lastSeqno + ": commits are missing");
        }
        long seqno = firstSeqno;
        for (int at = 0; at < payload.length; at += lengthAt(payload, at, file, offset)) {
            if (seqno > flushedSeqno) {
                if (seqno <= lastSeqno) {
                    throw new CorruptionException(file, offset, "sequence number " + seqno + " after " + lastSeqno);
                }
                lastSeqno = seqno;
            }
            seqno++;
        }
    }

    private static int lengthAt(byte[] payload, int at, String file, long offset) {
        if (!isOperation(payload, at)) {
            throw new CorruptionException(file, offset, "operation at " + at + " of the frame is malformed");
        }
        return OpCodec.length(payload, at);
    }

    /** Whether there is an operation at {@code at}, and all of it. */
    static boolean isOperation(byte[] payload, int at) {
        if (payload.length - at < OpCodec.HEADER_BYTES || !Op.isKnown(OpCodec.op(payload, at))) {
            return false;
        }
        byte op = OpCodec.op(payload, at);
        int keyLength = OpCodec.keyLength(payload, at);
        int valueLength = OpCodec.valueLength(payload, at);
        boolean range = op == Op.DELETE_RANGE.code();
        return (range || keyLength > 0)
                && (op == Op.DELETE.code() ? valueLength == 0 : valueLength >= 0)
                && valueLength <= payload.length - at - OpCodec.HEADER_BYTES - keyLength;
    }
}
