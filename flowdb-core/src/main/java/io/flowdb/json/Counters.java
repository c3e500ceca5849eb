package io.flowdb.json;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.CommitOutcome;
import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.base.StackRoom;
import io.flowdb.internal.json.KeyReader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes keys for auto-increment stores.
 *
 * <p>The stored number is above every key that may have been handed out: keys are reserved in blocks, durably, before
 * they are used, and a clean close writes the exact number back. So no key is ever handed out twice; after a crash the
 * rest of a block is skipped. Threads: any.
 */
final class Counters {
    /** Largest generated key: what every JSON reader understands. */
    static final long MAX_KEY = 1L << 53;

    private static final int FIRST_BLOCK = 32;
    private static final int LARGEST_BLOCK = 4096;

    private final Database database;
    private final ConcurrentHashMap<Integer, Counter> counters = new ConcurrentHashMap<>();

    Counters(Database database) {
        this.database = database;
    }

    /**
     * A new key; one that no counter gives if the set of writes it is for has brought along that number, or a larger
     * one.
     */
    long take(StoreDef store, BroughtKeys brought) {
        return counter(store).take(brought.end(store));
    }

    /** The integer part of a key, {@link #MAX_KEY} for all above; 0 for one that is no positive number. */
    static long integerPart(StoreDef store, byte[] documentKey) {
        Object key = new KeyReader(documentKey, store.prefix.length).next();
        if (key instanceof Long number) {
            return Math.max(0, Math.min(number, MAX_KEY));
        }
        // The nearest double of a decimal is not below 2^53 if the decimal is not, and an integer part below is at most
        // one too high.
        return key instanceof Number number ? (long) Math.max(0, Math.min(number.doubleValue(), MAX_KEY)) : 0;
    }

    /**
     * Adds to a plan, once it is known to be free of errors, what makes the counters durable that its new documents,
     * and those that came and went in it, move beyond their reserved blocks.
     *
     * @return what moves the counters, to be done when the plan is committed: an attempt must not take keys away
     */
    Runnable cover(CommitPlan plan) {
        Map<Counter, Long> ends = new HashMap<>(0);
        for (Change change : plan.changes) {
            if (change.store.schema.autoIncrement() && change.before == null) { // also if it is gone again
                ends.merge(counter(change.store), integerPart(change.store, change.documentKey) + 1, Math::max);
            }
        }
        ends.forEach((counter, end) -> counter.cover(plan, end));
        return () -> ends.forEach(Counter::advance);
    }

    void forget(StoreDef store) {
        counters.remove(store.id);
    }

    /** Forgets stores that were never published. */
    void forgetUnpublished() {
        counters.keySet().removeIf(id -> database.catalog().find(id) == null);
    }

    void close() {
        counters.values().forEach(Counter::close);
    }

    private Counter counter(StoreDef store) {
        Counter counter = counters.get(store.id);
        return counter != null ? counter : counters.computeIfAbsent(store.id, id -> new Counter(store));
    }

    private static long number(StoreDef store, @Nullable StoredValue stored) {
        if (stored == null) {
            return 1;
        }
        if (stored.value().length != Long.BYTES) {
            throw new CorruptionException(
                    "counter of store '" + store.name + "'",
                    -1,
                    "expected " + Long.BYTES + " bytes, found " + stored.value().length);
        }
        return ByteBuffer.wrap(stored.value()).getLong();
    }

    private static byte[] bytes(long number) {
        return ByteBuffer.allocate(8).putLong(number).array();
    }

    private final class Counter {
        private final StoreDef store;
        /** Rank 2 in docs/concurrency.md; held while a block is reserved. */
        private final ReentrantLock lock = new ReentrantLock();

        @GuardedBy("lock")
        private boolean loaded;

        @GuardedBy("lock")
        private long next;

        /** Keys below it are covered by the stored number. */
        @GuardedBy("lock")
        private long reserved;

        @GuardedBy("lock")
        private int block = FIRST_BLOCK;

        Counter(StoreDef store) {
            this.store = store;
        }

        @GuardedBy("lock")
        private void load() {
            if (!loaded) {
                StoredValue stored = database.store.latest().get(store.counterKey);
                reserved = number(store, stored);
                next = Math.max(reserved, largestKey() + 1);
                loaded = true;
            }
        }

        /**
         * The integer part of the largest key that could have been generated: the store may have had documents before
         * it made keys.
         */
        private long largestKey() {
            byte[] start = store.documentKey(0L, database.limits);
            byte[] end = store.documentKey(MAX_KEY, database.limits);
            try (StoreCursor keys = database.store.latest().scan(start, end, true)) {
                return keys.next() ? integerPart(store, keys.key()) : 0;
            }
        }

        long take(long brought) {
            StackRoom.checkForLock();
            lock.lock();
            try {
                database.checkOpen();
                load();
                long key = Math.max(next, brought);
                if (key > MAX_KEY) {
                    throw new LimitExceededException(store.name, "generated key", MAX_KEY, key);
                }
                if (key > next) {
                    return key; // as if it had been brought along as well
                }
                while (next >= reserved && isPublished()) {
                    reserve();
                }
                return next++;
            } finally {
                lock.unlock();
            }
        }

        void advance(long behind) {
            lock.lock();
            try {
                load();
                next = Math.max(next, behind);
            } finally {
                lock.unlock();
            }
        }

        /**
         * Whether the store is more than a part of a migration under way, which takes its keys and its number with it
         * if it fails; the commit covers the keys that have become documents.
         */
        private boolean isPublished() {
            return database.catalog().find(store.id) != null;
        }

        @GuardedBy("lock")
        private void reserve() {
            try (StoreSnapshot snapshot = database.store.snapshot()) {
                long stored = number(store, snapshot.get(store.counterKey));
                long wanted = Math.max(stored, next + block);
                WriteBatch batch = new WriteBatch().put(store.counterKey, bytes(wanted));
                Preconditions unchanged = Preconditions.since(snapshot).key(store.counterKey);
                // Synced in every sync mode: a key that was handed out must not come back with what a power cut takes.
                if (database.store.commit(batch, unchanged, WriteOptions.SYNC) instanceof CommitOutcome.Committed) {
                    reserved = wanted;
                    block = Math.min(2 * block, LARGEST_BLOCK);
                }
            }
        }

        void cover(CommitPlan plan, long end) {
            lock.lock();
            try {
                load();
                long covered = Math.max(next, end);
                if (covered <= reserved) {
                    return;
                }
                StoredValue stored = database.store.latest().get(store.counterKey);
                if (number(store, stored) >= covered) {
                    reserved = Math.max(reserved, number(store, stored));
                } else {
                    plan.preconditions().key(store.counterKey, stored == null ? 0 : stored.seqno());
                    plan.batch().put(store.counterKey, bytes(covered + block));
                }
            } finally {
                lock.unlock();
            }
        }

        void close() {
            lock.lock();
            try (StoreSnapshot snapshot = database.store.snapshot()) {
                StoredValue stored = snapshot.get(store.counterKey);
                if (loaded && stored != null && number(store, stored) > next) {
                    WriteBatch batch = new WriteBatch().put(store.counterKey, bytes(next));
                    database.store.commit(
                            batch, Preconditions.since(snapshot).key(store.counterKey), WriteOptions.DEFAULT);
                }
            } catch (FlowDbException e) {
                // The stored number is above every used key all the same: a gap, no loss.
                loaded = false;
            } finally {
                lock.unlock();
            }
        }
    }
}
