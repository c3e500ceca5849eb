package io.flowdb;

import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One commit on its way to the disk, in the queue of the {@link CommitPipeline}. Threads: its own, and the leader's.
 */
final class QueuedCommit {
    private final Thread thread = Thread.currentThread();
    final long first; // sequence number of its first operation, and tag of its frame in the log
    final long seqno; // of its last operation
    final boolean sync;
    volatile Phase phase = Phase.WAITING; // set by the leader
    volatile boolean parked; // set before the last look at phase, so the leader sees it or the waiter sees the phase

    @Nullable
    Failure failure; // set before phase, read after it

    long pauseNanos; // how long its thread is to sleep after the commit; used by that thread only

    enum Phase {
        WAITING,
        LEADING,
        DONE
    }

    /** What is known of a commit that failed. */
    enum Outcome {
        /** It is not stored, and the next one may be. */
        TAKEN_BACK,
        /** It is not stored, and neither is any later one. */
        REFUSED,
        /** It may be stored. */
        UNKNOWN
    }

    /** Why a commit failed, and what that means for it. */
    record Failure(FlowDbException cause, Outcome outcome) {
        FlowDbException toThrow() {
            if (outcome == Outcome.REFUSED) {
                return CommitPipeline.refused(cause);
            }
            return outcome == Outcome.TAKEN_BACK && cause instanceof StorageException s
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
