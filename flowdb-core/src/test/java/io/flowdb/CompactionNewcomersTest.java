package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Tables that are flushed while a long merge into the sorted level runs: they piled up until it ended, forty of them
 * stopped the writers. {@code flowdb.test.seed} repeats a run.
 */
@Timeout(120)
class CompactionNewcomersTest {
    private static final int RECORDS = 40_000;
    private static final int NEWCOMERS = 16;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final FaultyFileSystem files = new FaultyFileSystem();
    private final TreeMap<String, String> expected = new TreeMap<>();

    private Engine open() {
        Config config = Config.builder()
                .dataDir(Path.of("/data/db").toAbsolutePath())
                .compression(Compression.NONE)
                .flushInterval(Duration.ZERO)
                .autoBackground(false)
                .build();
        return EngineOpening.open(config, files);
    }

    private void put(Engine engine, int records) {
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < records; i++) {
            String key = String.format("key%05d", records == RECORDS ? i : random.nextInt(RECORDS));
            if (random.nextInt(10) == 0) {
                batch.delete(Keys.utf8(key), 0);
                expected.remove(key + "@0");
            } else {
                String value = records + "-" + i + "x".repeat(600);
                batch.put(FlowRecord.of(key, 0, value));
                expected.put(key + "@0", value);
            }
        }
        engine.write(batch);
        engine.flush();
    }

    @Test
    void compact_tablesFlushedMeanwhile_areMergedWithEachOther() {
        try (Engine engine = open()) {
            put(engine, RECORDS);
            put(engine, RECORDS); // two tables over the same keys: they are merged, not moved
            assertThat(engine.compact()).isTrue();
            int sorted = engine.stats().tables().count();
            assertThat(sorted).as("slices of the next merge").isGreaterThan(1);
            put(engine, 1_000);
            AtomicInteger toCome = new AtomicInteger(NEWCOMERS);
            files.setFault((call, path) -> {
                if (call == Call.CREATE && path.toString().contains("/sst/") && toCome.get() > 0) {
                    int count = toCome.getAndSet(0);
                    for (int i = 0; i < count; i++) {
                        putInOtherThread(engine);
                    }
                }
            });

            assertThat(engine.compact()).isTrue();

            files.setFault((call, path) -> {});
            assertThat(toCome).hasValue(0);
            assertThat(engine.stats().tables().count())
                    .as("tables; sorted ones may be split anew, newcomers are one, seed %d", seed)
                    .isLessThan(sorted + NEWCOMERS / 2);
            assertThat(CrashModel.contentOf(engine)).as("seed %d", seed).isEqualTo(expected);
            assertThat(engine.verify().problems()).isEmpty();
        }
        try (Engine again = open()) {
            assertThat(CrashModel.contentOf(again)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    /** The compaction's own thread holds its lock, which comes before those of a flush. */
    private void putInOtherThread(Engine engine) {
        Thread writer = new Thread(() -> put(engine, 100), "newcomer");
        writer.start();
        try {
            writer.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
