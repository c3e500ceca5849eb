package io.flowdb;

import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** One commit on its way to the disk, in the queue of the {@link CommitPipeline}. Threads: its own, and the leader's. */
final class QueuedCommit {
    private final Thread thread = Thread.currentThread();
    final long first; // the tag of the commit's frame
    final long seqno; // its last
    final boolean sync;
    volatile Phase phase = Phase.WAITING; // set by the leader
    volatile boolean parked; // set before the last look at phase, so the leader sees it or the waiter sees the phase

    @Nullable
    Failure failure; // set before phase, read after it

    long pauseNanos; // its own thread's

    enum Phase {
        WAITING,
        LEADING,
        DONE
    }

    /**
     * Why a group failed.
     *
     * @param cause of the failure
     * @param rolledBack whether nothing of the group was stored; otherwise that is unknown
     */
    record Failure(FlowDbException cause, boolean rolledBack) {
        FlowDbException toThrow() {
            return rolledBack && cause instanceof StorageException s
                    ? s.within("Nothing was stored: " + cause.getMessage())
                    : new CommitUnknownException(
                            cause.getMessage() + "; whether this commit survives is unknown", cause);
        }
    }

    QueuedCommit(long first, long seqno, boolean sync) {
        this.first = first;
        this.seqno = seqno;
        this.sync = sync;
    }

    void enter(Phase next) {
        phase = next;
        if (parked) {
            LockSupport.unpark(thread);
        }
    }
}
