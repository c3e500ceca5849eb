package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Failing syncs and full disks: what was acknowledged stays, what was refused does not come back. */
class EngineIoErrorTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final Config CONFIG = Config.builder()
            .dataDir(DIRECTORY)
            .memtableSize(64 << 10)
            .walSegmentSize(64 << 10)
            .maxFrozenMemtables(64)
            .autoBackground(false)
            .build();

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final TreeMap<String, String> acknowledged = new TreeMap<>();

    private void put(Engine engine, String key, int bytes) {
        String value = "v".repeat(bytes);
        engine.write(FlowRecord.of(key, 0, value));
        acknowledged.put(key + "@0", value);
    }

    private void checkReopens(FaultyFileSystem found) {
        try (Engine engine = EngineOpening.open(CONFIG, found)) {
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            engine.write(FlowRecord.of("zz", 0, "z"));
            engine.delete("zz", 0);
        }
        try (Engine engine = EngineOpening.open(CONFIG, found)) {
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
    }

    @Test
    void write_diskFullAtAnyByte_failsCleanlyAndGoesOnWhenThereIsSpace() {
        for (int room = 0; room < 400_000; room += 9_973) {
            FaultyFileSystem disk = new FaultyFileSystem();
            acknowledged.clear();
            Engine engine = EngineOpening.open(CONFIG, disk);
            disk.setCapacityBytes(disk.usedBytes() + room);
            int failed = 0;
            for (int i = 0; i < 100 && failed < 3; i++) {
                try {
                    put(engine, "key" + i, 5_000);
                } catch (StorageException e) {
                    failed++;
                    assertThat(e.diskFull()).as("room %d: %s", room, e).isTrue();
                }
            }
            assertThat(failed).isEqualTo(3);
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            disk.setCapacityBytes(Long.MAX_VALUE);
            put(engine, "after", 10);
            checkReopens(disk.afterPowerCut(Loss.ALL, new Random(1)));
            engine.close();
            checkReopens(disk);
        }
    }

    /**
     * Two commits are written together, the first one fits and the second does not: nothing of either was stored, they
     * are told. The first one stood in the file, whole, and was cut off, which no sync made durable: after a power cut
     * it was there, in the place of the commit that came next.
     */
    @Test
    void write_diskFullBehindAWholeFrame_leavesNothingOfItAfterAPowerCut() {
        Config interval = CONFIG.toBuilder()
                .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                .build();
        Engine engine = EngineOpening.open(interval, files);
        engine.write(FlowRecord.of("before", 0, "v"), WriteOptions.SYNC);
        List<Thread> together = List.of(refused(engine, "small", 10), refused(engine, "large", 3_000));
        AtomicBoolean first = new AtomicBoolean(true);
        files.setFault((call, path) -> {
            if (call == Call.WRITE && path.toString().contains("/wal/") && first.getAndSet(false)) {
                for (Thread thread : together) {
                    thread.start();
                    Awaitility.await().until(() -> thread.getState() == Thread.State.WAITING);
                }
                files.setCapacityBytes(files.usedBytes() + 1_000);
            }
        });
        engine.write(FlowRecord.of("leader", 0, "v"));
        together.forEach(EngineIoErrorTest::join);
        files.setCapacityBytes(Long.MAX_VALUE);
        assertThat(refusals).hasValue(2);
        for (int seed = 0; seed < 100; seed++) {
            checkKeys(interval, files.afterPowerCut(Loss.RANDOM, new Random(seed)), "before", "leader");
        }
        engine.write(FlowRecord.of("next", 0, "v"));
        for (int seed = 0; seed < 100; seed++) {
            checkKeys(interval, files.afterPowerCut(Loss.RANDOM, new Random(seed)), "before", "leader", "next");
        }
    }

    private final AtomicInteger refusals = new AtomicInteger();

    private Thread refused(Engine engine, String key, int bytes) {
        return new Thread(() -> {
            try {
                engine.write(FlowRecord.of(key, 0, "v".repeat(bytes)));
            } catch (StorageException e) {
                refusals.addAndGet(e.diskFull() ? 1 : 0);
            }
        });
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What is there are the first ones of these commits. */
    private static void checkKeys(Config config, FaultyFileSystem found, String... keys) {
        try (Engine engine = EngineOpening.open(config, found)) {
            List<String> there =
                    engine.query(Query.all()).stream().map(FlowRecord::keyText).toList();
            assertThat(List.of(keys)).startsWith(there.toArray(String[]::new));
        }
    }

    /**
     * The disk had room for an edit of the manifest and not for the seal behind it: the edit is taken back by writing
     * over it and its table deleted. No sync made that durable: a power cut could bring back the edit, and the database
     * was not opened again for want of the table.
     */
    @Test
    void flush_diskFullBehindAnEdit_leavesNothingOfItAfterAPowerCut() {
        int failed = 0;
        for (int room = 1; room < 400; room += 13) {
            int left = room;
            FaultyFileSystem disk = new FaultyFileSystem();
            acknowledged.clear();
            Engine engine = EngineOpening.open(CONFIG, disk);
            put(engine, "key", 10);
            disk.setFault((call, path) -> {
                if (call == Call.WRITE && path.endsWith("MANIFEST")) {
                    disk.setCapacityBytes(disk.usedBytes() + left);
                    disk.setFault((c, p) -> {});
                }
            });
            try {
                engine.flush();
            } catch (StorageException e) {
                failed++;
                assertThat(e.diskFull()).as("room %d: %s", room, e).isTrue();
            }
            for (int seed = 0; seed < 20; seed++) {
                checkReopens(disk.afterPowerCut(Loss.RANDOM, new Random(seed)));
            }
            disk.setCapacityBytes(Long.MAX_VALUE);
            engine.flush();
            engine.close();
            checkReopens(disk);
        }
        assertThat(failed).isGreaterThan(5);
    }

    /**
     * Who reads a replaced table last deletes its file. If that failed the reader, with its answer at hand, failed for
     * it, or a compaction that was done; the other tables stayed open, and all files were there until the next opening.
     */
    @Test
    void compact_fileOfAReplacedTableCannotBeDeleted_failsNobodyAndIsTriedAgain() {
        try (Engine engine = EngineOpening.open(CONFIG, files)) {
            for (boolean reading : new boolean[] {true, false}) {
                for (int i = 0; i < 3; i++) {
                    put(engine, "key", i);
                    engine.flush();
                }
                RecordScan scan = reading ? engine.scan(Query.all()) : null;
                files.setFault((call, path) -> {
                    if (call == Call.DELETE) {
                        throw FaultyFileSystem.ioError(call, path);
                    }
                });
                assertThat(engine.compact()).isTrue();
                if (scan != null) {
                    assertThat(scan.next()).isNotNull();
                    scan.close();
                }
                assertThat(engine.stats().lastBackgroundError()).contains("Input/output error");
                files.setFault((call, path) -> {});
                engine.gc();
                assertThat(engine.stats().lastBackgroundError()).isNull();
                assertThat(files.files().stream().filter(p -> p.toString().endsWith(".sst")))
                        .hasSize(1);
            }
            checkReopens(files.copy());
        }
    }

    @Test
    void write_syncSaysDiskFull_leavesLogThatOpens() {
        Engine engine = EngineOpening.open(CONFIG, files);
        put(engine, "before", 10);
        AtomicInteger left = new AtomicInteger(1);
        files.setFault((call, path) -> {
            if (call == Call.SYNC && left.getAndDecrement() > 0) {
                throw new StorageException("Cannot sync", new IOException("No space left on device"), true);
            }
        });
        assertThatThrownBy(() -> engine.write(FlowRecord.of("unknown", 0, "x".repeat(3_000))))
                .isInstanceOf(FlowDbException.class);
        try {
            put(engine, "later", 10);
        } catch (StorageException refused) {
            assertThat(refused).hasMessageContaining("refuses writes");
        }
        FaultyFileSystem found = files.afterPowerCut(Loss.NONE, new Random(1));
        try (Engine reopened = EngineOpening.open(CONFIG, found)) {
            assertThat(CrashModel.contentOf(reopened)).containsAllEntriesOf(acknowledged);
        }
    }

    /** After a failed sync pages are clean but not on the disk: reading them back must not be taken for durability. */
    @Test
    void reopen_afterFailedSync_makesWhatItAcceptsDurable() {
        Engine engine = EngineOpening.open(CONFIG, files);
        put(engine, "before", 10);
        AtomicInteger left = new AtomicInteger(1);
        files.setFault((call, path) -> {
            if (call == Call.SYNC && left.getAndDecrement() > 0) {
                throw FaultyFileSystem.ioError(call, path);
            }
        });
        assertThatThrownBy(() -> engine.write(FlowRecord.of("unknown", 0, "x".repeat(3_000))))
                .isInstanceOf(FlowDbException.class);
        assertThatThrownBy(() -> engine.write(FlowRecord.of("refused", 0, "x")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("Input/output error");
        assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        engine.close();
        try (Engine reopened = EngineOpening.open(CONFIG, files)) {
            acknowledged.putAll(CrashModel.contentOf(reopened));
            put(reopened, "after", 10);
            checkReopens(files.afterPowerCut(Loss.ALL, new Random(1)));
        }
    }

    /**
     * When the disk was full, close() ended with an error for want of room for the last frame of the log, which only
     * says that what stands before it was durable.
     */
    @Test
    void close_diskFull_returnsAndLosesNothing() {
        for (SyncMode mode : List.of(SyncMode.always(), SyncMode.interval(Duration.ofHours(1)))) {
            /* To the end of the zeros ahead of the frames, and a little less; more than a segment. */
            for (int bytes : new int[] {131_000, 130_970, 130_950, 130_900, 70_000, 10}) {
                for (int room : new int[] {0, 1, 39, 40, 41, 200, 1_000}) {
                    closesWithRoom(mode, bytes, room);
                }
            }
        }
    }

    private void closesWithRoom(SyncMode mode, int bytes, int room) {
        int segment = bytes == 70_000 ? 64 << 10 : 1 << 20;
        Config config = CONFIG.toBuilder()
                .walSyncMode(mode)
                .memtableSize(1 << 20)
                .walSegmentSize(segment)
                .build();
        FaultyFileSystem disk = new FaultyFileSystem();
        acknowledged.clear();
        Engine engine = EngineOpening.open(config, disk);
        put(engine, "key", bytes);
        disk.setCapacityBytes(disk.usedBytes() + room);
        engine.close();
        disk.setCapacityBytes(Long.MAX_VALUE);
        checkReopens(disk.afterPowerCut(Loss.ALL, new Random(1)));
        checkReopens(disk);
    }

    /** The same when no file could be opened for a new segment that was to hold that frame only. */
    @Test
    void close_tooManyFilesOpen_returnsAndLosesNothing() {
        Engine engine = EngineOpening.open(CONFIG, files);
        put(engine, "key", 70_000);
        files.setFault((call, path) -> {
            if (call == Call.CREATE || call == Call.OPEN) {
                throw StorageException.tooManyFiles("Cannot open " + path, new IOException("Too many open files"));
            }
        });
        engine.close();
        files.setFault((call, path) -> {});
        checkReopens(files.afterPowerCut(Loss.ALL, new Random(1)));
        checkReopens(files);
    }
}
