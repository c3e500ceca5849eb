package io.flowdb.sample.auth;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Limits how often something is tried within five minutes, for each key apart. An attempt counts when it begins, so
 * that many at once do not slip through.
 *
 * <p>Threads: any. The counts are in memory only, those of the {@value #CAPACITY} keys whose window began last.
 *
 * @param <K> who tries what; a value with {@code equals}
 */
final class Throttle<K> {
    static final Duration WINDOW = Duration.ofMinutes(5);
    private static final int CAPACITY = 10_000;

    private final Clock clock;
    private final int limit;

    @GuardedBy("this")
    private final Map<K, Count> counts = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<K, Count> eldest) {
            return size() > CAPACITY;
        }
    };

    /** Lets {@code limit} attempts pass in each window. */
    Throttle(Clock clock, int limit) {
        this.clock = clock;
        this.limit = limit;
    }

    /** Counts an attempt. Empty when it may go on, else the time to wait. */
    synchronized Optional<Duration> begin(K key) {
        Instant now = clock.instant();
        Count count = counts.get(key);
        if (count == null || !now.isBefore(count.end())) {
            counts.remove(key);
            counts.put(key, new Count(1, now.plus(WINDOW)));
            return Optional.empty();
        }
        if (count.attempts() >= limit) {
            return Optional.of(Duration.between(now, count.end()));
        }
        counts.put(key, new Count(count.attempts() + 1, count.end()));
        return Optional.empty();
    }

    /** Forgets the attempts. */
    synchronized void forget(K key) {
        counts.remove(key);
    }

    private record Count(int attempts, Instant end) {}
}
