package io.flowdb.sample.auth;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.springframework.data.domain.Limit;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/** Deletes expired sessions once an hour. They are refused before that: this only frees their place. */
@Component
final class SessionSweep {
    private static final int BATCH = 1_000;

    private final SessionRepository sessions;
    private final Clock clock;

    SessionSweep(SessionRepository sessions, Clock clock) {
        this.sessions = sessions;
        this.clock = clock;
    }

    @Scheduled(fixedDelay = 1, initialDelay = 1, timeUnit = TimeUnit.HOURS)
    void deleteExpired() {
        List<Session> expired;
        do {
            expired = sessions.findByExpiresAtLessThanEqual(clock.instant(), Limit.of(BATCH));
            sessions.deleteAll(expired);
        } while (expired.size() == BATCH);
    }
}
