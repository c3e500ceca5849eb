package io.flowdb.sample.auth;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Limits guesses of one password: {@value #ATTEMPTS} attempts within five minutes for each e-mail address and client,
 * whether the address is known or not. An attempt counts when it begins, so that many at once do not slip through.
 *
 * <p>Threads: any. The counts are in memory only, those of the {@value #CAPACITY} pairs whose window began last.
 */
@Component
final class LogInThrottle {
    static final int ATTEMPTS = 10;
    static final Duration WINDOW = Duration.ofMinutes(5);
    private static final int CAPACITY = 10_000;

    private final Clock clock;

    @GuardedBy("this")
    private final Map<Key, Count> counts = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Count> eldest) {
            return size() > CAPACITY;
        }
    };

    LogInThrottle(Clock clock) {
        this.clock = clock;
    }

    /** Counts an attempt. Empty when it may go on, else the time to wait. */
    synchronized Optional<Duration> begin(String email, String client) {
        Instant now = clock.instant();
        Key key = new Key(email, client);
        Count count = counts.get(key);
        if (count == null || !now.isBefore(count.end())) {
            counts.remove(key);
            counts.put(key, new Count(1, now.plus(WINDOW)));
            return Optional.empty();
        }
        if (count.attempts() >= ATTEMPTS) {
            return Optional.of(Duration.between(now, count.end()));
        }
        counts.put(key, new Count(count.attempts() + 1, count.end()));
        return Optional.empty();
    }

    /** Forgets the attempts before a right password. */
    synchronized void succeeded(String email, String client) {
        counts.remove(new Key(email, client));
    }

    private record Key(String email, String client) {}

    private record Count(int attempts, Instant end) {}
}
