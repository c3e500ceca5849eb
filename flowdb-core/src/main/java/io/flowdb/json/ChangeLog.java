package io.flowdb.json;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.CommitOutcome;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.LimitExceededException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the newest committed changes, in commit order, for change feeds. Nothing is kept before the first feed is asked for.
 *
 * <p>Commits return in any order. A commit that is under way will get a sequence number above the newest one at its begin, so a
 * finished one may be given out as soon as its number is not above the begin of any that is under way. Threads: any.
 */
final class ChangeLog {
    private static final long MAX_BYTES = 64L << 20;
    private static final long INACTIVE = -1;

    private final Database database;
    /** Held shared during commits while no feed is wanted, so that the first feed knows when all of them are over. Rank 3. */
    private final ReentrantReadWriteLock activation = new ReentrantReadWriteLock();
    /** Rank 97 in docs/concurrency.md. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition grown = lock.newCondition();
    private volatile boolean active; // set once, under the write lock of activation

    /** Begins of the commits under way, each with how often it occurs. */
    @GuardedBy("lock")
    private final TreeMap<Long, Integer> underWay = new TreeMap<>();

    /** Finished commits that may have to wait for an earlier one. */
    @GuardedBy("lock")
    private final TreeMap<Long, List<Recorded>> finished = new TreeMap<>();

    @GuardedBy("lock")
    private final Deque<Entry> kept = new ArrayDeque<>();

    @GuardedBy("lock")
    private long keptBytes;

    /** Everything after this number is kept. */
    @GuardedBy("lock")
    private long completeAfter;

    /** Everything up to this number can be given out. */
    @GuardedBy("lock")
    private long completeUpTo;

    @GuardedBy("lock")
    private boolean closed;

    ChangeLog(Database database) {
        this.database = database;
    }

    /** The change of one document, as stored bytes. */
    record Recorded(StoreDef store, byte[] documentKey, byte @Nullable [] before, byte @Nullable [] after) {
        int bytes() {
            return 100 + documentKey.length + (before == null ? 0 : before.length) + (after == null ? 0 : after.length);
        }
    }

    /** The changes of one commit. */
    record Entry(long seqno, List<Recorded> changes) {
        long bytes() {
            long bytes = 100;
            for (Recorded change : changes) {
                bytes += change.bytes();
            }
            return bytes;
        }
    }

    boolean isActive() {
        return active;
    }

    /** Announces a commit; returns what {@link #end} wants to know. */
    long begin() {
        if (!active) {
            activation.readLock().lock();
            if (!active) {
                return INACTIVE;
            }
            activation.readLock().unlock();
        }
        lock.lock();
        try {
            long begin = database.store.lastSeqno();
            underWay.merge(begin, 1, Integer::sum);
            return begin;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a commit. */
    void end(long begin, CommitPlan plan, @Nullable CommitOutcome outcome) {
        if (begin == INACTIVE) {
            activation.readLock().unlock();
            return;
        }
        List<Recorded> changes = List.of();
        if (outcome instanceof CommitOutcome.Committed) {
            changes = new ArrayList<>(plan.changes.size());
            for (Change change : plan.changes) {
                byte[] before = change.before == null ? null : change.before.value();
                if (before != null || change.after != null) {
                    changes.add(new Recorded(change.store, change.documentKey, before, change.after));
                }
            }
        }
        lock.lock();
        try {
            underWay.merge(begin, -1, (a, b) -> a + b == 0 ? null : a + b);
            if (outcome instanceof CommitOutcome.Committed committed && !changes.isEmpty()) {
                finished.put(committed.seqno(), changes);
            }
            release();
        } finally {
            lock.unlock();
        }
    }

    /** Moves finished commits that no other can precede to where feeds find them. */
    @GuardedBy("lock")
    private void release() {
        long upTo = underWay.isEmpty() ? Long.MAX_VALUE : underWay.firstKey();
        boolean any = false;
        while (!finished.isEmpty() && finished.firstKey() <= upTo) {
            var first = finished.pollFirstEntry();
            Entry entry = new Entry(first.getKey(), List.copyOf(first.getValue()));
            kept.addLast(entry);
            keptBytes += entry.bytes();
            completeUpTo = Math.max(completeUpTo, entry.seqno());
            any = true;
        }
        while (kept.size() > database.limits.changeRetention() || (keptBytes > MAX_BYTES && kept.size() > 1)) {
            Entry oldest = kept.removeFirst();
            keptBytes -= oldest.bytes();
            completeAfter = oldest.seqno();
        }
        if (any) {
            grown.signalAll();
        }
    }

    /** Starts to keep changes, if it has not begun yet; commits under way are waited for. */
    void activate() {
        if (active) {
            return;
        }
        activation.writeLock().lock();
        lock.lock();
        try {
            if (!active) {
                completeAfter = database.store.lastSeqno();
                completeUpTo = completeAfter;
                active = true;
            }
        } finally {
            lock.unlock();
            activation.writeLock().unlock();
        }
    }

    /** Throws unless every change after {@code seqno} is kept. */
    void check(long seqno) {
        lock.lock();
        try {
            checkKept(seqno);
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void checkKept(long seqno) {
        if (seqno < completeAfter) {
            throw new LimitExceededException(
                    null, "changeRetention", database.limits.changeRetention(), kept.size() + 1L);
        }
    }

    /** The first commit after {@code seqno}, waiting for it up to {@code nanos}; null if there was none. */
    @Nullable
    Entry next(long seqno, long nanos) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long rest = nanos;
            while (true) {
                if (closed) {
                    throw new EngineClosedException("database");
                }
                checkKept(seqno);
                Entry found = find(seqno);
                if (found != null || rest <= 0) {
                    return found;
                }
                rest = grown.awaitNanos(rest);
            }
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private @Nullable Entry find(long seqno) {
        if (seqno >= completeUpTo) {
            return null;
        }
        for (Entry entry : kept) {
            if (entry.seqno() > seqno) {
                return entry;
            }
        }
        return null;
    }

    /** The newest number up to which everything can be given out. */
    long completeUpTo() {
        lock.lock();
        try {
            return completeUpTo;
        } finally {
            lock.unlock();
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
