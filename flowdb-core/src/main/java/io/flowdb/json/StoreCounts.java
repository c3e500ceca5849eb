package io.flowdb.json;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.FlowRecord;
import io.flowdb.OrderedStore;
import io.flowdb.StoreCursor;
import io.flowdb.StoreSnapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Numbers of documents, counted once by walking the keys and then kept up to date by every commit.
 *
 * <p>Exact as soon as the commits that a reader knows of have returned: a commit adds its difference before it returns,
 * and differences are told from what the walk has seen by their sequence number. A store with documents that expire is
 * walked each time. Threads: any.
 */
final class StoreCounts {
    private final OrderedStore store;
    private final ConcurrentHashMap<Integer, Count> counts = new ConcurrentHashMap<>();

    StoreCounts(OrderedStore store) {
        this.store = store;
    }

    /** Adds the differences of a commit. */
    void committed(CommitPlan plan, long seqno) {
        if (counts.isEmpty()) {
            return;
        }
        RemovedDocuments removed = plan.removed();
        if (removed != null) {
            Count count = counts.get(removed.store.id);
            if (count != null) {
                count.add(-removed.count(), removed.expire(), seqno); // which the walk may not have seen any more
            }
        }
        for (Change change : plan.changes) {
            Count count = counts.get(change.store.id);
            if (count != null) {
                count.add(change.countDelta(), CommitPlan.expires(change), seqno);
            }
        }
    }

    /** A commit has removed every document of a store. */
    void cleared(StoreDef def) {
        counts.remove(def.id);
    }

    /** Number of documents in the newest state. */
    long count(StoreDef def) {
        Count count = counts.get(def.id);
        if (count == null) {
            Count fresh = new Count();
            count = counts.putIfAbsent(def.id, fresh);
            if (count == null) {
                fresh.walk(def);
                count = fresh;
            }
        }
        return count.get(def);
    }

    private long walkNow(StoreDef def) {
        try (StoreSnapshot snapshot = store.snapshot();
                StoreCursor cursor = snapshot.scan(def.prefix, def.end, false)) {
            long documents = 0;
            while (cursor.next()) {
                documents++;
            }
            return documents;
        }
    }

    private final class Count {
        /** Rank 98 in docs/concurrency.md. */
        private final ReentrantLock lock = new ReentrantLock();

        @GuardedBy("lock")
        private boolean walked;

        @GuardedBy("lock")
        private long documents;

        /** Commits up to this one are in the walk. */
        @GuardedBy("lock")
        private long walkedAt;

        /** Differences that came while the walk went on: sequence number and difference in turn. */
        @GuardedBy("lock")
        private final List<long[]> waiting = new ArrayList<>();

        @GuardedBy("lock")
        private boolean expires;

        void add(long delta, boolean withExpiry, long seqno) {
            lock.lock();
            try {
                expires |= withExpiry;
                if (!walked) {
                    waiting.add(new long[] {seqno, delta});
                } else if (seqno > walkedAt) {
                    documents += delta;
                }
            } finally {
                lock.unlock();
            }
        }

        void walk(StoreDef def) {
            long seen = 0;
            boolean seenExpiry = false;
            try (StoreSnapshot snapshot = store.snapshot();
                    StoreCursor cursor = snapshot.scan(def.prefix, def.end, false)) {
                while (cursor.next()) {
                    seen++;
                    seenExpiry |= cursor.expireAt() != FlowRecord.NEVER;
                }
                finish(seen, seenExpiry, snapshot.seqno());
            } catch (RuntimeException | Error e) {
                counts.remove(def.id, this);
                throw e;
            }
        }

        private void finish(long seen, boolean seenExpiry, long seqno) {
            lock.lock();
            try {
                documents = seen;
                expires |= seenExpiry;
                walkedAt = seqno;
                walked = true;
                for (long[] difference : waiting) {
                    if (difference[0] > seqno) {
                        documents += difference[1];
                    }
                }
                waiting.clear();
            } finally {
                lock.unlock();
            }
        }

        long get(StoreDef def) {
            lock.lock();
            try {
                if (walked && !expires) {
                    return documents;
                }
            } finally {
                lock.unlock();
            }
            return walkNow(def);
        }
    }
}
