package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * Lets each call of the clock, the one piece of foreign code that the engine runs, fail in turn in a scripted run. Only
 * the operation that met it fails, with what the clock threw; it is done or not done, nothing stays held, and all goes
 * on.
 */
class ClockErrorTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final int STEPS = 30;
    private static final long TTL_MICROS = 1_000;

    /** One run of the script. */
    private static final class Run {
        private final FaultyFileSystem files = new FaultyFileSystem();
        private final TreeMap<String, String> known = new TreeMap<>();
        private final int failAt;
        private final Throwable failure;
        private int calls;
        private long now = 1;
        private boolean healthy;
        private Engine engine;

        Run(int failAt) {
            this.failAt = failAt;
            this.failure = failAt % 3 == 0
                    ? new IllegalStateException("made for the test")
                    : failAt % 3 == 1 ? new StackOverflowError() : new OutOfMemoryError("made for the test");
            this.engine = open();
        }

        private Engine open() {
            Config config = Config.builder()
                    .dataDir(DIRECTORY)
                    .memtableSize(64 << 10)
                    .maxFrozenMemtables(64)
                    .autoBackground(false)
                    .defaultTtl(Duration.ofHours(1))
                    .clockMicros(this::micros)
                    .build();
            return EngineOpening.open(config, files);
        }

        private long micros() {
            calls++;
            if (calls == failAt && !healthy) {
                if (failure instanceof Error e) {
                    throw e;
                }
                throw (RuntimeException) failure;
            }
            return now;
        }

        /** Runs an action; false if the clock let it fail. */
        private boolean attempt(Runnable action) {
            try {
                action.run();
                return true;
            } catch (IllegalStateException | StackOverflowError | OutOfMemoryError e) {
                assertThat(e).isSameAs(failure);
                return false;
            }
        }

        /** Whether there was a call to fail. */
        boolean run() {
            for (int step = 0; step < STEPS; step++) {
                write(step);
                if (step % 3 != 1) {
                    read("k" + step % 7);
                }
                maintain(step);
            }
            boolean failed = calls >= failAt;
            healthy = true;
            assertTimeoutPreemptively(Duration.ofSeconds(30), this::finish);
            return failed;
        }

        private void write(int step) {
            String key = "k" + step % 7;
            String value = "v" + step;
            if (attempt(() -> engine.write(FlowRecord.of(key, 0, value)))) {
                known.put(key + "@0", value);
            }
            if (step % 4 == 1
                    && known.containsKey(key + "@0")
                    && attempt(() -> engine.patch(key, 0, Patch.value(Keys.utf8("p" + step))))) {
                known.put(key + "@0", "p" + step);
            }
            FlowRecord mortal = FlowRecord.of("t" + step, 0, value);
            if (step % 3 == 0
                    && attempt(
                            () -> engine.write(mortal, Duration.ofNanos(TimeUnit.MICROSECONDS.toNanos(TTL_MICROS))))) {
                known.put("t" + step + "@0", value);
            }
            String gone = "k" + (step + 3) % 7;
            if (step % 5 == 0 && attempt(() -> engine.delete(gone, 0))) {
                known.remove(gone + "@0");
            }
        }

        private void read(String key) {
            attempt(() -> assertThat(
                            engine.get(key, 0).map(FlowRecord::valueText).orElse(null))
                    .isEqualTo(known.get(key + "@0")));
            attempt(() -> assertThat(engine.getLatest(key).isPresent()).isEqualTo(known.containsKey(key + "@0")));
            attempt(() -> engine.get(key, 0, new byte[100]));
            attempt(() -> assertThat(CrashModel.contentOf(engine)).isEqualTo(known));
            attempt(() -> {
                try (Snapshot snapshot = engine.snapshot();
                        RecordScan scan = snapshot.scan(Query.all().reverse())) {
                    assertThat(scan.stream().count()).isEqualTo(known.size());
                }
            });
        }

        private void maintain(int step) {
            if (step == 20) {
                now += TTL_MICROS;
                known.keySet().removeIf(version -> version.startsWith("t"));
            }
            if (step % 6 == 5) {
                attemptWhole(engine::flush);
            }
            if (step % 12 == 11) {
                attemptWhole(engine::compact);
                attemptWhole(engine::gc);
            }
            if (step == 15) {
                attempt(() -> engine.checkpoint(Path.of("/data/copy").toAbsolutePath()));
            }
            if (step == 25) {
                engine.close();
                if (!attempt(() -> engine = open())) {
                    engine = open();
                }
            }
        }

        /**
         * A caller that is told of a failure is right: what has been done is not failed by the clock that tells when.
         */
        private void attemptWhole(Runnable action) {
            long records = engine.stats().tables().records();
            int count = engine.stats().tables().count();
            if (!attempt(action)) {
                assertThat(engine.stats().tables().records()).isEqualTo(records);
                assertThat(engine.stats().tables().count()).isEqualTo(count);
            }
        }

        private void finish() {
            engine.write(FlowRecord.of("last", 0, "v"));
            known.put("last@0", "v");
            engine.flush();
            engine.compact();
            engine.gc();
            assertThat(CrashModel.contentOf(engine)).isEqualTo(known);
            assertThat(engine.verify().problems()).isEmpty();
            assertThat(engine.stats().lastBackgroundError()).isNull();
            assertThat(engine.stats().liveSnapshots()).isZero();
            assertThat(files.files().stream().filter(p -> p.startsWith(DIRECTORY.resolve("sst"))))
                    .hasSize(engine.stats().tables().count());
            engine.close();
            try (Engine again = open()) {
                assertThat(CrashModel.contentOf(again)).isEqualTo(known);
            }
        }
    }

    @Test
    void everyCallOfTheClock_fails_leavesEverythingElseAsItWas() {
        int failAt = 1;
        try {
            while (new Run(failAt).run()) {
                failAt++;
            }
        } catch (RuntimeException | Error e) {
            throw new AssertionError("call " + failAt + " of the clock: " + e, e);
        }
        assertThat(failAt).isGreaterThan(100);
    }
}
