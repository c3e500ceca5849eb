package io.flowdb.sample.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LogInThrottleTest {
    private final SetClock clock = new SetClock();
    private final LogInThrottle throttle = new LogInThrottle(clock);

    @Test
    void begin_eleventhAttempt_mustWaitForTheRestOfTheWindow() {
        exhaust("ada", "here");
        clock.now = clock.now.plusSeconds(100);

        assertThat(throttle.begin("ada", "here")).hasValue(LogInThrottle.WINDOW.minusSeconds(100));
    }

    @Test
    void begin_afterTheWindow_mayGoOnAndIsCountedAnew() {
        exhaust("ada", "here");
        clock.now = clock.now.plus(LogInThrottle.WINDOW);

        exhaust("ada", "here");
        assertThat(throttle.begin("ada", "here")).hasValue(LogInThrottle.WINDOW);
    }

    @Test
    void begin_otherAddressOrClient_isCountedApart() {
        exhaust("ada", "here");

        assertThat(throttle.begin("ada", "there")).isEmpty();
        assertThat(throttle.begin("bob", "here")).isEmpty();
    }

    @Test
    void succeeded_beforeTheLimit_startsAnew() {
        IntStream.range(0, LogInThrottle.ATTEMPTS - 1).forEach(attempt -> throttle.begin("ada", "here"));
        throttle.succeeded("ada", "here");

        exhaust("ada", "here");
    }

    @Test
    void begin_fromManyThreads_letsExactlyTheLimitPass() {
        long passed = IntStream.range(0, 1_000)
                .parallel()
                .filter(attempt -> throttle.begin("ada", "here").isEmpty())
                .count();

        assertThat(passed).isEqualTo(LogInThrottle.ATTEMPTS);
    }

    private void exhaust(String email, String client) {
        for (int attempt = 0; attempt < LogInThrottle.ATTEMPTS; attempt++) {
            assertThat(throttle.begin(email, client)).isEmpty();
        }
        assertThat(throttle.begin(email, client)).get().isInstanceOf(Duration.class);
    }

    private static final class SetClock extends Clock {
        Instant now = Instant.parse("2026-01-01T00:00:00Z");

        @Override
        public Instant instant() {
            return now;
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            throw new UnsupportedOperationException();
        }
    }
}
