package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A thread of the engine goes on, whatever its task does. */
@Timeout(60)
class BackgroundTaskTest {
    /** Memory that is short is short for the logger as well. */
    private static final class NotLoggable extends OutOfMemoryError {
        @Override
        public String getMessage() {
            throw new OutOfMemoryError("made for the test");
        }
    }

    /**
     * The logger's error ended the thread: nothing was flushed any more, and writers stalled until the engine was
     * opened again.
     */
    @Test
    void task_failsAndCannotBeLogged_runsAgain() {
        AtomicInteger runs = new AtomicInteger();
        try (BackgroundTask task = new BackgroundTask(Thread::new, "flowdb-test", Duration.ofHours(1), () -> {
            if (runs.incrementAndGet() == 1) {
                throw new NotLoggable();
            }
        })) {
            task.start();
            task.wake();
            await().until(() -> runs.get() == 2);

            task.wake();
            await().until(() -> runs.get() == 3);
        }
        assertThat(runs).as("not by itself, as the last try succeeded").hasValue(3);
    }
}
