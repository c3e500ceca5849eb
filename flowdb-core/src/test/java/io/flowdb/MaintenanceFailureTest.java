package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What {@code stats()} says of flushes, compactions and drops of expired tables that fail, wholly or in part. */
class MaintenanceFailureTest {
    private final FaultyFileSystem files = new FaultyFileSystem();
    private final AtomicLong clock = new AtomicLong(1_000_000);

    private Config.Builder config() {
        return Config.builder()
                .dataDir(Path.of("/data/db").toAbsolutePath())
                .compression(Compression.NONE)
                .clockMicros(clock::get)
                .autoBackground(false);
    }

    private static boolean isTable(Path path) {
        return path.toString().endsWith(".sst");
    }

    /** The disk is full for one write of an edit; there is room to take it back. */
    private void fillDiskAtManifest() {
        AtomicBoolean full = new AtomicBoolean(true);
        files.setFault((call, path) -> {
            if (call == Call.WRITE && path.endsWith("MANIFEST") && full.getAndSet(false)) {
                throw diskFull(path);
            }
        });
    }

    private static StorageException diskFull(Path path) {
        return new StorageException("Cannot write to " + path, new IOException("No space left on device"), true);
    }

    private static void put(Engine engine, int number, int valueBytes) {
        byte[] value = new byte[valueBytes];
        new Random(number).nextBytes(value);
        byte[] key = String.format("key%04d", number).getBytes(StandardCharsets.UTF_8);
        engine.write(FlowRecord.of(key, 0, value), WriteOptions.NO_SYNC);
    }

    /**
     * A merge into the sorted level replaces its tables one by one. If it failed at a later one, what it had read and
     * written until then was in no figure, neither then nor after the next compaction.
     */
    @Test
    void compaction_failsAtItsSecondTable_countsWhatItWroteBefore() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            for (int i = 0; i < 300; i++) {
                put(engine, i, 60_000);
            }
            engine.flush();
            put(engine, 0, 10);
            engine.flush();
            engine.compact();
            assertThat(engine.stats().tables().count()).as("tables to replace").isGreaterThan(2);
            for (int i = 0; i < 300; i++) {
                put(engine, i, 10);
            }
            engine.flush();
            EngineStats before = engine.stats();
            AtomicLong written = new AtomicLong();
            AtomicInteger made = new AtomicInteger();
            files.setFault((call, path) -> {
                if (call == Call.CREATE && isTable(path) && made.incrementAndGet() == 2) {
                    throw diskFull(path);
                }
                if (call == Call.OPEN && isTable(path)) { // it is finished
                    written.addAndGet(files.content(path).length);
                }
            });

            assertThatThrownBy(engine::compact).isInstanceOf(StorageException.class);

            EngineStats failed = engine.stats();
            assertThat(made).as("tables begun").hasValue(2);
            assertThat(written).hasPositiveValue();
            assertThat(failed.compactions().bytesOut() - before.compactions().bytesOut())
                    .isEqualTo(written.get());
            assertThat(failed.compactions().bytesIn())
                    .isGreaterThan(before.compactions().bytesIn());
            assertThat(failed.compactions().count())
                    .isEqualTo(before.compactions().count());
            double moved = failed.flushes().bytes() + failed.compactions().bytesOut();
            assertThat(failed.writeAmplification()).isCloseTo(1 + moved / failed.bytesWritten(), within(1e-9));
            assertThat(engine.compact()).isTrue();
            EngineStats done = engine.stats();
            assertThat(done.compactions().bytesOut() - before.compactions().bytesOut())
                    .isEqualTo(written.get());
            assertThat(done.lastBackgroundError()).isNull();
        }
    }

    /**
     * Nothing told of a drop that failed: no error was shown, whether it was tried in the background or by a caller.
     */
    @Test
    void gc_fails_isShownUntilItSucceeds() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            engine.write(FlowRecord.of("a", 0, "v"), Duration.ofSeconds(1));
            engine.flush();
            clock.addAndGet(1_000_000);
            fillDiskAtManifest();
            assertThatThrownBy(engine::gc).isInstanceOf(StorageException.class);
            assertThat(engine.stats().lastBackgroundError()).startsWith("Cannot write to ");
            assertThat(engine.prometheusText()).contains("\nflowdb_background_failed 1\n");
            assertThat(engine.stats().gcRuns()).isZero();

            assertThat(engine.gc()).isEqualTo(1);
            assertThat(engine.stats().lastBackgroundError()).isNull();
            assertThat(engine.prometheusText()).contains("\nflowdb_background_failed 0\n");
        }
    }

    /** They were counted before the table was recorded, so each try of a flush that failed there counted them again. */
    @Test
    void flush_failsAtTheManifest_countsExpiredRecordsOnce() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            engine.write(FlowRecord.of("a", 0, "v"), Duration.ofSeconds(1));
            put(engine, 1, 10);
            clock.addAndGet(1_000_000);
            fillDiskAtManifest();
            assertThatThrownBy(engine::flush).isInstanceOf(StorageException.class);
            assertThat(engine.stats().recordsExpired()).isZero();

            engine.flush();
            assertThat(engine.stats().recordsExpired()).isEqualTo(1);
        }
    }

    /** What was left out of tables that could not be recorded is left out, and counted, again. */
    @Test
    void compaction_failsAtTheManifest_countsExpiredRecordsOnce() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            engine.write(FlowRecord.of("a", 0, "v"), Duration.ofSeconds(1));
            put(engine, 1, 10);
            engine.flush();
            clock.addAndGet(1_000_000);
            fillDiskAtManifest();
            assertThatThrownBy(engine::compact).isInstanceOf(StorageException.class);
            assertThat(engine.stats().recordsExpired()).isZero();
            assertThat(engine.stats().lastBackgroundError()).startsWith("Cannot write to ");

            assertThat(engine.compact()).isTrue();
            assertThat(engine.stats().recordsExpired()).isEqualTo(1);
            assertThat(engine.stats().lastBackgroundError()).isNull();
        }
    }

    /**
     * The failure of a compaction was shown for ever if there was nothing left to compact when it would have been tried
     * again.
     */
    @Test
    void compaction_failsAndNothingIsLeftToDo_isNotShownAnyMore() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            engine.write(FlowRecord.of("a", 0, "v"), Duration.ofSeconds(1));
            engine.flush();
            fillDiskAtManifest();
            assertThatThrownBy(engine::compact).isInstanceOf(StorageException.class);
            assertThat(engine.stats().lastBackgroundError()).isNotNull();
            clock.addAndGet(1_000_000);
            assertThat(engine.gc()).isEqualTo(1);
            assertThat(engine.compact()).isFalse();
            assertThat(engine.stats().lastBackgroundError()).isNull();
        }
    }

    /**
     * The new table was live and the old ones gone, but the caller was told that the compaction had failed, and it was
     * in no figure, as an index could not be read into memory.
     */
    @Test
    void compaction_indexCannotBeReadAfterwards_hasSucceeded() {
        long ofOneTable;
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            writeMany(engine);
            ofOneTable = engine.stats().tables().indexBytes();
        }
        /* While the old tables are there, the new one finds no room for its index. */
        Config config = config().indexMemoryBudget(ofOneTable * 5 / 4).build();
        try (Engine engine = EngineOpening.open(config, files)) {
            writeMany(engine);
            AtomicBoolean recorded = new AtomicBoolean();
            AtomicInteger refused = new AtomicInteger();
            files.setFault((call, path) -> {
                recorded.compareAndSet(false, call == Call.SYNC && path.endsWith("MANIFEST"));
                if (call == Call.READ && isTable(path) && recorded.get()) {
                    refused.incrementAndGet();
                    throw FaultyFileSystem.ioError(call, path);
                }
            });
            assertThat(engine.compact()).isTrue();
            assertThat(refused).hasPositiveValue();
            assertThat(engine.stats().compactions().count()).isEqualTo(1);
            assertThat(engine.stats().tables().count()).isEqualTo(1);
            assertThat(engine.stats().lastBackgroundError()).contains("Input/output error");

            files.setFault((call, path) -> {});
            put(engine, 7, 20);
            engine.flush();
            assertThat(engine.compact()).isTrue();
            assertThat(engine.stats().lastBackgroundError()).isNull();
            assertThat(engine.query(Query.all())).hasSize(200);
        }
    }

    private static void writeMany(Engine engine) {
        for (int i = 0; i < 200; i++) {
            put(engine, i, 10);
        }
        engine.flush();
    }
}
