package io.flowdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.PreconditionGuard.Violation;
import io.flowdb.QueuedCommit.Failure;
import io.flowdb.QueuedCommit.Outcome;
import io.flowdb.QueuedCommit.Phase;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.error.WriteStallTimeoutException;
import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.base.OpCodec;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.wal.Wal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The one way into the database. Gives commits their order, makes them durable in groups and makes them visible in that
 * order.
 *
 * <p>Threads: any. Errors: see {@link Engine}; after the first failed log write or sync every later commit is refused.
 */
final class CommitPipeline {
    /*
     * A commit takes its sequence numbers, its place in the log and its place in the memtable under the commit lock, so
     * all three orders are one. It is not visible yet: readers stop at publishedSeqno. A committer who finds nobody
     * leading leads: it writes (and syncs) everything appended so far, publishes and releases those it served. While it
     * is at the disk others append, so groups grow with the load and one sync serves many (DeWitt et al. 1984). If none
     * of those who came meanwhile wants a sync it serves them too, as waking one of them takes longer than the write;
     * else the first of them leads.
     */
    /** Groups that one committer writes for others before somebody else has to lead. */
    private static final int MAX_EXTRA_GROUPS = 16;

    /**
     * How often a committer lets other threads run before it sleeps: the lock is free, and a write without a sync over,
     * sooner than a thread wakes up.
     */
    private static final int YIELDS = 50;

    private final Wal wal;
    private final ReadStates states;
    private final CommitOptions options;
    private final EngineCounters counters;
    private final Runnable onFrozen;

    private final ReentrantLock commitLock = new ReentrantLock(); // rank 10, docs/concurrency.md
    private final Condition roomOrIdle = commitLock.newCondition();

    @GuardedBy("commitLock")
    private final Backlog backlog;

    @GuardedBy("commitLock")
    private long lastSeqno;

    /** Commits that are not published yet, in their order. */
    @GuardedBy("commitLock")
    private final ArrayDeque<QueuedCommit> queue = new ArrayDeque<>();

    /** How many in {@link #queue} want a sync. */
    @GuardedBy("commitLock")
    private int queuedSyncs;

    /** Whether some thread writes a group, or is about to. If not, the queue is empty. */
    @GuardedBy("commitLock")
    private boolean leading;

    @GuardedBy("commitLock")
    private @Nullable FlowDbException refusal;

    /** Why commits are refused when there is no memory to say more. */
    private final Failure halfWay = new Failure(new StorageException("A commit ended half-way", null), Outcome.UNKNOWN);

    private volatile long publishedSeqno; // written by the leader only
    private volatile long publishedTag; // written by the leader only
    private volatile long takenBackSeqno; // commits from publishedSeqno to here at the time of a roll-back are gone

    CommitPipeline(
            Wal wal,
            ReadStates states,
            CommitOptions options,
            EngineCounters counters,
            long lastSeqno,
            Runnable onFrozen) {
        this.wal = wal;
        this.states = states;
        this.options = options;
        this.backlog = new Backlog(options.memtableBytes(), options.maxFrozen(), options.compacting());
        this.counters = counters;
        this.lastSeqno = lastSeqno;
        this.publishedSeqno = lastSeqno;
        this.onFrozen = onFrozen;
    }

    /** Tag in the log of the newest commit that was published; 0 if none was since the engine was opened. */
    long publishedTag() {
        return publishedTag;
    }

    /** The newest sequence number that readers may see. */
    long publishedSeqno() {
        return publishedSeqno;
    }

    /** Commits the batch unless the guard, if there is one, is violated; see {@link OrderedStore#commit}. */
    CommitOutcome commit(WriteBatch batch, @Nullable PreconditionGuard guard, WriteOptions writeOptions) {
        byte[] payload = batch.encoded();
        int length = (int) batch.sizeBytes();
        int crc = Crc32c.of(payload, 0, length);
        boolean sync =
                writeOptions == WriteOptions.SYNC || writeOptions == WriteOptions.DEFAULT && options.syncByDefault();
        while (true) {
            SstSet checked = states.current().ssts();
            Violation violation = guard == null ? null : checkTables(guard);
            if (violation == null) {
                QueuedCommit waiter;
                lock(sync);
                try {
                    checkWritable();
                    if (guard != null && states.current().ssts() != checked) {
                        continue;
                    }
                    violation = checkMemtables(guard);
                    if (violation == null && batch.isEmpty()) {
                        return new CommitOutcome.Committed(publishedSeqno);
                    }
                    waiter = violation == null ? append(batch, payload, length, crc, sync) : null;
                } finally {
                    commitLock.unlock();
                }
                if (waiter != null) {
                    await(waiter);
                    counters.written(batch.size(), length);
                    pause(waiter.pauseNanos);
                    return new CommitOutcome.Committed(waiter.seqno);
                }
            }
            if (violation != null) {
                awaitVisible(violation.seqno());
                return new CommitOutcome.Conflict(violation.precondition());
            }
        }
    }

    /** Freezes the active memtable if {@code condition} holds of the current state; it is asked under the lock. */
    void freezeIf(Predicate<ReadState> condition) {
        commitLock.lock();
        try {
            if (!condition.test(states.current())) {
                return;
            }
            states.freeze();
        } finally {
            commitLock.unlock();
        }
        onFrozen.run();
    }

    /** To be called after a flush or compaction: stalled writers may go on. */
    void frozenCountFell() {
        commitLock.lock();
        try {
            backlog.forget();
            roomOrIdle.signalAll();
        } finally {
            commitLock.unlock();
        }
    }

    /** Refuses every later commit with {@code cause}; the first refusal stays. */
    void refuse(FlowDbException cause) {
        commitLock.lock();
        try {
            if (!isFailure(refusal)) {
                refusal = cause;
            }
            roomOrIdle.signalAll();
        } finally {
            commitLock.unlock();
        }
    }

    /** Throws if commits are refused. */
    void checkAccepting() {
        FlowDbException cause = refusal();
        if (cause != null) {
            throw refused(cause);
        }
    }

    /** Whether commits are refused for another reason than that the engine is being closed. */
    boolean hasFailed() {
        return isFailure(refusal());
    }

    private static boolean isFailure(@Nullable FlowDbException refusal) {
        return refusal != null && !(refusal instanceof EngineClosedException);
    }

    /** Why commits are refused, or null. */
    @Nullable
    FlowDbException refusal() {
        commitLock.lock();
        try {
            return refusal;
        } finally {
            commitLock.unlock();
        }
    }

    /** Refuses new commits and waits until those on their way have ended. */
    void close() {
        commitLock.lock();
        try {
            if (refusal == null) {
                refusal = new EngineClosedException("engine");
            }
            roomOrIdle.signalAll();
            while (leading) {
                roomOrIdle.awaitUninterruptibly();
            }
        } finally {
            commitLock.unlock();
        }
    }

    /**
     * Takes the commit lock. Without a sync it is held for a few microseconds, so others run meanwhile before this
     * thread sleeps.
     */
    private void lock(boolean sync) {
        for (int i = 0; i < YIELDS && !sync; i++) {
            if (commitLock.tryLock()) {
                return;
            }
            Thread.yield();
        }
        commitLock.lock();
    }

    private @Nullable Violation checkTables(PreconditionGuard guard) {
        ReadState state = states.enter();
        try {
            for (Sst table : state.ssts().tables()) {
                Violation violation = guard.check(table);
                if (violation != null) {
                    return violation;
                }
            }
            return null;
        } finally {
            state.leave();
        }
    }

    @GuardedBy("commitLock")
    private @Nullable Violation checkMemtables(@Nullable PreconditionGuard guard) {
        if (guard == null || guard.sinceSeqno() >= lastSeqno) {
            return null;
        }
        ReadState state = states.current();
        Violation violation = guard.check(state.active());
        List<Memtable> frozen = state.frozen();
        for (int i = 0; i < frozen.size() && violation == null; i++) {
            violation = guard.check(frozen.get(i));
        }
        return violation;
    }

    @GuardedBy("commitLock")
    private void checkWritable() {
        awaitRoom();
        if (refusal != null) {
            throw refused(refusal);
        }
        if (isActiveFull()) {
            states.freeze();
            onFrozen.run();
        }
    }

    /** A new exception for each caller, so that its stack trace is the caller's. */
    static FlowDbException refused(FlowDbException cause) {
        return cause instanceof EngineClosedException
                ? new EngineClosedException("engine")
                : new StorageException(
                        "The engine refuses writes until it is opened again, since: " + cause.getMessage(), cause);
    }

    @GuardedBy("commitLock")
    private boolean isActiveFull() {
        return backlog.isActiveFull(states.current());
    }

    /** Waits until there is room for the commit, or commits are refused; gives up after the limit. */
    @GuardedBy("commitLock")
    private void awaitRoom() {
        long stalledAt = 0;
        boolean interrupted = false;
        try {
            while (refusal == null && isActiveFull() && backlog.isFull(states.current())) {
                stalledAt = stalledAt == 0 ? System.nanoTime() : stalledAt;
                long waited = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stalledAt);
                if (waited >= options.stallLimitMillis()) {
                    throw new WriteStallTimeoutException(waited);
                }
                interrupted |= awaitFlush();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (stalledAt != 0) {
                counters.stalled(System.nanoTime() - stalledAt);
            }
        }
    }

    /** Waits a while for a flush; true if it was interrupted, which the caller is to pass on later. */
    @GuardedBy("commitLock")
    private boolean awaitFlush() {
        try {
            roomOrIdle.await(100, TimeUnit.MILLISECONDS);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    @GuardedBy("commitLock")
    private QueuedCommit append(WriteBatch batch, byte[] payload, int length, int crc, boolean sync) {
        long first = lastSeqno + 1;
        long last = lastSeqno + batch.size();
        ReadState state = states.current();
        QueuedCommit waiter = new QueuedCommit(first, last, sync);
        try {
            long seqno = lastSeqno;
            for (int at = 0; at < length; at += OpCodec.length(payload, at)) {
                state.active().add(payload, at, ++seqno);
            }
            queue.add(waiter);
            wal.append(first, payload, length, crc); // all of the frame or nothing, and the last that can fail
        } catch (RuntimeException | Error e) {
            /* Part of the batch may be in the memtable, unpublished: nothing may be committed behind it. */
            queue.removeLastOccurrence(waiter);
            refusal = halfWay.cause();
            refusal = new StorageException("A commit ended half-way: " + e, e);
            throw e;
        }
        lastSeqno = last;
        queuedSyncs += sync ? 1 : 0;
        if (!leading) {
            leading = true;
            waiter.phase = Phase.LEADING;
        }
        waiter.pauseNanos = backlog.pauseNanos(state, length);
        return waiter;
    }

    private void await(QueuedCommit waiter) {
        for (int i = 0; i < YIELDS && !waiter.sync && waiter.phase == Phase.WAITING; i++) {
            Thread.yield();
        }
        boolean interrupted = false;
        while (waiter.phase == Phase.WAITING) {
            waiter.parked = true;
            if (waiter.phase == Phase.WAITING) {
                LockSupport.park(this);
                interrupted |= Thread.interrupted();
            }
        }
        if (waiter.phase == Phase.LEADING) {
            lead(waiter.sync);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Failure failure = waiter.failure;
        if (failure != null) {
            throw failure.toThrow();
        }
    }

    /** Slows the writer down, after its commit, as flushes or compactions are behind. */
    private void pause(long nanos) {
        if (nanos == 0) {
            return;
        }
        long start = System.nanoTime();
        boolean interrupted = false;
        for (long left = nanos; left > 0; left = nanos - (System.nanoTime() - start)) {
            LockSupport.parkNanos(this, left);
            interrupted |= Thread.interrupted();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        counters.stalled(System.nanoTime() - start);
    }

    /** Writes what is queued, group by group, and hands the lead on; whatever happens, nobody is left waiting. */
    private void lead(boolean sync) {
        try {
            leadGroups(sync);
        } catch (RuntimeException | Error e) {
            endHalfWay();
            halfWay.cause().addSuppressed(e);
        }
    }

    private void leadGroups(boolean sync) {
        ArrayList<QueuedCommit> served = new ArrayList<>(MAX_EXTRA_GROUPS); // not made at the first add, see publish
        boolean syncNext = sync;
        for (int groups = 0; ; groups++) {
            long written;
            try {
                written = writeGroup(syncNext);
            } catch (FlowDbException e) {
                fail(e);
                return;
            }
            lock(syncNext);
            try {
                publish(written, syncNext, served);
                if (queuedSyncs > 0 || groups == MAX_EXTRA_GROUPS || queue.isEmpty()) {
                    handOver();
                    break;
                }
            } finally {
                commitLock.unlock();
            }
            release(served);
            syncNext = false;
        }
        release(served);
    }

    private long writeGroup(boolean sync) {
        try {
            long start = System.nanoTime();
            long written = wal.write(sync);
            if (sync) {
                counters.synced(System.nanoTime() - start);
            }
            return written;
        } catch (FlowDbException e) {
            throw e;
        } catch (RuntimeException | Error e) {
            throw new StorageException("Writing the log failed: " + e, e);
        }
    }

    /** Publishes the commits that the log holds as they want it, and moves them from the queue to {@code served}. */
    @GuardedBy("commitLock")
    private void publish(long written, boolean synced, ArrayList<QueuedCommit> served) {
        served.ensureCapacity(queue.size()); // so that nothing can fail between taking one out and releasing it
        long last = publishedSeqno;
        for (QueuedCommit next = queue.peek(); next != null && next.first <= written; next = queue.peek()) {
            if (next.sync && !synced) {
                break;
            }
            last = next.seqno;
            publishedTag = next.first;
            queuedSyncs -= next.sync ? 1 : 0;
            served.add(queue.remove());
        }
        publishedSeqno = last;
    }

    @GuardedBy("commitLock")
    private void handOver() {
        QueuedCommit next = queue.peek();
        if (next == null) {
            leading = false;
            roomOrIdle.signalAll();
        } else {
            next.enter(Phase.LEADING);
        }
    }

    private static void release(List<QueuedCommit> served) {
        for (int i = 0; i < served.size(); i++) {
            served.get(i).enter(Phase.DONE);
        }
        served.clear();
    }

    /**
     * Ends everyone in the queue, as later records stand behind those that failed. If the disk was full, or too many
     * files were open, log and memtables are put back to the last published commit and the next commit may try again;
     * otherwise nothing is accepted any more.
     */
    private void fail(FlowDbException cause) {
        ArrayList<QueuedCommit> served = new ArrayList<>(MAX_EXTRA_GROUPS); // not made at the first add, see publish
        long durable = syncWritten(cause);
        commitLock.lock();
        try {
            publish(durable, true, served);
            boolean rolledBack = rollBack(cause);
            if (!rolledBack && !isFailure(refusal)) {
                refusal = cause;
            }
            Failure failure = new Failure(cause, rolledBack ? Outcome.TAKEN_BACK : Outcome.UNKNOWN);
            endQueue(failure, rolledBack ? failure : new Failure(cause, Outcome.REFUSED));
        } finally {
            commitLock.unlock();
        }
        release(served);
    }

    /** Ends everyone in the queue after a failure of the leader's own, of memory most likely: so this needs none. */
    private void endHalfWay() {
        while (!commitLock.tryLock()) {
            Thread.onSpinWait();
        }
        try {
            refusal = isFailure(refusal) ? refusal : halfWay.cause();
            endQueue(halfWay, halfWay);
        } finally {
            commitLock.unlock();
        }
    }

    /** {@code ofUnwritten} is for those that the log had not begun to write, and never will. */
    @GuardedBy("commitLock")
    private void endQueue(Failure failure, Failure ofUnwritten) {
        long begun = failure == ofUnwritten ? 0 : wal.begunTag();
        for (QueuedCommit waiter = queue.poll(); waiter != null; waiter = queue.poll()) {
            waiter.failure = waiter.first > begun ? ofUnwritten : failure;
            waiter.enter(Phase.DONE);
        }
        queuedSyncs = 0;
        leading = false;
        roomOrIdle.signalAll();
    }

    /**
     * Before a roll-back: frames that an earlier write handed over, and whose owners wait for a sync, stand in the log
     * and cannot be taken back. Syncs them and returns the last tag, 0 if there are none or they could not be synced.
     */
    private long syncWritten(FlowDbException cause) {
        long written = wal.writtenTag();
        if (!canBeTakenBack(cause) || written <= publishedSeqno) {
            return 0;
        }
        try {
            wal.sync();
            return written;
        } catch (RuntimeException | Error e) {
            if (e != cause) {
                cause.addSuppressed(e);
            }
            return 0;
        }
    }

    /** For want of space or of open files: {@link Wal#write} had not begun, or left what can be cut off. */
    private static boolean canBeTakenBack(FlowDbException cause) {
        return cause instanceof StorageException && cause.retryable();
    }

    /** False, whatever happens, if not all could be put back: those in the queue wait for an answer. */
    @GuardedBy("commitLock")
    private boolean rollBack(FlowDbException cause) {
        if (isFailure(refusal) || !canBeTakenBack(cause)) {
            return false;
        }
        try {
            wal.rollBack();
            states.dropAbove(publishedSeqno);
            takenBackSeqno = lastSeqno;
            lastSeqno = publishedSeqno; // no gap: recovery takes one for a lost part of the log
            return true;
        } catch (RuntimeException | Error e) {
            if (e != cause) {
                cause.addSuppressed(e);
            }
            return false;
        }
    }

    /** Waits until the commit is visible or can never be. */
    private void awaitVisible(long seqno) {
        while (publishedSeqno < seqno && takenBackSeqno < seqno && refusal() == null) {
            LockSupport.parkNanos(20_000);
        }
    }
}
