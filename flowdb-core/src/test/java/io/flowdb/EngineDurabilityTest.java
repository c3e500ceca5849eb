package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Failing disks and late syncs: the acceptance cases T-28, T-29, T-33, T-34 and T-35. Others are shown elsewhere: T-21
 * and T-27 by {@code EngineKillTest}, T-22 to T-24 by {@link WalTornTailTest}, T-31 by {@link EngineCrashTest}, T-32 by
 * {@link DirectoryLockTest}.
 */
@Timeout(300)
class EngineDurabilityTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final TreeMap<String, String> acknowledged = new TreeMap<>();

    private static Config.Builder config() {
        return Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .maxFrozenMemtables(8)
                .blockSize(512)
                .blockCacheCapacity(0)
                .autoBackground(false);
    }

    private void put(Engine engine, String key, String value) {
        engine.write(FlowRecord.of(key, 0, value));
        acknowledged.put(key + "@0", value);
    }

    private static boolean isTable(Path path) {
        return path.toString().contains("/sst/");
    }

    private List<Path> tables() {
        return files.files().stream().filter(EngineDurabilityTest::isTable).toList();
    }

    private void checkReopens(Config config) {
        for (FaultyFileSystem found : List.of(files.afterPowerCut(Loss.ALL, new Random(1)), files.copy())) {
            try (Engine engine = EngineOpening.open(config, found)) {
                assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            }
        }
    }

    /** T-28. */
    @Test
    void flush_diskFull_isVisibleAndSucceedsLater() {
        Config config = config().build();
        Engine engine = EngineOpening.open(config, files);
        for (int i = 0; i < 50; i++) {
            put(engine, "key" + i, "v".repeat(500) + i);
        }
        files.setFault((call, path) -> {
            if (call == Call.WRITE && isTable(path)) {
                throw new StorageException("Cannot write to " + path, new IOException("No space left on device"), true);
            }
        });
        assertThatThrownBy(engine::flush)
                .isInstanceOf(StorageException.class)
                .hasRootCauseMessage("No space left on device");
        assertThat(engine.stats().lastBackgroundError()).contains("/sst/");
        assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        put(engine, "while full", "the log has room");
        checkReopens(config);

        files.setFault((call, path) -> {});
        engine.flush();
        assertThat(engine.stats().lastBackgroundError()).isNull();
        assertThat(engine.stats().tables().count()).isPositive();
        assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        checkReopens(config);
        engine.close();
        checkReopens(config);
    }

    private void fillDiskAtManifest(boolean half) {
        files.setTornWrites(half);
        AtomicInteger left = new AtomicInteger(1);
        files.setFault((call, path) -> {
            if (call == Call.WRITE && path.endsWith("MANIFEST") && left.getAndDecrement() > 0) {
                throw new StorageException("Cannot write to " + path, new IOException("No space left on device"), true);
            }
        });
    }

    /**
     * A flush or compaction whose table just fits and whose manifest edit does not: the engine refused writes until it
     * was opened again. Nothing of the edit takes effect, also if half of it is in the file.
     */
    @Test
    void flushAndCompact_manifestFindsTheDiskFull_workOnceThereIsSpace() {
        Config config = config().build();
        for (boolean half : new boolean[] {false, true}) {
            files.files().forEach(file -> files.replace(file, null));
            acknowledged.clear();
            Engine engine = EngineOpening.open(config, files);
            put(engine, "key", "first");
            engine.flush();
            put(engine, "key", "second");
            put(engine, "other", "value");
            fillDiskAtManifest(half);
            assertThatThrownBy(engine::flush)
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            e -> assertThat(e.diskFull()).isTrue());
            assertThat(engine.stats().lastBackgroundError()).contains("MANIFEST");
            put(engine, "while full", "the log has room");
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            assertThat(tables()).hasSize(1);
            assertThat(engine.verify().problems()).isEmpty();
            checkReopens(config);

            engine.flush();
            checkReopens(config);
            fillDiskAtManifest(half);
            assertThatThrownBy(engine::compact)
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            e -> assertThat(e.diskFull()).isTrue());
            put(engine, "later", "value");
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            assertThat(tables()).as("what was flushed, in three memtables").hasSize(3);
            checkReopens(config);

            assertThat(engine.compact()).isTrue();
            assertThat(engine.stats().lastBackgroundError()).isNull();
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            checkReopens(config);
            engine.close();
            checkReopens(config);
        }
    }

    /** The same with edits enough for the manifest to be written anew, and a disk that is full for all of it. */
    @Test
    void flush_manifestIsRewrittenOnAFullDisk_worksOnceThereIsSpace() {
        Config config = config().compactionThreshold(1_000).build();
        try (Engine engine = EngineOpening.open(config, files)) {
            String wide = "k".repeat(60_000);
            AtomicInteger refused = new AtomicInteger();
            files.setFault((call, path) -> {
                if (call == Call.WRITE && path.endsWith("MANIFEST.new") && refused.getAndIncrement() == 0) {
                    throw new StorageException(
                            "Cannot write to " + path, new IOException("No space left on device"), true);
                }
            });
            for (int i = 0; i < 40 && refused.get() == 0; i++) {
                put(engine, wide, "value" + i);
                try {
                    engine.flush();
                    engine.compact();
                } catch (StorageException e) {
                    assertThat(e.diskFull()).isTrue();
                }
            }
            assertThat(refused).hasValue(1);
            put(engine, "later", "value");
            engine.flush();
            assertThat(refused.get()).as("writes of a new manifest").isGreaterThan(1);
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            checkReopens(config);
        }
        checkReopens(config);
    }

    /**
     * A segment of the log that could not be deleted, as on Windows while another program reads it, was forgotten, with
     * those after it, and stayed until the next opening; and the flush before it was not counted. Later it was counted,
     * but its caller was told that it had failed, with everything in tables.
     */
    @Test
    void flush_segmentCannotBeDeleted_isDeletedByTheNextOne() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            put(engine, "key", "first");
            AtomicInteger left = new AtomicInteger(1);
            files.setFault((call, path) -> {
                if (call == Call.DELETE && path.toString().endsWith(".wal") && left.getAndDecrement() > 0) {
                    throw FaultyFileSystem.ioError(call, path);
                }
            });
            engine.flush();
            assertThat(engine.stats().flushes().count()).isEqualTo(1);
            assertThat(engine.stats().lastBackgroundError()).contains("Input/output error");
            put(engine, "key", "second");
            engine.flush();
            assertThat(engine.stats().lastBackgroundError()).isNull();
            assertThat(files.files()).noneMatch(f -> f.toString().endsWith(".wal"));
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
        checkReopens(config().build());
    }

    /**
     * The table was live and its memtable gone, but the caller was told that the flush had failed, as an index could
     * not be read into memory.
     */
    @Test
    void flush_indexCannotBeReadAfterwards_hasSucceeded() {
        int keys = 200;
        long ofOneTable;
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            putMany(engine, keys);
            engine.flush();
            ofOneTable = engine.stats().tables().indexBytes();
        }
        /* Newer tables come first, so the next one gets what the first one has, after it is live. */
        Config config = config().indexMemoryBudget(ofOneTable * 5 / 4).build();
        try (Engine engine = EngineOpening.open(config, files)) {
            putMany(engine, keys);
            AtomicBoolean recorded = new AtomicBoolean();
            files.setFault((call, path) -> {
                recorded.compareAndSet(
                        false, call == Call.SYNC && path.toString().endsWith("MANIFEST"));
                if (call == Call.READ && isTable(path) && recorded.get()) {
                    throw FaultyFileSystem.ioError(call, path);
                }
            });
            engine.flush();
            assertThat(engine.stats().tables().count()).isEqualTo(2);
            assertThat(engine.stats().memtables().records()).isZero();
            assertThat(engine.stats().lastBackgroundError()).contains("Input/output error");
            files.setFault((call, path) -> {});
            putMany(engine, keys);
            engine.flush();
            assertThat(engine.stats().lastBackgroundError()).isNull();
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
        checkReopens(config().build());
    }

    private void putMany(Engine engine, int keys) {
        for (int i = 0; i < keys; i++) {
            put(engine, "key" + i, "v");
        }
    }

    /**
     * Each call froze what had been written since the last one, however many memtables waited, so a caller that tried
     * again and wrote on filled the heap.
     */
    @Test
    void flush_failsAndIsCalledAgainBetweenWrites_freezesNoMoreThanAllowed() {
        try (Engine engine = EngineOpening.open(config().maxFrozenMemtables(2).build(), files)) {
            files.setFault((call, path) -> {
                if (call == Call.WRITE && isTable(path)) {
                    throw FaultyFileSystem.ioError(call, path);
                }
            });
            for (int i = 0; i < 30; i++) {
                put(engine, "key" + i, "v");
                assertThatThrownBy(engine::flush).isInstanceOf(StorageException.class);
            }
            assertThat(engine.stats().memtables().frozen()).isEqualTo(1);
            files.setFault((call, path) -> {});
            engine.flush();
            assertThat(engine.stats().memtables().records()).isZero();
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
        checkReopens(config().build());
    }

    /** T-28 with the flush in the background: it is tried again by itself. */
    @Test
    void backgroundFlush_diskFull_isTriedAgain() {
        Config config = config().autoBackground(true).build();
        Engine engine = EngineOpening.open(config, files);
        files.setFault((call, path) -> {
            if (call == Call.WRITE && isTable(path)) {
                throw new StorageException("Cannot write to " + path, new IOException("No space left on device"), true);
            }
        });
        for (int i = 0; i < 200; i++) {
            put(engine, "key" + i, "v".repeat(500) + i);
        }
        await().until(() -> engine.stats().lastBackgroundError() != null);
        assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        files.setFault((call, path) -> {});
        await().until(() ->
                engine.stats().flushes().count() > 0 && engine.stats().lastBackgroundError() == null);
        checkReopens(config().build());
        engine.close();
        checkReopens(config().build());
    }

    /**
     * T-29: the caller and every later one get the cause, the statistics show it, reads go on, and opening again leads
     * back.
     */
    @Test
    void write_syncFails_isRefusedUntilOpenedAgain() {
        Config config = config().build();
        Engine engine = EngineOpening.open(config, files);
        put(engine, "before", "v");
        AtomicInteger left = new AtomicInteger(1);
        files.setFault((call, path) -> {
            if (call == Call.SYNC && left.getAndDecrement() == 1) {
                throw FaultyFileSystem.ioError(call, path);
            }
        });
        assertThatThrownBy(() -> engine.write(FlowRecord.of("unknown", 0, "secret value")))
                .isInstanceOf(CommitUnknownException.class)
                .hasRootCauseMessage("Input/output error")
                .hasMessageNotContaining("secret");
        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> engine.write(FlowRecord.of("refused", 0, "v")))
                    .isInstanceOfSatisfying(
                            StorageException.class,
                            e -> assertThat(e.retryable()).isFalse())
                    .hasRootCauseMessage("Input/output error");
        }
        assertThat(engine.stats().lastBackgroundError()).contains("Input/output error");
        assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        assertThat(engine.get("before", 0)).isPresent();
        engine.close();
        try (Engine reopened = EngineOpening.open(config, files)) {
            assertThat(reopened.get("refused", 0)).isEmpty();
            assertThat(CrashModel.contentOf(reopened)).containsAllEntriesOf(acknowledged);
            reopened.write(FlowRecord.of("after", 0, "v"));
            assertThat(reopened.stats().lastBackgroundError()).isNull();
        }
    }

    /** T-33: after the interval data survives a power cut. */
    @Test
    void intervalMode_afterThePeriod_dataIsDurable() {
        Config config = config().autoBackground(true)
                .walSyncMode(SyncMode.interval(Duration.ofMillis(20)))
                .build();
        Engine engine = EngineOpening.open(config, files);
        put(engine, "k", "v");
        await().until(() -> isDurable(config));
        engine.close();
    }

    private boolean isDurable(Config config) {
        FaultyFileSystem found = files.afterPowerCut(Loss.ALL, new Random(1));
        Config quiet = config.toBuilder().autoBackground(false).build();
        try (Engine reopened = EngineOpening.open(quiet, found)) {
            return CrashModel.contentOf(reopened).equals(acknowledged);
        }
    }

    /** T-33: a compaction that does not get on delays neither the sync nor a flush's. */
    @Test
    void intervalMode_compactionStuck_syncsAllTheSame() throws InterruptedException {
        Config config = config().autoBackground(true)
                .compactionThreshold(1000)
                .walSyncMode(SyncMode.interval(Duration.ofMillis(20)))
                .build();
        Engine engine = EngineOpening.open(config, files);
        for (int table = 0; table < 3; table++) {
            put(engine, "key" + table, "v");
            put(engine, "shared", "v" + table);
            engine.flush();
        }
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        files.setFault((call, path) -> {
            if (call == Call.WRITE && isTable(path)) {
                stuck.countDown();
                awaitUninterruptibly(release);
            }
        });
        Thread compaction = new Thread(engine::compact);
        compaction.start();
        try {
            stuck.await();
            put(engine, "during", "the compaction");
            await().until(() -> isDurable(config));
            assertThat(compaction.isAlive()).isTrue();
        } finally {
            release.countDown();
        }
        compaction.join();
        engine.close();
        checkReopens(config().build());
    }

    /**
     * A flush recorded the first segment that is still needed while a full one, whose frames were all in tables,
     * awaited its timed sync, and so named that segment. The sync came before the flush deleted segments, and the flush
     * deleted the one that it had just recorded: the next open missed it and refused. Found by killing writers in
     * {@code EngineKillTest}.
     */
    @Test
    void flush_logRotatedAndSyncedMeanwhile_keepsTheSegmentItRecords() {
        Config config =
                config().walSyncMode(SyncMode.interval(Duration.ofHours(1))).build();
        Engine engine = EngineOpening.open(config, files);
        put(engine, "fills", "v".repeat(70_000)); // a memtable and a segment
        AtomicInteger step = new AtomicInteger();
        files.setFault((call, path) -> {
            if (call == Call.WRITE && isTable(path) && step.compareAndSet(0, 1)) {
                inAnotherThread(() -> engine.write(new WriteBatch().put(FlowRecord.of("rotates", 0, "v"))));
            } else if (call == Call.WRITE && path.endsWith("MANIFEST") && step.compareAndSet(1, 2)) {
                inAnotherThread(
                        () -> engine.write(new WriteBatch().put(FlowRecord.of("syncs", 0, "v")), WriteOptions.SYNC));
            }
        });
        engine.flush();
        assertThat(step.get()).isEqualTo(2);
        acknowledged.put("rotates@0", "v");
        acknowledged.put("syncs@0", "v");
        files.setFault((call, path) -> {});
        checkReopens(config);
        engine.close();
        checkReopens(config);
    }

    private static void inAnotherThread(Runnable action) {
        Thread thread = new Thread(action);
        thread.start();
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /**
     * The directory of a checkpoint was not durable in its parent: after a power cut a checkpoint that had returned was
     * gone.
     */
    @Test
    void checkpoint_powerCutAfterReturn_isThere() {
        Path target = Path.of("/backups/monday/copy").toAbsolutePath();
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            put(engine, "k", "v");
            engine.checkpoint(target);
            FaultyFileSystem found = files.afterPowerCut(Loss.ALL, new Random(1));
            assertThat(found.exists(target)).isTrue();
            try (Engine copy = EngineOpening.open(config().dataDir(target).build(), found)) {
                assertThat(CrashModel.contentOf(copy)).isEqualTo(acknowledged);
            }
        }
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** T-34: a value far larger than memtable, log segment and block. */
    @Test
    void write_valueOf64MiB_isStored(@TempDir Path dir) {
        byte[] large = new byte[64 << 20];
        new Random(1).nextBytes(large);
        Config config = config().dataDir(dir.resolve("db")).build();
        try (Engine engine = Engine.open(config)) {
            engine.write(FlowRecord.of("empty", 0, ""));
            engine.write(FlowRecord.of("large".getBytes(StandardCharsets.UTF_8), 0, large));
            engine.write(FlowRecord.of("next", 0, "v"));
            checkLarge(engine, large);
            engine.flush();
            checkLarge(engine, large);
            engine.compact();
            checkLarge(engine, large);
        }
        try (Engine engine = Engine.open(config)) {
            checkLarge(engine, large);
        }
    }

    private static void checkLarge(Engine engine, byte[] large) {
        assertThat(engine.get("empty", 0).orElseThrow().value()).isEmpty();
        assertThat(engine.get("next", 0).orElseThrow().valueText()).isEqualTo("v");
        assertThat(Arrays.equals(engine.getLatest("large").orElseThrow().value(), large))
                .isTrue();
    }

    /** T-35. */
    @Test
    void read_damagedBlock_namesFileAndCompactionKeepsTheInputs() {
        Config config = config().compression(Compression.NONE).build();
        Engine engine = EngineOpening.open(config, files);
        for (int table = 0; table < 2; table++) {
            for (int i = 0; i < 40; i++) {
                put(engine, String.format("key%02d", i), "value " + table + " " + i + "x".repeat(100));
            }
            engine.flush();
        }
        engine.close();
        Path damagedTable = tables().get(1);
        byte[] content = files.content(damagedTable);
        content[300] ^= 1; // in the first data block
        files.replace(damagedTable, content);
        try (Engine reopened = EngineOpening.open(config, files)) {
            assertDamage(() -> reopened.get("key00", 0), damagedTable);
            assertDamage(() -> reopened.getLatest("key00"), damagedTable);
            assertDamage(() -> reopened.query(Query.all()), damagedTable);
            assertDamage(() -> reopened.query(Query.all().reverse()), damagedTable);
            assertThat(reopened.get("key39", 0).orElseThrow().valueText()).isEqualTo(acknowledged.get("key39@0"));
            assertThat(reopened.verify().problems()).singleElement().asString().contains(damagedTable.toString());
            List<Path> before = tables();
            assertDamage(reopened::compact, damagedTable);
            assertThat(tables()).isEqualTo(before);
            assertThat(reopened.stats().tables().count()).isEqualTo(before.size());
            assertThat(reopened.stats().lastBackgroundError()).contains(damagedTable.toString());
            reopened.write(FlowRecord.of("zz", 0, "writes go on"));
            assertThat(reopened.get("zz", 0)).isPresent();
        }
        assertThat(files.content(damagedTable)).isEqualTo(content);
    }

    private static void assertDamage(ThrowingCallable read, Path table) {
        assertThatThrownBy(read).isInstanceOfSatisfying(CorruptionException.class, e -> {
            assertThat(e.file()).isEqualTo(table.toString());
            assertThat(e.offset()).isNotNegative().isLessThan(600);
            assertThat(e).hasMessageNotContaining("value ");
        });
    }
}
