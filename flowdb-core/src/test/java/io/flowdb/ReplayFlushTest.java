package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import io.flowdb.testing.TinyFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Opens a database whose log fills more memtables than the settings allow, as after a crash of an engine with a larger
 * heap. All of them were made before the first was flushed, so that the opening ended in {@link OutOfMemoryError}; now
 * it flushes on its way. The power is cut, or the disk fails, at every call of such an opening, and of the openings
 * that follow.
 *
 * <p>{@code -Dflowdb.test.seed=N} repeats a run.
 */
class ReplayFlushTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final Config WRITER = TinyFiles.in(DIRECTORY, SyncMode.always())
            .compression(Compression.NONE)
            .build();
    private static final Config OPENER =
            WRITER.toBuilder().maxFrozenMemtables(1).build();

    private final Random random = new Random(SEED);
    private final CrashModel model = new CrashModel(SEED);

    /** A disk on which most of the model's commits are only in the log, over tables that hold the others. */
    private FaultyFileSystem crashed() {
        return crashed(5);
    }

    /** The same with a number of full memtables. */
    private FaultyFileSystem crashed(int memtables) {
        FaultyFileSystem files = new FaultyFileSystem();
        Engine engine = EngineOpening.open(WRITER, files);
        for (int i = 0; i < 40; i++) {
            model.commit(engine, WriteOptions.SYNC, true);
        }
        engine.flush();
        while (engine.stats().memtables().frozen() < memtables) {
            model.commit(engine, WriteOptions.SYNC, true);
        }
        return files.afterKill();
    }

    private TreeMap<String, String> expected() {
        return model.state(model.durable());
    }

    private void check(FaultyFileSystem files, String story) {
        try (Engine engine = EngineOpening.open(OPENER, files)) {
            TreeMap<String, String> found = CrashModel.contentOf(engine);
            assertThat(CrashModel.difference(expected(), found)).isEqualTo("[]");
            CrashModel.checkPointReads(engine, found);
            assertThat(engine.stats().memtables().frozen()).isLessThanOrEqualTo(1);
            assertThat(engine.verify().problems()).isEmpty();
            assertThat(files.files().stream().filter(f -> f.toString().endsWith(".sst")))
                    .hasSize(engine.stats().tables().count());
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + SEED + ", " + story + ": " + e, e);
        }
    }

    /** What the crashes at each changing call of an opening leave. */
    private List<FaultyFileSystem> crashesOfOpening(FaultyFileSystem files) {
        List<FaultyFileSystem> left = new ArrayList<>();
        files.setFault((call, path) -> {
            if (call.isChanging()) {
                Loss loss = Loss.values()[random.nextInt(Loss.values().length)];
                left.add(random.nextInt(5) == 0 ? files.afterKill() : files.afterPowerCut(loss, random));
            }
        });
        EngineOpening.open(OPENER, files);
        files.setFault((call, path) -> {});
        left.add(files.afterKill());
        left.add(files.afterPowerCut(Loss.ALL, random));
        return left;
    }

    @Test
    void open_logOfManyMemtables_flushesAllButThoseThatWritersMayFill() {
        FaultyFileSystem files = crashed();
        int before = files.list(DIRECTORY.resolve("wal")).size();
        try (Engine engine = EngineOpening.open(OPENER, files)) {
            assertThat(engine.stats().memtables().frozen()).isEqualTo(1);
            assertThat(engine.stats().flushes().count()).isGreaterThan(1);
            assertThat(files.list(DIRECTORY.resolve("wal"))).hasSizeLessThan(before);
            assertThat(CrashModel.contentOf(engine)).isEqualTo(expected());
            long last = engine.lastSeqno();
            engine.write(FlowRecord.of("zz", 0, "z"));
            assertThat(engine.lastSeqno()).isEqualTo(last + 1);
            engine.delete("zz", 0);
        }
        check(files, "opened again");
    }

    @Test
    void open_crashesAtEachCall_nextOpeningsFindTheSame() {
        List<FaultyFileSystem> left = crashesOfOpening(crashed());
        assertThat(left).hasSizeGreaterThan(30);
        for (int i = 0; i < left.size(); i++) {
            List<FaultyFileSystem> next = crashesOfOpening(left.get(i).afterKill());
            String story = "crash before call " + i + " of the first opening";
            check(next.get(random.nextInt(next.size())), story + " and in the second");
            check(left.get(i), story);
        }
    }

    @Test
    void open_crashesAndWorkToAnyDepth_keepsWhatWasFoundAndAcknowledged() {
        FaultyFileSystem files = crashed(2);
        CrashTree tree = new CrashTree(OPENER, model, random);
        tree.explore(files.afterPowerCut(Loss.RANDOM, random), model.durable(), model.started(), "seed " + SEED);
        assertThat(tree.openings()).isGreaterThan(20);
    }

    @Test
    void open_eachCallFailsOnce_nextOpeningFindsTheSame() {
        FaultyFileSystem crashed = crashed();
        int failures = 0;
        boolean reached = true;
        for (int failAt = 1; reached; failAt++) {
            FaultyFileSystem files = crashed.afterKill();
            AtomicLong left = new AtomicLong(failAt);
            files.setFault((call, path) -> {
                if (call.isChanging() && left.decrementAndGet() == 0) {
                    throw FaultyFileSystem.ioError(call, path);
                }
            });
            try {
                EngineOpening.open(OPENER, files).close();
            } catch (FlowDbException e) {
                assertThat(e).rootCause().hasMessage("Input/output error");
                failures++;
            }
            reached = left.get() <= 0;
            files.setFault((call, path) -> {});
            check(files.afterPowerCut(Loss.RANDOM, random), "power cut after call " + failAt + " failed");
            check(files, "call " + failAt + " failed");
        }
        assertThat(failures).isGreaterThan(20);
    }

    /** Nothing can be flushed, but there may be memory enough, and what is deleted then makes room. */
    @Test
    void open_diskFull_keepsAllInMemory() {
        FaultyFileSystem files = crashed();
        files.setFault((call, path) -> {
            if (call == Call.WRITE && path.toString().endsWith(".sst")) {
                throw new StorageException("Cannot write " + path, null, true);
            }
        });
        try (Engine engine = EngineOpening.open(OPENER, files)) {
            assertThat(engine.stats().memtables().frozen()).isGreaterThan(2);
            assertThat(CrashModel.contentOf(engine)).isEqualTo(expected());
            files.setFault((call, path) -> {});
            engine.flush();
            assertThat(engine.stats().memtables().records()).isZero();
            assertThat(CrashModel.contentOf(engine)).isEqualTo(expected());
        }
        check(files, "flushed once there was room");
    }

    /** All of the log is checked before anything is made of its beginning. */
    @Test
    void open_damageLateInTheLog_makesNoTable() {
        FaultyFileSystem files = crashed();
        List<String> segments = files.list(DIRECTORY.resolve("wal"));
        Path damaged = DIRECTORY.resolve("wal").resolve(segments.get(segments.size() - 2));
        byte[] bytes = files.content(damaged);
        bytes[60] ^= 1;
        files.replace(damaged, bytes);
        List<Path> before = files.files();

        assertThatThrownBy(() -> EngineOpening.open(OPENER, files))
                .isInstanceOf(CorruptionException.class)
                .hasMessageContaining(damaged.getFileName().toString());

        assertThat(files.files()).isEqualTo(before);
    }

    /**
     * A record that has expired when it is flushed goes; what it replaced, and what was deleted, does not come back.
     */
    @Test
    void open_expiredAndDeletedInTheLog_hideWhatTablesHold() {
        AtomicLong now = new AtomicLong(1_000);
        Config writer = WRITER.toBuilder().clockMicros(now::get).build();
        FaultyFileSystem files = new FaultyFileSystem();
        Engine engine = EngineOpening.open(writer, files);
        for (int i = 0; i < 50; i++) {
            engine.write(FlowRecord.of("k" + i, 0, "old"));
        }
        engine.flush();
        for (int i = 0; i < 50; i++) {
            if (i % 2 == 0) {
                engine.write(new WriteBatch().put(Keys.utf8("k" + i), 0, 2_000, Keys.utf8("short-lived")));
            }
        }
        engine.deleteRange("k3", "k4");
        byte[] filler = new byte[1_000];
        for (int i = 0; i < 400; i++) {
            engine.write(FlowRecord.of(Keys.utf8("m" + i), 0, filler));
        }
        now.set(3_000);
        FaultyFileSystem killed = files.afterKill();
        for (int round = 0; round < 2; round++) {
            try (Engine opened =
                    EngineOpening.open(OPENER.toBuilder().clockMicros(now::get).build(), killed)) {
                assertThat(opened.stats().flushes().count()).isGreaterThan(round == 0 ? 0 : -1);
                assertThat(opened.stats().recordsExpired()).isGreaterThanOrEqualTo(round == 0 ? 20 : 0);
                for (int i = 0; i < 50; i++) {
                    boolean alive = i % 2 == 1 && !("k" + i).startsWith("k3");
                    assertThat(opened.get("k" + i, 0).isPresent()).as("k%d", i).isEqualTo(alive);
                }
                assertThat(opened.query(Query.prefix("m"))).hasSize(400);
                opened.compact();
            }
        }
    }
}
