package io.flowdb.json;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.OrderedStore;
import io.flowdb.error.DatabaseInUseException;
import java.time.Instant;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The stores in this JVM on which a database is open, by their identities: one each. Threads: any. */
final class OpenStores {
    /** Rank 99 in docs/concurrency.md. */
    private static final ReentrantLock LOCK = new ReentrantLock();

    /** Weak: a store that nobody uses any more is not kept, though its database was never closed. */
    @GuardedBy("LOCK")
    private static final Map<Object, Claim> CLAIMS = new WeakHashMap<>();

    private OpenStores() {}

    /** A store that is taken; it does not hold the store. */
    static final class Claim {
        private final Instant since = Instant.now();
    }

    /** Takes a store. Errors: {@link DatabaseInUseException} if it is taken. */
    static Claim claim(OrderedStore store) {
        LOCK.lock();
        try {
            Claim fresh = new Claim();
            @Nullable Claim holder = CLAIMS.putIfAbsent(store.identity(), fresh);
            if (holder != null) {
                throw new DatabaseInUseException(holder.since);
            }
            return fresh;
        } finally {
            LOCK.unlock();
        }
    }

    /** Gives a store back. Idempotent: a later claim of the same store stays. */
    static void release(OrderedStore store, Claim claim) {
        LOCK.lock();
        try {
            CLAIMS.remove(store.identity(), claim);
        } finally {
            LOCK.unlock();
        }
    }
}
