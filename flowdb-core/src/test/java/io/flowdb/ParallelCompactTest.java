package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.StorageException;
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

/** {@code compact()} of an engine with background threads: the halves of the keys are merged at the same time. */
@Timeout(120)
class ParallelCompactTest {
    private static final int RECORDS = 6_000;

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final FaultyFileSystem files = new FaultyFileSystem();
    private final TreeMap<String, String> expected = new TreeMap<>();

    private Engine open() {
        Config config = Config.builder()
                .dataDir(Path.of("/data/db").toAbsolutePath())
                .compression(Compression.NONE)
                .flushInterval(Duration.ZERO)
                .compactionInterval(Duration.ofDays(1))
                .compactionThreshold(1_000) // nothing is due but for the tombstones, of which there are few
                .build();
        return EngineOpening.open(config, files);
    }

    private static String key(int number) {
        return String.format("key%05d", number);
    }

    /**
     * Some 6 MB in three tables that all reach over all keys, with versions, deletes, and deletes of ranges over the
     * middle and elsewhere.
     */
    private void fill(Engine engine) {
        Random random = new Random(seed);
        for (int table = 0; table < 3; table++) {
            for (int i = 0; i < RECORDS; i++) {
                String key = key(random.nextInt(RECORDS));
                int ts = random.nextInt(3);
                WriteBatch batch = new WriteBatch();
                if (random.nextInt(10) == 0) {
                    batch.delete(Keys.utf8(key), ts);
                    expected.remove(key + "@" + ts);
                } else {
                    String value = table + "-" + i + "x".repeat(400);
                    batch.put(FlowRecord.of(key, ts, value));
                    expected.put(key + "@" + ts, value);
                }
                engine.write(batch, WriteOptions.NO_SYNC);
                if (i == RECORDS / 2) {
                    deleteRange(engine, RECORDS / 2 - 300, RECORDS / 2 + 300);
                    int from = random.nextInt(RECORDS);
                    deleteRange(engine, from, from + 100);
                }
            }
            engine.flush();
        }
    }

    private void deleteRange(Engine engine, int from, int to) {
        engine.deleteRange(key(from), key(to));
        expected.subMap(key(from), key(to)).clear();
    }

    private long tableFiles() {
        return files.files().stream().filter(p -> p.toString().endsWith(".sst")).count();
    }

    @Test
    void compact_tablesOverAllKeys_keepsWhatTheModelHas() {
        try (Engine engine = open()) {
            fill(engine);
            TreeMap<String, String> before = new TreeMap<>(expected);
            try (Snapshot snapshot = engine.snapshot()) {
                engine.write(FlowRecord.of(key(1), 9, "later"));
                expected.put(key(1) + "@9", "later");
                assertThat(engine.compact()).isTrue();
                assertThat(CrashModel.contentOf(engine)).as("seed %d", seed).isEqualTo(expected);
                assertThat(snapshot.get(Keys.utf8(key(1)), 9)).isEmpty();
                try (RecordScan seen = snapshot.scan(Query.all())) {
                    assertThat(seen.stream().count()).isEqualTo(before.size());
                }
            }
            engine.flush();
            assertThat(engine.compact()).isTrue();
            EngineStats.Tables tables = engine.stats().tables();
            int parts = Math.min(2, Runtime.getRuntime().availableProcessors());
            assertThat(tables.count()).as("one for each half").isEqualTo(parts);
            assertThat(tables.records()).as("seed %d", seed).isEqualTo(expected.size());
            assertThat(tableFiles()).isEqualTo(parts);
            assertThat(engine.verify().problems()).isEmpty();
        }
        try (Engine again = open()) {
            assertThat(CrashModel.contentOf(again)).as("seed %d", seed).isEqualTo(expected);
        }
    }

    /**
     * Whichever half meets the failure: the call reports it, no file is left over, and the next call does all of it.
     */
    @Test
    void compact_aHalfFails_leavesTheInputsAndNothingElse() {
        try (Engine engine = open()) {
            fill(engine);
            for (Call kind : new Call[] {Call.CREATE, Call.WRITE, Call.SYNC, Call.OPEN, Call.READ}) {
                for (int n = 1; n <= 2; n++) {
                    long before = tableFiles();
                    long indexBytes = engine.stats().tables().indexBytes();
                    AtomicInteger left = new AtomicInteger(n);
                    files.setFault((call, path) -> {
                        if (call == kind && path.toString().contains("/sst/") && left.decrementAndGet() == 0) {
                            throw FaultyFileSystem.ioError(call, path);
                        }
                    });
                    assertThatThrownBy(engine::compact)
                            .as("%s %d, seed %d", kind, n, seed)
                            .isInstanceOf(StorageException.class)
                            .hasMessageContaining(kind.toString());
                    files.setFault((call, path) -> {});
                    assertThat(tableFiles()).as("%s %d", kind, n).isEqualTo(before);
                    assertThat(engine.stats().tables().indexBytes()).isEqualTo(indexBytes);
                }
            }
            assertThat(CrashModel.contentOf(engine)).as("seed %d", seed).isEqualTo(expected);
            assertThat(engine.compact()).isTrue();
            assertThat(CrashModel.contentOf(engine)).as("seed %d", seed).isEqualTo(expected);
        }
    }
}
