package io.flowdb;

import io.flowdb.error.StorageException;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.memtable.Memtable;
import org.jspecify.annotations.Nullable;

/**
 * Puts the frames of the log, which {@link LogCheck} has seen, into memtables, but for what tables already hold. As
 * many memtables are kept as writers may fill, and as many bytes; before there are more the oldest is flushed. So an
 * opening needs no more memory than the settings say, whoever wrote the log. Threads: one, before any other has the
 * engine.
 */
final class LogReplay {
    private final ReadStates states;
    private final long flushedSeqno;
    private final CommitOptions limits;

    /** Flushes the oldest memtable; null if all of them stay. */
    private @Nullable Runnable flush;

    /**
     * {@code flush} flushes the oldest memtable; if that may be possible later only, it throws a
     * {@link StorageException} that is retryable. Null: memtables stay, however long the log is.
     */
    LogReplay(ReadStates states, long flushedSeqno, CommitOptions limits, @Nullable Runnable flush) {
        this.states = states;
        this.flushedSeqno = flushedSeqno;
        this.limits = limits;
        this.flush = flush;
    }

    /** The next frame. */
    void frame(long firstSeqno, byte[] payload) {
        if (states.current().active().sizeBytes() >= limits.memtableBytes()) {
            states.freeze();
        }
        /* That is no more memtables than writers may fill, as each frozen for its length takes its full share. */
        keepBelow((limits.maxFrozen() + 1) * limits.memtableBytes() - payload.length);
        Memtable active = states.current().active();
        long seqno = firstSeqno;
        for (int at = 0; at < payload.length; at += OpCodec.length(payload, at)) {
            if (seqno > flushedSeqno) {
                active.add(payload, at, seqno);
            }
            seqno++;
        }
    }

    /**
     * Flushes until memtables take no more than {@code allowedBytes}: those of long batches are longer than the
     * settings say, and as many as may be kept are together longer than the heap.
     */
    private void keepBelow(long allowedBytes) {
        for (Runnable room = flush; room != null && states.current().memtableBytes() > allowedBytes; room = flush) {
            if (states.current().frozen().isEmpty()) {
                if (states.current().active().isEmpty()) {
                    return;
                }
                states.freeze();
            }
            int before = states.current().frozen().size();
            try {
                room.run();
            } catch (StorageException e) {
                if (!e.retryable()) {
                    throw e;
                }
                flush = null; // on a full disk all may find room in memory, and can be read, and deleted, then
            }
            if (states.current().frozen().size() == before) {
                return;
            }
        }
    }
}
