package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The system has no more threads to give, as under a limit of processes. */
@Timeout(60)
class NoThreadsTest {
    private static final int THREADS = 4; // flush, compaction, gc, sync
    private static final int RECORDS = 6_000;

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final Config config = Config.builder()
            .dataDir(Path.of("/data/db").toAbsolutePath())
            .compression(Compression.NONE)
            .flushInterval(Duration.ZERO)
            .compactionInterval(Duration.ofDays(1))
            .compactionThreshold(1_000) // nothing is due by itself
            .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
            .build();

    /** Gives as many threads as it is told to; those behind them cannot be started. */
    private static final class Few implements ThreadFactory {
        private final List<Thread> made = new ArrayList<>();
        private final int left;

        Few(int left) {
            this.left = left;
        }

        @Override
        public Thread newThread(Runnable task) {
            boolean starts = made.size() < left;
            Thread thread = new Thread(task) {
                @Override
                public void start() {
                    if (!starts) {
                        throw new OutOfMemoryError("unable to create native thread: made for the test");
                    }
                    super.start();
                }
            };
            made.add(thread);
            return thread;
        }
    }

    /** Those threads that had been started went on, in a directory that had been given free. */
    @Test
    void open_threadCannotBeStarted_failsAndLeavesNothingBehind() {
        try (Engine engine = EngineOpening.open(config, files)) {
            engine.write(FlowRecord.of("key", 0, "value"));
        }
        for (int left = 0; left < THREADS; left++) {
            Few threads = new Few(left);
            assertThatThrownBy(() -> EngineOpening.open(config, files, threads))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessageContaining("made for the test")
                    .hasNoSuppressedExceptions();
            assertThat(threads.made).hasSize(THREADS).noneMatch(Thread::isAlive);
            try (Engine engine = EngineOpening.open(config, files)) {
                assertThat(engine.get("key", 0)).isPresent();
            }
        }
        Few enough = new Few(THREADS);
        try (Engine engine = EngineOpening.open(config, files, enough)) {
            assertThat(engine.get("key", 0)).isPresent();
            assertThat(enough.made).hasSize(THREADS).allMatch(Thread::isAlive);
        }
        assertThat(enough.made).noneMatch(Thread::isAlive);
    }

    /** A compaction that could have no second thread failed, though it can do without. */
    @Test
    void compact_secondThreadCannotBeStarted_isDoneByOne() {
        Few threads = new Few(THREADS);
        try (Engine engine = EngineOpening.open(config, files, threads)) {
            for (int table = 0; table < 2; table++) {
                WriteBatch batch = new WriteBatch();
                for (int i = 0; i < RECORDS; i++) {
                    batch.put(FlowRecord.of("key" + i, 0, table + "x".repeat(400)));
                }
                engine.write(batch);
                engine.flush();
            }
            assertThat(engine.compact()).isTrue();
            if (Runtime.getRuntime().availableProcessors() > 1) {
                assertThat(threads.made).as("asked for a second one").hasSizeGreaterThan(THREADS);
            }
            assertThat(engine.stats().tables().records()).isEqualTo(RECORDS);
            assertThat(engine.get("key0", 0).orElseThrow().valueText()).startsWith("1x");
            assertThat(engine.get("key" + (RECORDS - 1), 0).orElseThrow().valueText())
                    .startsWith("1x");
        }
    }
}
