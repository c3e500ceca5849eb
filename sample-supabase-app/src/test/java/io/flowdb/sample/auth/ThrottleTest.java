package io.flowdb.sample.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.sample.MovableClock;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ThrottleTest {
    private static final int LIMIT = 10;

    private final MovableClock clock = new MovableClock(Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    private final Throttle<String> throttle = new Throttle<>(clock, LIMIT);

    @Test
    void begin_eleventhAttempt_mustWaitForTheRestOfTheWindow() {
        exhaust("ada");
        clock.pass(Duration.ofSeconds(100));

        assertThat(throttle.begin("ada")).hasValue(Throttle.WINDOW.minusSeconds(100));
    }

    @Test
    void begin_afterTheWindow_mayGoOnAndIsCountedAnew() {
        exhaust("ada");
        clock.pass(Throttle.WINDOW);

        exhaust("ada");
        assertThat(throttle.begin("ada")).hasValue(Throttle.WINDOW);
    }

    @Test
    void begin_otherKey_isCountedApart() {
        exhaust("ada");

        assertThat(throttle.begin("bob")).isEmpty();
    }

    @Test
    void forget_beforeTheLimit_startsAnew() {
        IntStream.range(0, LIMIT - 1).forEach(attempt -> throttle.begin("ada"));
        throttle.forget("ada");

        exhaust("ada");
    }

    @Test
    void begin_fromManyThreads_letsExactlyTheLimitPass() {
        long passed = IntStream.range(0, 1_000)
                .parallel()
                .filter(attempt -> throttle.begin("ada").isEmpty())
                .count();

        assertThat(passed).isEqualTo(LIMIT);
    }

    /** Of ten thousand others each begins a window of its own, and the first one's is forgotten. */
    @Test
    void begin_ofMoreKeysThanAreKept_forgetsTheOldestWindow() {
        exhaust("ada");
        IntStream.range(0, 10_000).forEach(other -> throttle.begin("other" + other));

        assertThat(throttle.begin("ada")).isEmpty();
    }

    private void exhaust(String key) {
        for (int attempt = 0; attempt < LIMIT; attempt++) {
            assertThat(throttle.begin(key)).isEmpty();
        }
        assertThat(throttle.begin(key)).get().isInstanceOf(Duration.class);
    }
}
