package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** Errors that are no failure of the disk, such as a lack of memory, on the way of a commit or of a new table. */
class CommitErrorTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final FaultyFileSystem files = new FaultyFileSystem();

    private Engine open() {
        Config config = Config.builder()
                .dataDir(DIRECTORY)
                .walSegmentSize(64 << 10)
                .compression(Compression.NONE)
                .autoBackground(false)
                .build();
        return EngineOpening.open(config, files);
    }

    /** The n-th call of a kind to files of a directory throws. */
    private void fail(Call kind, String part, int n, Throwable error) {
        AtomicInteger left = new AtomicInteger(n);
        files.setFault((call, path) -> {
            if (call == kind && path.toString().contains(part) && left.decrementAndGet() == 0) {
                if (error instanceof Error e) {
                    throw e;
                }
                throw (RuntimeException) error;
            }
        });
    }

    /**
     * Lets the next call of a kind to the log fail once a commit of another thread, which is returned, waits behind it.
     */
    private Thread failBeforeAFollower(
            Engine engine, Call kind, AtomicReference<Throwable> ofFollower, FaultyFileSystem.Fault failure) {
        Thread follower = new Thread(
                () -> ofFollower.set(catchThrowable(() -> engine.write(FlowRecord.of("follower", 1, "value")))));
        AtomicBoolean first = new AtomicBoolean(true);
        files.setFault((call, path) -> {
            if (call == kind && path.toString().contains("wal") && first.getAndSet(false)) {
                follower.start();
                Awaitility.await().until(() -> follower.getState() == Thread.State.WAITING);
                failure.before(call, path);
            }
        });
        return follower;
    }

    /**
     * The error left the committers in the queue, with a leader that was gone: the next commit and {@code close} waited
     * for ever.
     */
    @Test
    void write_errorWhileAFullDiskIsRolledBack_releasesEveryone() {
        Engine engine = open();
        engine.write(FlowRecord.of("before", 1, "value"));
        files.setCapacityBytes(files.usedBytes());
        fail(Call.TRUNCATE, "wal", 1, new OutOfMemoryError("made for the test"));

        assertTimeoutPreemptively(PATIENCE, () -> {
            assertThatThrownBy(() -> engine.write(FlowRecord.of("lost", 1, "x".repeat(300_000))))
                    .isInstanceOf(CommitUnknownException.class);
            assertThatThrownBy(() -> engine.write(FlowRecord.of("later", 1, "value")))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("refuses writes");
            assertThat(engine.get("before", 1)).isPresent();
            engine.close();
        });
        files.setCapacityBytes(Long.MAX_VALUE);
        try (Engine again = open()) {
            assertThat(again.get("before", 1)).isPresent();
            assertThat(again.get("later", 1)).isEmpty();
        }
    }

    /** The log went on behind a write that had ended half-way: its closing frame stood in a wrong place. */
    @Test
    void write_errorInTheLog_leavesLogThatOpens() {
        for (int n = 1; n <= 4; n++) {
            files.files().forEach(file -> files.replace(file, null));
            Engine engine = open();
            engine.write(FlowRecord.of("before", 1, "value"));
            fail(Call.WRITE, "wal", n, new OutOfMemoryError("made for the test"));
            int acknowledged = 0;
            boolean unknown = false;
            try {
                for (; acknowledged < 40; acknowledged++) {
                    engine.write(FlowRecord.of("key" + acknowledged, 1, "x".repeat(100_000)));
                }
            } catch (CommitUnknownException e) {
                unknown = true;
                assertThat(e).hasRootCauseInstanceOf(OutOfMemoryError.class);
            } catch (StorageException e) {
                assertThat(e).as("no segment for it").hasRootCauseInstanceOf(OutOfMemoryError.class);
            }
            assertThat(acknowledged).isLessThan(40);
            files.setFault((call, path) -> {});
            assertTimeoutPreemptively(PATIENCE, engine::close);
            try (Engine again = open()) {
                assertThat(again.get("before", 1)).isPresent();
                for (int i = 0; i < acknowledged; i++) {
                    assertThat(again.get("key" + i, 1)).as("key%d", i).isPresent();
                }
                assertThat(again.get("key" + acknowledged, 1).isPresent() && !unknown)
                        .isFalse();
            }
        }
    }

    /**
     * The frame of a batch that did not get into the memtable as a whole stood in the log with nobody to answer for it:
     * {@code close} wrote it, and the next open met it.
     */
    @Test
    void write_errorWhileTheMemtableIsFilled_leavesNothingInTheLog() {
        Engine engine = open();
        engine.write(FlowRecord.of("before", 1, "value"));
        WriteBatch broken = new WriteBatch().put(FlowRecord.of("lost1", 1, "value"));
        int second = (int) broken.sizeBytes();
        broken.put(FlowRecord.of("lost2", 1, "value"));
        int keyLengthAt = second + 1;
        broken.encoded()[keyLengthAt] = (byte) 0xff;
        broken.encoded()[keyLengthAt + 1] = (byte) 0xff;

        assertThatThrownBy(() -> engine.write(broken)).isInstanceOf(IndexOutOfBoundsException.class);

        assertTimeoutPreemptively(PATIENCE, () -> {
            assertThatThrownBy(() -> engine.write(FlowRecord.of("later", 1, "value")))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("refuses writes");
            assertThat(engine.get("lost1", 1)).isEmpty();
            engine.close();
        });
        try (Engine again = open()) {
            assertThat(again.query(Query.all())).containsExactly(FlowRecord.of("before", 1, "value"));
            again.write(FlowRecord.of("later", 1, "value"));
            assertThat(again.get("later", 1)).isPresent();
        }
    }

    /**
     * The tables before the one that could not be opened stayed open, with their share of the memory for indexes, at
     * each try.
     */
    @Test
    void compact_aNewTableCannotBeOpened_letsGoOfTheOthers() {
        try (Engine engine = open()) {
            for (int i = 0; i < 40; i++) {
                engine.write(FlowRecord.of(String.format("key%03d", i), 1, "x".repeat(1 << 20)));
            }
            engine.write(FlowRecord.of("key039", 2, "again")); // a table of as many keys as entries would only be moved
            engine.flush();
            long before = engine.stats().tables().indexBytes();
            fail(Call.OPEN, "sst", 3, FaultyFileSystem.ioError(Call.OPEN, DIRECTORY));
            assertThatThrownBy(engine::compact).isInstanceOf(StorageException.class);
            files.setFault((call, path) -> {});

            assertThat(before).isPositive();
            assertThat(engine.stats().tables().indexBytes()).isEqualTo(before);
            assertThat(engine.compact()).isTrue();
            List<FlowRecord> all = engine.query(Query.all());
            assertThat(all).hasSize(41);
        }
    }

    /** The edit was durable and the engine did not know of it: its tables came back, stale, at the next open. */
    @Test
    void compact_errorInTheManifest_refusesWritesUntilReopened() {
        for (int n = 1; n <= 2; n++) {
            files.files().forEach(file -> files.replace(file, null));
            Engine engine = open();
            for (int i = 0; i < 4; i++) {
                engine.write(FlowRecord.of("key" + i, 1, "value"));
                engine.flush();
            }
            fail(Call.WRITE, "MANIFEST", n, new OutOfMemoryError("made for the test"));
            assertThatThrownBy(engine::compact).isInstanceOf(StorageException.class);
            files.setFault((call, path) -> {});

            assertThat(engine.query(Query.all())).hasSize(4);
            assertThatThrownBy(() -> engine.write(FlowRecord.of("later", 1, "value")))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("refuses writes");
            engine.close();
            try (Engine again = open()) {
                assertThat(again.query(Query.all())).hasSize(4);
                assertThat(again.verify().problems()).isEmpty();
                again.compact();
                assertThat(again.query(Query.all())).hasSize(4);
            }
        }
    }

    /**
     * A sync that was not asked for by a commit, a flush's here, failed and there was no memory to say so: the log took
     * it for not made, and the next sync for one that covers everything, though the system had given up the pages of
     * the first. A power cut then took an acknowledged commit.
     */
    @Test
    void flush_errorInTheSyncOfTheLog_refusesWritesUntilReopened() {
        Engine engine = open();
        engine.write(FlowRecord.of("before", 1, "value"));
        engine.write(FlowRecord.of("lost perhaps", 1, "x".repeat(30_000)), WriteOptions.NO_SYNC);
        fail(Call.SYNC, "wal", 1, new OutOfMemoryError("made for the test"));
        assertThatThrownBy(engine::flush).isInstanceOf(OutOfMemoryError.class);
        files.setFault((call, path) -> {});
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> engine.write(FlowRecord.of("later", 1, "value"), WriteOptions.SYNC))
                    .isInstanceOf(FlowDbException.class)
                    .hasMessageContaining("made for the test");
        }
        assertThat(engine.get("before", 1)).isPresent();
        FaultyFileSystem found = files.afterPowerCut(FaultyFileSystem.Loss.ALL, new Random(1));
        assertTimeoutPreemptively(PATIENCE, () -> assertCloseTellsOfTheLog(engine));
        try (Engine again = EngineOpening.open(engine.config(), found)) {
            assertThat(again.get("before", 1)).isPresent();
            again.write(FlowRecord.of("later", 1, "value"));
        }
    }

    /** Nothing of it had been written, yet its outcome was said to be unknown. */
    @Test
    void write_afterTheSyncOfAFlushFailed_saysThatNothingWasStored() {
        Engine engine = open();
        engine.write(FlowRecord.of("before", 1, "value"), WriteOptions.NO_SYNC);
        fail(Call.SYNC, "wal", 1, FaultyFileSystem.ioError(Call.SYNC, DIRECTORY));
        assertThatThrownBy(engine::flush).isInstanceOf(StorageException.class);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> engine.write(FlowRecord.of("later", 1, "value")))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("refuses writes")
                    .hasMessageContaining("Input/output error");
        }
        assertCloseTellsOfTheLog(engine);
        try (Engine again = open()) {
            assertThat(again.get("later", 1)).isEmpty();
        }
    }

    private static void assertCloseTellsOfTheLog(Engine engine) {
        assertThatThrownBy(engine::close)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("The log could not be synced");
    }

    /** The log fails under one commit while another waits behind it. */
    @Test
    void write_behindOneThatFails_saysThatNothingWasStored() throws InterruptedException {
        for (Call kind : List.of(Call.WRITE, Call.SYNC)) {
            files.files().forEach(file -> files.replace(file, null));
            Engine engine = open();
            engine.write(FlowRecord.of("before", 1, "value"));
            AtomicReference<Throwable> ofFollower = new AtomicReference<>();
            Thread follower = failBeforeAFollower(engine, kind, ofFollower, (call, path) -> {
                throw FaultyFileSystem.ioError(call, path);
            });
            assertThatThrownBy(() -> engine.write(FlowRecord.of("leader", 1, "value")))
                    .isInstanceOf(CommitUnknownException.class);
            follower.join();
            assertThat(ofFollower.get()).isInstanceOf(StorageException.class).hasMessageContaining("refuses writes");
            engine.close();
            try (Engine again = open()) {
                assertThat(again.get("before", 1)).isPresent();
                assertThat(again.get("follower", 1)).isEmpty();
            }
        }
    }

    /**
     * Only failures of the disk were kept for the statistics: with too little memory flushes failed for ever and
     * {@code stats()} said nothing.
     */
    @Test
    void flushAndCompact_errorInANewTable_isVisibleUntilTheyWorkAgain() {
        try (Engine engine = open()) {
            for (int i = 0; i < 2; i++) {
                engine.write(FlowRecord.of("key", 1, "value" + i));
                engine.flush();
            }
            fail(Call.WRITE, "sst", 1, new OutOfMemoryError("made for the test"));
            assertThatThrownBy(engine::compact).isInstanceOf(OutOfMemoryError.class);
            assertThat(engine.stats().lastBackgroundError()).contains("made for the test");
            files.setFault((call, path) -> {});
            assertThat(engine.compact()).isTrue();
            assertThat(engine.stats().lastBackgroundError()).isNull();

            engine.write(FlowRecord.of("key", 1, "value2"));
            fail(Call.WRITE, "sst", 1, new OutOfMemoryError("made for the test"));
            assertThatThrownBy(engine::flush).isInstanceOf(OutOfMemoryError.class);
            assertThat(engine.stats().lastBackgroundError()).contains("made for the test");
            assertThat(engine.get("key", 1)).contains(FlowRecord.of("key", 1, "value2"));
            files.setFault((call, path) -> {});
            engine.flush();
            assertThat(engine.stats().lastBackgroundError()).isNull();
        }
    }

    /** An error of which nothing can be told, as when there is no memory left for that either. */
    private static final class UnspeakableError extends Error {
        @Override
        public String toString() {
            throw new UnspeakableError();
        }
    }

    /**
     * Who led the committers went away with an error thrown while the first one was reported: those in the queue and
     * all later ones waited for ever, and so did {@code close}; and the log did not know that a write had ended
     * half-way.
     */
    @Test
    void write_errorWhileAnErrorIsReported_releasesEveryoneAndRefuses() {
        for (Call kind : List.of(Call.WRITE, Call.SYNC)) {
            files.files().forEach(file -> files.replace(file, null));
            Engine engine = open();
            engine.write(FlowRecord.of("before", 1, "value"));
            AtomicReference<Throwable> ofFollower = new AtomicReference<>();
            Thread follower = failBeforeAFollower(engine, kind, ofFollower, (call, path) -> {
                throw new UnspeakableError();
            });

            assertTimeoutPreemptively(PATIENCE, () -> {
                assertThatThrownBy(() -> engine.write(FlowRecord.of("leader", 1, "value")))
                        .isInstanceOf(CommitUnknownException.class);
                follower.join();
                assertThat(ofFollower.get()).isInstanceOf(CommitUnknownException.class);
                assertThatThrownBy(() -> engine.write(FlowRecord.of("later", 1, "value")))
                        .isInstanceOf(StorageException.class)
                        .hasMessageContaining("refuses writes");
                assertThat(engine.get("before", 1)).isPresent();
                engine.close();
            });
            files.setFault((call, path) -> {});
            try (Engine again = open()) {
                assertThat(again.get("before", 1)).isPresent();
                assertThat(again.get("later", 1)).isEmpty();
                assertThat(again.verify().problems()).isEmpty();
            }
        }
    }
}
