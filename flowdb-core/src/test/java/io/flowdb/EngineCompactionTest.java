package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Compaction: the acceptance cases T-04 with partial compactions, T-37, T-39 and T-40. */
@Timeout(300)
class EngineCompactionTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();

    private final FaultyFileSystem files = new FaultyFileSystem();

    private static Config.Builder config() {
        return Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .maxFrozenMemtables(8)
                .blockSize(1024)
                .autoBackground(false);
    }

    private static String key(int i) {
        return String.format("key%05d", i);
    }

    private static boolean isTable(Path path) {
        return path.toString().contains("/sst/");
    }

    /** T-37. */
    @Test
    void compact_tenOverlappingTables_givesOneStrictOrder() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            for (int table = 0; table < 10; table++) {
                for (int i = table; i < 300; i += 1 + table % 3) {
                    engine.write(FlowRecord.of(key(i), i % 2, "value of table " + table + "-".repeat(60)));
                }
                engine.flush();
            }
            List<FlowRecord> before = engine.query(Query.all());
            long bytesBefore = engine.stats().tables().bytes();
            assertThat(engine.stats().tables().count()).isEqualTo(10);
            assertThat(engine.compact()).isTrue();
            List<FlowRecord> after = engine.query(Query.all());
            assertThat(after).isEqualTo(before).hasSize(300);
            for (int i = 1; i < after.size(); i++) {
                assertThat(ReadForms.ORDER.compare(after.get(i - 1), after.get(i)))
                        .isNegative();
            }
            for (FlowRecord record : after) {
                assertThat(engine.get(record.key(), record.ts())).contains(record);
            }
            assertThat(engine.stats().tables().records()).isEqualTo(300);
            assertThat(engine.stats().tables().bytes()).isLessThan(bytesBefore / 3);
            assertThat(files.files().stream().filter(EngineCompactionTest::isTable))
                    .hasSize(engine.stats().tables().count());
            engine.compact();
            assertThat(engine.query(Query.all())).isEqualTo(before);
        }
    }

    /** A table in which a rewrite would find nothing to drop goes to the sorted level as it is, and then stays. */
    @Test
    void compact_tableWithNothingToDrop_isNotWrittenAgain() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            for (int i = 0; i < 300; i++) {
                engine.write(FlowRecord.of(key(i), i % 2, "v".repeat(60)));
            }
            engine.flush();
            List<FlowRecord> before = engine.query(Query.all());
            Set<Path> tables = tableFiles();
            assertThat(engine.compact()).as("the first time").isTrue();
            assertThat(engine.compact()).as("the second time").isFalse();
            assertThat(tableFiles()).hasSize(1).isEqualTo(tables);
            assertThat(engine.stats().compactions().bytesOut()).isZero();
            assertThat(engine.query(Query.all())).isEqualTo(before);
        }
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            assertThat(engine.compact()).as("after opening again").isFalse();
            assertThat(engine.query(Query.all())).hasSize(300);
        }
    }

    /** A single table has something to drop if a snapshot kept it in the flush, or if it has expired since. */
    @Test
    void compact_singleTableWithSomethingToDrop_dropsIt() {
        AtomicLong micros = new AtomicLong(1_000_000);
        try (Engine engine =
                EngineOpening.open(config().clockMicros(micros::get).build(), files)) {
            engine.write(FlowRecord.of("overwritten", 0, "old"));
            engine.write(FlowRecord.of("deleted", 0, "old"));
            try (Snapshot snapshot = engine.snapshot()) {
                engine.write(FlowRecord.of("overwritten", 0, "new"));
                engine.delete("deleted", 0);
                engine.flush();
                assertThat(snapshot.get("deleted", 0)).isPresent();
            }
            assertThat(engine.stats().tables().records()).isEqualTo(4);
            assertThat(engine.compact()).isTrue();
            assertThat(engine.stats().tables().records()).isEqualTo(1);
            engine.deleteRange("a", "z");
            engine.write(FlowRecord.of("expiring", 0, "v"), Duration.ofMillis(10));
            engine.flush();
            assertThat(engine.compact()).isTrue();
            assertThat(engine.stats().tables().records()).isEqualTo(1);
            micros.set(2_000_000);
            assertThat(engine.compact()).isTrue();
            assertThat(engine.stats().tables().records()).isZero();
        }
    }

    private Set<Path> tableFiles() {
        return files.files().stream().filter(EngineCompactionTest::isTable).collect(Collectors.toSet());
    }

    /** T-37: what deletes have emptied takes no space after a compaction. */
    @Test
    void compact_everythingDeleted_leavesNoRecords() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            for (int i = 0; i < 500; i++) {
                engine.write(FlowRecord.of(key(i), 0, "v".repeat(50)));
            }
            engine.flush();
            engine.compact();
            for (int i = 0; i < 250; i++) {
                engine.delete(key(i), 0);
            }
            engine.deleteRange(key(250), key(500));
            engine.flush();
            engine.compact();
            assertThat(engine.query(Query.all())).isEmpty();
            assertThat(engine.stats().tables().records()).isZero();
        }
    }

    /**
     * T-44, which speaks of a single file: there is none, so all files of the directory together, log and manifest too,
     * must not grow.
     */
    @Test
    void compact_deletedAndWrittenAgainForManyRounds_keepsTheDirectorySmall() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            long first = 0;
            for (int round = 0; round < 30; round++) {
                WriteBatch batch = new WriteBatch();
                for (int i = 0; i < 200; i++) {
                    batch.put(FlowRecord.of(key(i), round, round + "v".repeat(100)));
                }
                engine.write(batch);
                engine.flush();
                engine.delete(key(0), round);
                engine.deleteRange(key(1), key(199));
                engine.flush();
                engine.compact();
                engine.delete(key(199), round);
                engine.flush();
                engine.compact();
                assertThat(engine.query(Query.all())).isEmpty();
                first = round == 0 ? files.usedBytes() : first;
                assertThat(files.usedBytes()).as("bytes after round %d", round).isLessThan(first + (64 << 10));
                assertThat(tableFiles()).as("round %d", round).isEmpty();
            }
        }
    }

    /** T-04: the engine's own, partial compactions bring nothing back and lose nothing. */
    @Test
    void deletes_throughBackgroundCompactions_stayDeleted() {
        Config config = config().autoBackground(true).maxFrozenMemtables(2).build();
        Set<String> alive = new HashSet<>();
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int round = 0; round < 30; round++) {
                for (int i = 0; i < 100; i++) {
                    engine.write(FlowRecord.of(key(i * 7 % 100), round % 3, round + "v".repeat(100)));
                    alive.add(key(i) + "@" + round % 3);
                }
                for (int i = 0; i < 100; i += 3) {
                    engine.delete(key(i), round % 3);
                    alive.remove(key(i) + "@" + round % 3);
                }
                engine.deleteRange(key(40), key(60));
                alive.removeIf(v -> v.compareTo(key(40)) >= 0 && v.compareTo(key(60)) < 0);
                engine.flush();
                assertThat(CrashModel.contentOf(engine).keySet()).isEqualTo(alive);
            }
            /* How many there are depends on how many flushes one of them finds. */
            await().until(() -> engine.stats().compactions().count() > 0);
            assertThat(CrashModel.contentOf(engine).keySet()).isEqualTo(alive);
            engine.compact();
            assertThat(CrashModel.contentOf(engine).keySet()).isEqualTo(alive);
        }
    }

    /**
     * Whoever flushes, the engine's thread or a caller: the compaction that this makes due does not wait for its
     * interval.
     */
    @Test
    void flush_byTheCaller_startsTheCompactionThatIsDue() {
        Config config = config().autoBackground(true)
                .compactionThreshold(4)
                .compactionInterval(Duration.ofHours(1))
                .flushInterval(Duration.ZERO)
                .build();
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int table = 0; table < 4; table++) {
                engine.write(FlowRecord.of(key(1), table, "a"));
                engine.write(FlowRecord.of(key(2), table, "b"));
                engine.flush();
            }
            await().until(() -> engine.stats().compactions().count() > 0);
            assertThat(engine.query(Query.all())).hasSize(8);
        }
    }

    /** Nor does one that was due when the database was closed. */
    @Test
    void open_withACompactionDue_startsIt() {
        Config.Builder config = config().compactionThreshold(4).compactionInterval(Duration.ofHours(1));
        try (Engine engine = EngineOpening.open(config.build(), files)) {
            for (int table = 0; table < 4; table++) {
                engine.write(FlowRecord.of(key(1), table, "a"));
                engine.write(FlowRecord.of(key(2), table, "b"));
                engine.flush();
            }
        }
        try (Engine engine = EngineOpening.open(config.autoBackground(true).build(), files)) {
            await().until(() -> engine.stats().compactions().count() > 0);
            assertThat(engine.query(Query.all())).hasSize(8);
        }
    }

    /** T-39. */
    @Test
    void write_whileCompactionsRun_losesNothingAndUsesNoIdTwice() throws Exception {
        Set<Path> created = ConcurrentHashMap.newKeySet();
        Set<Path> twice = ConcurrentHashMap.newKeySet();
        files.setFault((call, path) -> {
            if (call == Call.CREATE && isTable(path) && !created.add(path)) {
                twice.add(path);
            }
        });
        Config config = config().autoBackground(true).maxFrozenMemtables(2).build();
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            for (int opening = 0; opening < 3; opening++) {
                int round = opening;
                try (Engine engine = EngineOpening.open(config, files)) {
                    List<Future<?>> running = new ArrayList<>();
                    for (int writer = 0; writer < 4; writer++) {
                        int id = writer;
                        running.add(threads.submit(() -> write(engine, id, round)));
                    }
                    running.add(threads.submit(() -> {
                        for (int i = 0; i < 5; i++) {
                            engine.flush();
                            engine.compact();
                        }
                    }));
                    for (Future<?> run : running) {
                        run.get();
                    }
                    assertThat(engine.query(Query.all())).hasSize(4 * 400 * (opening + 1));
                    assertThat(engine.stats().compactions().count()).isPositive();
                }
            }
        } finally {
            threads.shutdownNow();
        }
        try (Engine engine = EngineOpening.open(config, files)) {
            assertThat(engine.query(Query.all())).hasSize(3 * 4 * 400);
        }
        assertThat(created).hasSizeGreaterThan(5);
        assertThat(twice).isEmpty();
    }

    private static void write(Engine engine, int writer, int round) {
        for (int i = 0; i < 400; i++) {
            engine.write(FlowRecord.of(writer + key(i), round, "v".repeat(200)));
        }
    }

    /** T-40. */
    @Test
    void compact_twiceAtOnce_oneRunsAndTheOtherWaitsOrReportsFalse() throws Exception {
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            for (int table = 0; table < 4; table++) {
                for (int i = 0; i < 50; i++) {
                    engine.write(FlowRecord.of(key(i), 0, "v" + table));
                }
                engine.flush();
            }
            List<FlowRecord> before = engine.query(Query.all());
            files.setFault((call, path) -> {
                if (call == Call.WRITE && isTable(path)) {
                    stuck.countDown();
                    awaitOpen(release);
                }
            });
            Future<Boolean> first = threads.submit(engine::compact);
            stuck.await();
            Future<Boolean> second = threads.submit(engine::compact);
            assertThat(engine.query(Query.all())).as("reads go on").isEqualTo(before);
            assertThat(first.isDone()).isFalse();
            assertThat(second.isDone() && second.get()).as("both at once").isFalse();
            release.countDown();
            assertThat(first.get()).isTrue();
            second.get();
            assertThat(engine.stats().tables().count()).isEqualTo(1);
            assertThat(engine.query(Query.all())).isEqualTo(before);
        } finally {
            release.countDown();
            threads.shutdownNow();
        }
    }

    private static void awaitOpen(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
