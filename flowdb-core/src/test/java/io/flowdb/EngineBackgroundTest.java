package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What the engine does by itself, each by its setting, and that it does nothing if told so. */
@Timeout(300)
class EngineBackgroundTest {
    private final AtomicLong clock = new AtomicLong(1_000_000);

    @TempDir
    Path dir;

    private Config.Builder config() {
        return Config.builder()
                .dataDir(dir.resolve("db"))
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofMillis(20)))
                .clockMicros(clock::get);
    }

    private static void write(Engine engine, int records) {
        for (int i = 0; i < records; i++) {
            engine.write(record(i));
        }
    }

    private static FlowRecord record(int number) {
        return FlowRecord.of("key" + number, 0, "v".repeat(1_000));
    }

    /** One batch: a flush between single writes could leave a rest that is not worth a table. */
    @Test
    void flush_activeMemtableOlderThanInterval_happensByItself() {
        try (Engine engine =
                Engine.open(config().flushInterval(Duration.ofMillis(20)).build())) {
            WriteBatch batch = new WriteBatch();
            IntStream.range(0, 40).forEach(i -> batch.put(record(i)));
            engine.write(batch);
            await().until(() -> engine.stats().memtables().records() == 0);
            assertThat(engine.stats().flushes().count()).isPositive();
            assertThat(engine.query(Query.all())).hasSize(40);
        }
    }

    /** Each period counted as a sync, and as one of no time, though nothing had been written. */
    @Test
    void sync_nothingWrittenSinceTheLast_isNotCounted() {
        try (Engine engine = Engine.open(
                config().walSyncMode(SyncMode.interval(Duration.ofMillis(1))).build())) {
            engine.write(FlowRecord.of("k", 0, "v"));
            await().until(() -> engine.stats().wal().syncs() == 1);
            await().during(Duration.ofMillis(200))
                    .until(() -> engine.stats().wal().syncs() == 1);
            engine.write(FlowRecord.of("k", 1, "v"));
            await().until(() -> engine.stats().wal().syncs() == 2);
            assertThat(engine.stats().latencies().sync().timed()).isEqualTo(2);
        }
    }

    /**
     * Each try of a flush that failed froze the active memtable if it was old enough: writers could fill one more for
     * each, without bound.
     */
    @Test
    void flush_failsAgainAndAgain_freezesNoFurtherMemtable() {
        FaultyFileSystem files = new FaultyFileSystem();
        AtomicInteger tries = new AtomicInteger();
        files.setFault((call, path) -> {
            if (call == FaultyFileSystem.Call.CREATE && path.toString().endsWith(".sst")) {
                tries.incrementAndGet();
                throw FaultyFileSystem.ioError(call, path);
            }
        });
        Config config = config().dataDir(Path.of("/data/db").toAbsolutePath())
                .flushInterval(Duration.ofMillis(1))
                .maxFrozenMemtables(1)
                .build();
        try (Engine engine = EngineOpening.open(config, files)) {
            Thread writer = new Thread(() -> write(engine, 500));
            writer.start();
            await().until(() -> tries.get() >= 3);
            await().until(() -> engine.stats().memtables().bytes() > 64 << 10);
            assertThat(engine.stats().memtables().frozen()).isEqualTo(1);
            assertThat(engine.stats().memtables().bytes()).isLessThan(2 * (64 << 10) + (4 << 10));
            files.setFault((call, path) -> {});
            await().until(() -> !writer.isAlive());
            assertThat(engine.query(Query.all())).hasSize(500);
        }
    }

    @Test
    void flush_intervalZero_happensBySizeOnly() {
        try (Engine engine = Engine.open(config().flushInterval(Duration.ZERO).build())) {
            write(engine, 40);
            for (int syncs = 0; syncs < 5; syncs++) {
                long before = engine.stats().wal().syncs();
                engine.write(FlowRecord.of("one more", 0, "v"));
                await().until(() -> engine.stats().wal().syncs() > before);
            }
            assertThat(engine.stats().flushes().count())
                    .as("after 100 ms and more")
                    .isZero();
            write(engine, 100);
            await().until(() -> engine.stats().flushes().count() > 0);
        }
    }

    @Test
    void compaction_flushMakesItDue_startsWithoutWaitingForItsInterval() {
        try (Engine engine =
                Engine.open(config().compactionInterval(Duration.ofHours(1)).build())) {
            await().until(() -> {
                write(engine, 50);
                engine.flush();
                return engine.stats().compactions().count() > 0;
            });
            assertThat(engine.query(Query.all())).hasSize(50);
        }
    }

    @Test
    void gc_interval_dropsExpiredTables() {
        try (Engine engine = Engine.open(config().gcInterval(Duration.ofMillis(20))
                .defaultTtl(Duration.ofSeconds(1))
                .build())) {
            write(engine, 20);
            engine.flush();
            assertThat(engine.stats().tables().count()).isEqualTo(1);
            clock.addAndGet(1_000_000);
            await().until(() -> engine.stats().recordsPurged() == 20);
            assertThat(engine.stats().tables().count()).isZero();
        }
    }

    /** What hold a class loader, or keep a process alive, are threads that inherit from whoever opened the engine. */
    @Test
    void threads_areDaemonsWithoutContextClassLoader() {
        try (Engine engine = Engine.open(config().build())) {
            assertThat(engine.isOpen()).isTrue();
            List<Thread> threads = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().startsWith("flowdb-"))
                    .toList();
            assertThat(threads)
                    .extracting(Thread::getName)
                    .contains("flowdb-flush", "flowdb-compaction", "flowdb-gc", "flowdb-sync");
            assertThat(threads).allMatch(Thread::isDaemon).allMatch(thread -> thread.getContextClassLoader() == null);
        }
    }

    /** With autoBackground false nothing runs: no thread, no flush, no compaction, no sync. */
    @Test
    void autoBackground_off_nothingRunsUnlessCalled() {
        Config config = config().autoBackground(false)
                .maxFrozenMemtables(64)
                .flushInterval(Duration.ofMillis(1))
                .compactionInterval(Duration.ofMillis(1))
                .gcInterval(Duration.ofMillis(1))
                .build();
        try (Engine engine = Engine.open(config)) {
            write(engine, 200);
            await().until(() -> Thread.getAllStackTraces().keySet().stream() // those of a test before may be ending
                    .noneMatch(thread -> thread.getName().startsWith("flowdb-")));
            assertThat(engine.stats().flushes().count()).isZero();
            assertThat(engine.stats().memtables().frozen()).isGreaterThan(1);
            engine.flush();
            assertThat(engine.stats().memtables().frozen()).isZero();
            assertThat(engine.query(Query.all())).hasSize(200);
        }
    }

    /** A read-only engine sees the state at its opening and starts nothing. */
    @Test
    void readOnly_besideWriter_seesTheStateAtItsOpening() {
        try (Engine writer = Engine.open(config().build())) {
            write(writer, 10);
            try (Engine reader = Engine.open(config().readOnly(true).build())) {
                writer.delete("key0", 0);
                writer.write(FlowRecord.of("later", 0, "v"));
                writer.flush();
                writer.compact();
                assertThat(reader.query(Query.all())).hasSize(10);
                assertThat(reader.get("key0", 0)).isPresent();
                assertThat(reader.getLatest(Keys.utf8("later"))).isEmpty();
            }
        }
    }

    /**
     * An interrupt closed the table's channel, and the file, which the writer had deleted, could not be opened again:
     * not by any later reader either.
     */
    @Test
    void readOnly_interruptedAfterTheWriterHasDeletedItsTables_readsOn() {
        try (Engine writer = Engine.open(config().build())) {
            write(writer, 10);
            writer.flush();
            try (Engine reader =
                    Engine.open(config().readOnly(true).blockCacheCapacity(0).build())) {
                writer.delete("key0", 0);
                writer.flush();
                writer.compact();
                Thread.currentThread().interrupt();
                assertThat(reader.query(Query.all())).hasSize(10);
                assertThat(reader.get("key0", 0)).isPresent();
                assertThat(Thread.interrupted()).isTrue();
                assertThat(reader.query(Query.all())).hasSize(10);
            }
        }
    }
}
