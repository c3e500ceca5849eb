package io.flowdb;

import io.flowdb.error.StorageException;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.memtable.Memtable;

/**
 * Puts the frames of the log, which {@link LogCheck} has seen, into memtables, but for what tables already hold. As
 * many memtables are kept as writers may fill, and as many bytes; before there are more the oldest is flushed. So an
 * opening needs no more memory than the settings say, whoever wrote the log. Threads: one, before any other has the
 * engine.
 */
final class LogReplay {
    private final ReadStates states;
    private final long flushedSeqno;
    private final CommitPipeline.Options limits;
    private final Room room;
    private boolean roomless;

    /** What makes room for another memtable. */
    @FunctionalInterface
    interface Room {
        /** None: memtables stay. */
        Room NONE = () -> {};

        /**
         * Flushes the oldest memtable. If that may be possible later only, a {@link StorageException} that is retryable
         * is thrown.
         */
        void make();
    }

    LogReplay(ReadStates states, long flushedSeqno, CommitPipeline.Options limits, Room room) {
        this.states = states;
        this.flushedSeqno = flushedSeqno;
        this.limits = limits;
        this.room = room;
    }

    /** The next frame. */
    void frame(long firstSeqno, byte[] payload, String file, long offset) {
        if (states.current().active().sizeBytes() >= limits.memtableBytes()) {
            if (states.current().frozen().size() >= limits.maxFrozen()) {
                makeRoom();
            }
            states.freeze();
        }
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
        while (room != Room.NONE && !roomless && states.current().memtableBytes() > allowedBytes) {
            if (states.current().frozen().isEmpty()) {
                if (states.current().active().isEmpty()) {
                    return;
                }
                states.freeze();
            }
            int before = states.current().frozen().size();
            makeRoom();
            if (states.current().frozen().size() == before) {
                return;
            }
        }
    }

    /** On a full disk the records may all find room in memory, and can be read, and deleted, then. */
    private void makeRoom() {
        if (roomless) {
            return;
        }
        try {
            room.make();
        } catch (StorageException e) {
            if (!e.retryable()) {
                throw e;
            }
            roomless = true;
        }
    }
}
