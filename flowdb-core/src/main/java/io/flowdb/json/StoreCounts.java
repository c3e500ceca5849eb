package io.flowdb.json;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.CommitOutcome;
import io.flowdb.FlowRecord;
import io.flowdb.OrderedStore;
import io.flowdb.StoreCursor;
import io.flowdb.StoreSnapshot;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Numbers of documents, counted once by walking the keys and then kept up to date by every commit. Each number is that
 * of a committed state, and of none older than what was visible when it was asked for. A store with documents that
 * expire is walked each time. Threads: any.
 */
final class StoreCounts {
    /*
     * Commits return in any order, and are visible a moment before they return. One that is under way will get a
     * sequence number above the newest one at its begin (as in ChangeLog): so up to the least of these begins nothing
     * is missing, and differences beyond it wait. Who asks when more than that is visible waits for the commits that
     * may be part of it, though no longer than a walk would take, which needs nobody.
     */
    /** What a walk takes beside {@link #WALK_NANOS_PER_DOCUMENT}. */
    private static final long WALK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private static final long WALK_NANOS_PER_DOCUMENT = 100;

    /** How long a count waits for commits that did not announce themselves. */
    private static final long SETTLE_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** Differences to be added up once there are more. */
    private static final int MOST_LATER = 100;

    private final OrderedStore store;
    private final ChangeLog commits;

    /** Rank 98 in docs/concurrency.md. */
    private final ReentrantLock lock = new ReentrantLock();

    private final Condition ended = lock.newCondition();

    /** Whether commits announce themselves, as somebody has counted. Never false again. */
    private volatile boolean announcing;

    /** Whether all commits have ended that did not. Never false again. */
    private volatile boolean settled;

    /** By the id of the store. */
    @GuardedBy("lock")
    private final Map<Integer, Count> counts = new HashMap<>();

    StoreCounts(OrderedStore store, ChangeLog commits) {
        this.store = store;
        this.commits = commits;
    }

    /**
     * A commit under way.
     *
     * @param seqno newest sequence number at its begin
     * @param counts of the stores that it changes
     */
    record Begun(long seqno, Set<Count> counts) {}

    /** Announces a commit; {@link #end} must follow, with what this returns. */
    @Nullable
    Begun begin(CommitPlan plan) {
        if (!announcing) {
            return null;
        }
        lock.lock();
        try {
            Begun begun = new Begun(store.lastSeqno(), new LinkedHashSet<>());
            RemovedDocuments removed = plan.removed();
            if (removed != null) {
                begun.counts.add(countOf(removed.store));
            }
            for (Change change : plan.changes) {
                begun.counts.add(countOf(change.store));
            }
            begun.counts.forEach(count -> count.begins.merge(begun.seqno, 1, Integer::sum));
            return begun;
        } finally {
            lock.unlock();
        }
    }

    /** Ends a commit, and adds its differences if {@code outcome} says that it was done. */
    void end(@Nullable Begun begun, CommitPlan plan, @Nullable CommitOutcome outcome) {
        if (begun == null) {
            return;
        }
        lock.lock();
        try {
            if (outcome instanceof CommitOutcome.Committed committed) {
                add(plan, committed.seqno());
            }
        } catch (RuntimeException | Error e) {
            begun.counts.forEach(Count::forget); // they are wrong without the differences
            throw e;
        } finally {
            begun.counts.forEach(count -> count.ended(begun.seqno));
            ended.signalAll();
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void add(CommitPlan plan, long seqno) {
        RemovedDocuments removed = plan.removed();
        if (removed != null) {
            countOf(removed.store).add(-removed.count(), removed.expire(), seqno);
        }
        for (Change change : plan.changes) {
            countOf(change.store).add(change.countDelta(), CommitPlan.expires(change), seqno);
        }
    }

    @GuardedBy("lock")
    private Count countOf(StoreDef def) {
        return counts.computeIfAbsent(def.id, id -> new Count());
    }

    /** A store is gone, and its id with it. */
    void deleted(StoreDef def) {
        lock.lock();
        try {
            counts.remove(def.id);
        } finally {
            lock.unlock();
        }
    }

    /** Number of documents in the newest state. */
    long count(StoreDef def) {
        long known = known(def);
        if (known >= 0) {
            return known;
        }
        announcing = true;
        settled = settled || commits.awaitCommits(SETTLE_NANOS);
        Object walker = new Object();
        if (!settled || !begins(def, walker)) {
            return walk(def).documents;
        }
        Walk walk = null;
        try {
            walk = walk(def);
            return walk.documents;
        } finally {
            ends(def, walker, walk);
        }
    }

    /** Whether {@code walker} is to count the store for all; no other one does. */
    private boolean begins(StoreDef def, Object walker) {
        lock.lock();
        try {
            Count count = countOf(def);
            if (count.walker != null) {
                return false;
            }
            count.walker = walker;
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void ends(StoreDef def, Object walker, @Nullable Walk walk) {
        lock.lock();
        try {
            Count count = countOf(def);
            if (count.walker == walker && walk != null) {
                count.walked(walk);
            } else if (count.walker == walker) {
                count.forget();
            }
        } finally {
            lock.unlock();
        }
    }

    /** The number that is kept, or -1 if the keys have to be walked. */
    private long known(StoreDef def) {
        long newest = store.lastSeqno();
        lock.lock();
        try {
            Count count = counts.get(def.id);
            if (count == null) {
                return -1;
            }
            long left = WALK_NANOS + count.documents * WALK_NANOS_PER_DOCUMENT;
            while (count.isKnown() && count.completeUntil() < newest && left > 0) {
                left = ended.awaitNanos(left);
            }
            return count.isKnown() && count.completeUntil() >= newest ? count.complete() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        } finally {
            lock.unlock();
        }
    }

    /** What a walk has seen, in the state of commit {@code seqno}. */
    private record Walk(long documents, boolean expires, long seqno) {}

    private Walk walk(StoreDef def) {
        try (StoreSnapshot snapshot = store.snapshot();
                StoreCursor cursor = snapshot.scan(def.prefix, def.end, false)) {
            long documents = 0;
            boolean expires = false;
            while (cursor.next()) {
                documents++;
                expires |= cursor.expireAt() != FlowRecord.NEVER;
            }
            return new Walk(documents, expires, snapshot.seqno());
        }
    }

    /** The number of documents of one store. Threads: those that hold the lock. */
    private static final class Count {
        /** For each commit under way the newest sequence number at its begin, with how many commits began there. */
        private final TreeMap<Long, Integer> begins = new TreeMap<>();

        /** Who counts, or has counted; null if nobody has. */
        private @Nullable Object walker;

        private boolean walked;
        private boolean expires;

        /** In a state up to which nothing is missing. */
        private long documents;

        /** Commits up to this one are in the walk. */
        private long walkedAt;

        /** Differences of commits behind that state, by sequence number. */
        private final TreeMap<Long, Long> later = new TreeMap<>();

        boolean isKnown() {
            return walked && !expires;
        }

        long completeUntil() {
            return begins.isEmpty() ? Long.MAX_VALUE : begins.firstKey();
        }

        void ended(long begin) {
            begins.merge(begin, -1, (a, b) -> a + b == 0 ? null : a + b);
        }

        void add(long difference, boolean withExpiry, long seqno) {
            if (walker == null) {
                return;
            }
            expires |= withExpiry;
            if (!walked || seqno > walkedAt) {
                later.merge(seqno, difference, Long::sum);
            }
            if (walked && later.size() > MOST_LATER) {
                complete();
            }
        }

        void walked(Walk walk) {
            documents = walk.documents;
            expires |= walk.expires;
            walkedAt = walk.seqno;
            later.headMap(walkedAt, true).clear();
            walked = true;
        }

        void forget() {
            walker = null;
            walked = false;
            expires = false;
            documents = 0;
            later.clear();
        }

        /** The number in the state up to which nothing is missing. */
        long complete() {
            NavigableMap<Long, Long> complete = later.headMap(completeUntil(), true);
            complete.values().forEach(difference -> documents += difference);
            complete.clear();
            return documents;
        }
    }
}
