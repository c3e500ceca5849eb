package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** T-36: closing while others are at work. */
@Timeout(300)
class EngineCloseTest {
    private static final int THREADS = 32;

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final CountDownLatch release = new CountDownLatch(1);
    private final CountDownLatch stuck = new CountDownLatch(1);
    private final ExecutorService pool = Executors.newCachedThreadPool();

    @TempDir
    Path dir;

    @AfterEach
    void stop() {
        release.countDown();
        pool.shutdownNow();
    }

    private static Config config(Path directory) {
        return Config.builder()
                .dataDir(directory)
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .blockCacheCapacity(0)
                .build();
    }

    private static Config quiet() {
        return config(Path.of("/data/db").toAbsolutePath()).toBuilder()
                .autoBackground(false)
                .maxFrozenMemtables(64)
                .build();
    }

    private void failFirstSyncOfTheLog(boolean asError) {
        AtomicInteger syncs = new AtomicInteger();
        files.setFault((call, path) -> {
            if (call == Call.SYNC && path.toString().endsWith(".wal") && syncs.getAndIncrement() == 0) {
                if (asError) {
                    throw new OutOfMemoryError("sync");
                }
                throw FaultyFileSystem.ioError(call, path);
            }
        });
    }

    /** It returned as if all was durable, and a power cut took what had been acknowledged. */
    @ParameterizedTest
    @CsvSource({"always, false", "always, true", "interval, false", "interval, true"})
    void close_syncOfTheLogFails_closesAndSaysSo(String mode, boolean asError) {
        SyncMode sync = mode.equals("always") ? SyncMode.always() : SyncMode.interval(Duration.ofSeconds(1));
        Config config = quiet().toBuilder().walSyncMode(sync).build();
        Engine engine = EngineOpening.open(config, files);
        engine.write(FlowRecord.of("k", 1, "v"), WriteOptions.NO_SYNC);
        failFirstSyncOfTheLog(asError);

        assertThatThrownBy(engine::close)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("The log could not be synced");

        engine.close();
        EngineOpening.open(config, files).close(); // free again
    }

    @Test
    void close_afterAFailedSync_failsOnlyIfSomethingAcknowledgedWasNotSynced() {
        for (boolean unsynced : new boolean[] {false, true}) {
            Engine engine = EngineOpening.open(quiet(), files);
            engine.write(FlowRecord.of("k", 1, "synced"));
            if (unsynced) {
                engine.write(FlowRecord.of("k", 2, "not synced"), WriteOptions.NO_SYNC);
            }
            failFirstSyncOfTheLog(false);
            assertThatThrownBy(() -> engine.write(FlowRecord.of("k", 3, "refused")))
                    .isInstanceOf(CommitUnknownException.class);
            if (unsynced) {
                assertThatThrownBy(engine::close).isInstanceOf(StorageException.class);
            } else {
                engine.close();
            }
        }
    }

    /** The record that a scan had looked ahead to was given out by a closed engine. */
    @Test
    void close_scanThatHasLookedAhead_isRefused() {
        Engine engine = Engine.open(Config.builder().inMemory(true).build());
        engine.write(FlowRecord.of("a", 0, "1"));
        try (RecordScan scan = engine.scan(Query.all());
                RecordScan ended = engine.scan(Query.all())) {
            assertThat(scan.hasNext()).isTrue();
            ended.next();
            assertThat(ended.hasNext()).isFalse();
            engine.close();
            for (RecordScan each : List.of(scan, ended)) {
                assertThatThrownBy(each::hasNext).isInstanceOf(EngineClosedException.class);
                assertThatThrownBy(each::next).isInstanceOf(EngineClosedException.class);
            }
        }
    }

    /** Lets the next call of this kind on files of a directory wait until it is released. */
    private void holdUp(Call kind, String directory) {
        files.setFault((call, path) -> {
            if (call == kind && path.toString().contains(directory)) {
                stuck.countDown();
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
    }

    @Test
    void close_readUnderWay_waitsForItsAnswer() throws Exception {
        Engine engine = EngineOpening.open(quiet(), files);
        engine.write(FlowRecord.of("k", 0, "v"));
        engine.flush();
        holdUp(Call.READ, "/sst/");
        Future<Optional<FlowRecord>> read = pool.submit(() -> engine.get("k", 0));
        stuck.await();
        Future<?> closing = pool.submit(engine::close);
        await().until(() -> failsClosed(engine::lastSeqno));
        assertThat(closing.isDone())
                .as("new calls are refused, the one under way is waited for")
                .isFalse();
        release.countDown();
        assertThat(read.get()).contains(FlowRecord.of("k", 0, "v"));
        closing.get();
    }

    @Test
    void close_commitUnderWay_waitsAndKeepsIt() throws Exception {
        Engine engine = EngineOpening.open(quiet(), files);
        engine.write(FlowRecord.of("first", 0, "v"));
        holdUp(Call.SYNC, "/wal/");
        Future<?> commit = pool.submit(() -> engine.write(FlowRecord.of("k", 0, "v")));
        stuck.await();
        Future<?> closing = pool.submit(engine::close);
        assertThat(closing.isDone()).isFalse();
        release.countDown();
        commit.get();
        closing.get();
        try (Engine reopened = EngineOpening.open(quiet(), files)) {
            assertThat(reopened.get("k", 0)).isPresent();
        }
    }

    /**
     * The log failed under a commit that {@code close} waited for: the reason why commits are refused stayed that of
     * the closing, so it waited for what could never be flushed, ten seconds, and what a full disk refused was not
     * taken back.
     */
    @Test
    void close_commitThatFailsMeanwhile_endsAtOnceAndSaysWhatIsKnown() throws Exception {
        for (Call kind : List.of(Call.WRITE, Call.SYNC)) {
            for (boolean full : List.of(true, false)) {
                FaultyFileSystem disk = new FaultyFileSystem();
                Engine engine = EngineOpening.open(quiet(), disk);
                engine.write(FlowRecord.of("first", 0, "v"));
                Thread closing = new Thread(engine::close);
                AtomicBoolean failed = new AtomicBoolean();
                disk.setFault((call, path) -> {
                    if (call == kind && path.toString().contains("/wal/") && !failed.getAndSet(true)) {
                        closing.start();
                        await().until(() -> closing.getState() == Thread.State.WAITING);
                        throw new StorageException("made for the test", new IOException("made for the test"), full);
                    }
                });
                boolean takenBack = full && kind == Call.WRITE;
                assertThatThrownBy(() -> engine.write(FlowRecord.of("k", 0, "v")))
                        .isInstanceOf(takenBack ? StorageException.class : CommitUnknownException.class);
                long start = System.nanoTime();
                closing.join();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(9));
                try (Engine reopened = EngineOpening.open(quiet(), disk)) {
                    assertThat(reopened.get("first", 0)).isPresent();
                    assertThat(takenBack && reopened.get("k", 0).isPresent()).isFalse();
                    assertThat(reopened.verify().problems()).isEmpty();
                }
            }
        }
    }

    /**
     * What the clock threw while {@code close} flushed came out of it, and a flush in another thread could have gone on
     * in a directory that was given free.
     */
    @Test
    void close_clockThrows_closesAndKeepsEverything() {
        AtomicBoolean broken = new AtomicBoolean();
        Config config = quiet().toBuilder()
                .clockMicros(() -> {
                    if (broken.get()) {
                        throw new IllegalStateException("made for the test");
                    }
                    return 1;
                })
                .build();
        Engine engine = EngineOpening.open(config, files);
        engine.write(FlowRecord.of("k", 0, "v"));
        broken.set(true);
        engine.close();
        broken.set(false);
        try (Engine reopened = EngineOpening.open(config, files)) {
            assertThat(reopened.get("k", 0)).isPresent();
        }
    }

    /**
     * It went on with files that belonged to another engine meanwhile, and reported what that had changed as damage.
     */
    @Test
    void close_verifyUnderWay_failsTyped() throws Exception {
        Engine engine = EngineOpening.open(quiet(), files);
        engine.write(FlowRecord.of("k", 0, "v"));
        engine.flush();
        holdUp(Call.READ, "/sst/");
        Future<Boolean> verifying = pool.submit(() -> failsClosed(engine::verify));
        stuck.await();
        files.setFault((call, path) -> {});
        engine.close();
        try (Engine next = EngineOpening.open(quiet(), files)) {
            next.write(FlowRecord.of("k", 1, "v"));
            next.flush();
            release.countDown();
            assertThat(verifying.get()).isTrue();
        }
    }

    /** A checkpoint that came to its lease just then was a whole copy of nothing. */
    @Test
    void lease_ofClosedStates_isRefused() {
        ReadStates states = new ReadStates(new Memtable(), List.of(), SstSet.of(List.of(), 1));
        states.close();
        assertThat(failsClosed(states::lease)).isTrue();
    }

    /** The second call returned while the first was still at work, and who opened the directory then met its lock. */
    @Test
    void close_anotherCloseUnderWay_waitsForIt() throws Exception {
        Engine engine = EngineOpening.open(quiet(), files);
        engine.write(FlowRecord.of("k", 0, "v"));
        holdUp(Call.SYNC, "/sst/");
        Future<?> first = pool.submit(engine::close);
        stuck.await();
        Thread second = new Thread(engine::close);
        second.start();
        await().until(() -> second.getState() == Thread.State.WAITING || second.getState() == Thread.State.TERMINATED);
        assertThat(second.isAlive()).isTrue();
        release.countDown();
        first.get();
        second.join();
        EngineOpening.open(quiet(), files).close();
    }

    /** A compaction is asked to end early, or finished; either way nothing is lost. */
    @Test
    void close_compactionUnderWay_waitsForItsEnd() throws Exception {
        Engine engine = EngineOpening.open(quiet(), files);
        for (int table = 0; table < 3; table++) {
            engine.write(FlowRecord.of("k", table, "v"));
            engine.flush();
        }
        holdUp(Call.WRITE, "/sst/");
        Future<?> compaction = pool.submit(() -> {
            try {
                engine.compact();
            } catch (EngineClosedException e) {
                return;
            }
        });
        stuck.await();
        Future<?> closing = pool.submit(engine::close);
        release.countDown();
        closing.get();
        compaction.get();
        try (Engine reopened = EngineOpening.open(quiet(), files)) {
            assertThat(reopened.query(Query.key(Keys.utf8("k")))).hasSize(3);
            assertThat(files.files().stream().filter(p -> p.toString().endsWith(".sst")))
                    .as("no table is left over")
                    .hasSize(reopened.stats().tables().count());
        }
    }

    /** A walk that is open when the engine closes fails typed at a later step, or gives what it has read already. */
    @Test
    void close_scansOpen_failTyped() {
        Engine engine = EngineOpening.open(quiet(), files);
        for (int i = 0; i < 2_000; i++) {
            engine.write(new WriteBatch().put(FlowRecord.of("k" + i, 0, "v".repeat(50))), WriteOptions.NO_SYNC);
        }
        engine.flush();
        try (RecordScan scan = engine.scan(Query.all());
                Snapshot snapshot = engine.snapshot();
                RecordScan ofSnapshot = snapshot.scan(Query.all().reverse());
                StoreCursor cursor = engine.latest().scan(null, null, false)) {
            assertThat(scan.hasNext()).isTrue();
            assertThat(ofSnapshot.hasNext()).isTrue();
            assertThat(cursor.next()).isTrue();
            engine.close();
            assertThat(failsClosed(() -> scan.forEachRemaining(r -> {}))).isTrue();
            assertThat(failsClosed(() -> ofSnapshot.forEachRemaining(r -> {}))).isTrue();
            assertThat(failsClosed(cursor::next)).isTrue();
        }
    }

    /** A walk gave out the record that it had looked ahead for after it had been closed. */
    @Test
    void scan_closedAfterItLookedAhead_isRefused() {
        try (Engine engine = EngineOpening.open(quiet(), files)) {
            engine.write(FlowRecord.of("k", 0, "v"));
            RecordScan scan = engine.scan(Query.all());
            assertThat(scan.hasNext()).isTrue();
            scan.close();
            scan.close();
            assertThatThrownBy(scan::hasNext).isInstanceOf(EngineClosedException.class);
            assertThatThrownBy(scan::next).isInstanceOf(EngineClosedException.class);
        }
    }

    /**
     * Two threads that close one walk at once counted it out twice: tables were never let go of, or while others still
     * read them.
     */
    @Test
    void scan_closedByTwoThreadsAtOnce_isCountedOutOnce() throws Exception {
        try (Engine engine = EngineOpening.open(quiet(), files)) {
            engine.write(FlowRecord.of("k", 0, "v"));
            engine.flush();
            AtomicReference<RecordScan> shared = new AtomicReference<>();
            AtomicInteger closed = new AtomicInteger();
            int rounds = 20_000;
            Thread other = new Thread(() -> {
                RecordScan last = null;
                for (int i = 0; i < rounds; i++) {
                    RecordScan scan = shared.get();
                    while (scan == last) {
                        Thread.yield(); // the other thread may have to share this processor
                        scan = shared.get();
                    }
                    scan.close();
                    closed.incrementAndGet();
                    last = scan;
                }
            });
            other.start();
            for (int i = 0; i < rounds; i++) {
                RecordScan scan = engine.scan(Query.all());
                shared.set(scan);
                for (int pause = i % 200; pause > 0; pause--) {
                    Thread.onSpinWait();
                }
                scan.close();
                while (closed.get() <= i) {
                    Thread.yield();
                }
            }
            other.join();
            engine.write(FlowRecord.of("k", 0, "w"));
            engine.flush();
            engine.compact();
            assertThat(files.files().stream().filter(p -> p.toString().endsWith(".sst")))
                    .as("no replaced table is left over")
                    .hasSize(1);
        }
    }

    private static boolean failsClosed(Runnable action) {
        try {
            action.run();
            return false;
        } catch (EngineClosedException e) {
            return true;
        }
    }

    /**
     * 32 threads read, write, scan and maintain while the engine is closed: each call works or is refused, and none
     * hangs.
     */
    @Test
    void close_under32BusyThreads_refusesTypedAndLosesNothing() throws Exception {
        Config config = config(dir.resolve("db"));
        for (int round = 0; round < 3; round++) {
            ConcurrentMap<String, String> acknowledged = new ConcurrentHashMap<>();
            Engine engine = Engine.open(config);
            CrashModel.contentOf(engine).forEach(acknowledged::put);
            CountDownLatch busy = new CountDownLatch(THREADS);
            AtomicBoolean closed = new AtomicBoolean();
            List<Future<?>> threads = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int id = i;
                String name = "r" + round + "t" + id + "-";
                threads.add(pool.submit(() -> {
                    try {
                        for (int turn = 0; ; turn++) {
                            work(engine, id, name + turn, acknowledged);
                            busy.countDown();
                        }
                    } catch (EngineClosedException e) {
                        assertThat(closed).isTrue();
                    }
                }));
            }
            busy.await();
            closed.set(true);
            engine.close();
            for (Future<?> thread : threads) {
                thread.get();
            }
            try (Engine reopened = Engine.open(config)) {
                assertThat(CrashModel.contentOf(reopened)).containsAllEntriesOf(acknowledged);
            }
        }
    }

    private static void work(Engine engine, int id, String key, ConcurrentMap<String, String> acknowledged) {
        if (id == 0) {
            engine.flush();
        } else if (id == 1) {
            engine.compact();
        } else if (id == 2) {
            engine.verify();
            engine.stats();
        } else if (id % 4 == 0) {
            engine.write(FlowRecord.of(key, 0, "v".repeat(200)));
            acknowledged.put(key + "@0", "v".repeat(200));
        } else if (id % 4 == 1) {
            engine.get("r0t4-" + ThreadLocalRandom.current().nextInt(50), 0);
        } else if (id % 4 == 2) {
            engine.query(Query.all().limit(100));
        } else {
            try (Snapshot snapshot = engine.snapshot();
                    RecordScan scan = snapshot.scan(Query.all().reverse())) {
                scan.stream().limit(50).forEach(r -> assertThat(r.value()).isNotEmpty());
            }
        }
    }

    /** Opening and closing again and again leaves no thread and no file handle behind. */
    @Test
    void openAndClose_manyTimes_leaveNothingBehind() throws Exception {
        Config config = config(dir.resolve("cycles"));
        for (int i = 0; i < 100; i++) {
            cycle(config, i);
        }
        assertThat(openFiles()).isZero();
        await().until(() -> Thread.getAllStackTraces().keySet().stream() // those of a test before may be ending
                .noneMatch(thread -> thread.getName().startsWith("flowdb-")));
    }

    private static void cycle(Config config, int i) {
        try (Engine engine = Engine.open(config)) {
            engine.write(FlowRecord.of("k" + i, 0, "v"));
            engine.query(Query.all());
            if (i % 10 == 0) {
                engine.compact();
            }
        }
    }

    /** Open handles of this process that lead below the directory; none where the system does not tell. */
    private long openFiles() throws IOException {
        Path handles = Path.of("/proc/self/fd");
        if (!Files.isDirectory(handles)) {
            return 0;
        }
        long open = 0;
        try (Stream<Path> all = Files.list(handles)) {
            for (Path handle : all.toList()) {
                try {
                    open += Files.readSymbolicLink(handle).startsWith(dir) ? 1 : 0;
                } catch (IOException closedMeanwhile) {
                    continue;
                }
            }
        }
        return open;
    }
}
