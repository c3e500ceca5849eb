package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Eight committers, some of whom want a sync, on a disk that is full now and then. Each keeps the books of its own
 * commits: what returned is visible at once and stays, what was refused as not stored never appears, and after a power
 * cut every committer finds its commits up to a point that is not before its last synced one.
 */
class ConcurrentCommitTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final int WRITERS = 8;
    private static final int COMMITS = 300;

    private final FaultyFileSystem files = new FaultyFileSystem();

    private static Config config() {
        return Config.builder()
                .dataDir(DIRECTORY)
                .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .maxFrozenMemtables(64)
                .autoBackground(false)
                .build();
    }

    /** What one committer did. */
    private static final class Books {
        private final TreeMap<String, String> acknowledged = new TreeMap<>();
        private final List<List<String>> commits = new ArrayList<>();
        private int synced; // so many of the commits are known to be durable
        private int refused;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, 100})
    void commit_eightWritersWithAndWithoutSync_keepWhatTheyWereTold(int syncPercent) throws Exception {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        String name = "flowdb.test.seed=" + seed;
        AtomicInteger writes = new AtomicInteger();
        List<Books> books = new ArrayList<>();
        try (Engine engine = EngineOpening.open(config(), files)) {
            files.setFault((call, path) -> {
                if (isLogWrite(call, path)) {
                    LockSupport.parkNanos(20_000); // a disk slow enough for groups
                    if (writes.incrementAndGet() % 40 == 0) {
                        throw diskFull();
                    }
                }
            });
            books.addAll(run(engine, syncPercent, seed));
            files.setFault((call, path) -> {});
            TreeMap<String, String> all = new TreeMap<>();
            books.forEach(b -> all.putAll(b.acknowledged));
            assertThat(CrashModel.contentOf(engine)).as(name).isEqualTo(all);
            assertThat(engine.lastSeqno()).as("numbers without gaps, " + name).isEqualTo(all.size());
            assertThat(books.stream().mapToInt(b -> b.refused).sum()).as(name).isPositive();
            checkAfterPowerCut(books, Loss.ALL, seed, name);
            checkAfterPowerCut(books, Loss.RANDOM, seed, name);
        }
        TreeMap<String, String> all = new TreeMap<>();
        books.forEach(b -> all.putAll(b.acknowledged));
        try (Engine engine = EngineOpening.open(config(), files)) {
            assertThat(CrashModel.contentOf(engine)).as("reopened, " + name).isEqualTo(all);
        }
    }

    /**
     * The second commit leads without a sync and writes the third, which wants one. Before that one's own write, a
     * fourth is queued behind it, for which there is no room. The third was once taken back with it, although its frame
     * stood in the log: it came back when the engine was opened again, and its number had been given to another commit.
     */
    @Test
    void commit_writtenBeforeItsSync_isNotTakenBackByTheNextFullDisk() throws Exception {
        List<CountDownLatch> gates = List.of(new CountDownLatch(1), new CountDownLatch(1));
        AtomicInteger writes = new AtomicInteger();
        try (Engine engine = EngineOpening.open(config(), files)) {
            engine.write(FlowRecord.of("first", 0, "makes the segment"));
            files.setFault((call, path) -> {
                if (isLogWrite(call, path)) {
                    int number = writes.getAndIncrement();
                    if (number == gates.size()) {
                        throw diskFull();
                    } else if (number < gates.size()) {
                        awaitOpen(gates.get(number));
                    }
                }
            });
            Commit leader = Commit.start(engine, "a", WriteOptions.NO_SYNC);
            await().until(() -> writes.get() == 1);
            Commit next = Commit.startAndQueue(engine, "b", WriteOptions.NO_SYNC);
            Commit synced = Commit.startAndQueue(engine, "c", WriteOptions.SYNC);
            gates.get(0).countDown();
            await().until(() -> writes.get() == 2);
            Commit last = Commit.startAndQueue(engine, "d", WriteOptions.NO_SYNC);
            gates.get(1).countDown();
            assertThat(leader.outcome.get()).isEmpty();
            assertThat(next.outcome.get()).isEmpty();
            assertThat(synced.outcome.get()).isEmpty();
            assertThat(last.outcome.get()).get().asString().contains("Nothing was stored");
            assertThat(CrashModel.contentOf(engine)).containsOnlyKeys("first@0", "a@0", "b@0", "c@0");
            engine.write(FlowRecord.of("e", 0, "has the number that d had"));
        }
        try (Engine engine = EngineOpening.open(config(), files.afterPowerCut(Loss.NONE, new Random(1)))) {
            assertThat(CrashModel.contentOf(engine)).containsOnlyKeys("first@0", "a@0", "b@0", "c@0", "e@0");
            assertThat(engine.lastSeqno()).isEqualTo(5);
        }
    }

    /** A commit in a thread of its own; empty if it returned, else what it threw. */
    private record Commit(Thread thread, CompletableFuture<Optional<RuntimeException>> outcome) {
        static Commit start(Engine engine, String key, WriteOptions options) {
            CompletableFuture<Optional<RuntimeException>> outcome = new CompletableFuture<>();
            Thread thread = new Thread(() -> {
                try {
                    engine.write(new WriteBatch().put(FlowRecord.of(key, 0, "v")), options);
                    outcome.complete(Optional.empty());
                } catch (RuntimeException e) {
                    outcome.complete(Optional.of(e));
                }
            });
            thread.start();
            return new Commit(thread, outcome);
        }

        static Commit startAndQueue(Engine engine, String key, WriteOptions options) {
            Commit commit = start(engine, key, options);
            await().until(() -> commit.thread.getState() == Thread.State.WAITING);
            return commit;
        }
    }

    private static void awaitOpen(CountDownLatch gate) {
        try {
            gate.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static boolean isLogWrite(Call call, Path path) {
        return call == Call.WRITE && path.toString().endsWith(".wal");
    }

    private static StorageException diskFull() {
        return new StorageException("Cannot write", new IOException("No space left on device"), true);
    }

    private void checkAfterPowerCut(List<Books> books, Loss loss, long seed, String name) {
        try (Engine engine = EngineOpening.open(config(), files.afterPowerCut(loss, new Random(seed)))) {
            TreeMap<String, String> found = CrashModel.contentOf(engine);
            int expected = 0;
            for (Books of : books) {
                int kept = 0;
                while (kept < of.commits.size()
                        && found.containsKey(of.commits.get(kept).get(0))) {
                    for (String key : of.commits.get(kept++)) {
                        assertThat(found.get(key)).as(name).isEqualTo(of.acknowledged.get(key));
                        expected++;
                    }
                }
                assertThat(kept).as("%s, %s", loss, name).isGreaterThanOrEqualTo(of.synced);
            }
            assertThat(found).as("nothing behind a gap, %s, %s", loss, name).hasSize(expected);
            assertThat(engine.lastSeqno()).as(name).isEqualTo(expected);
        }
    }

    private static List<Books> run(Engine engine, int syncPercent, long seed) throws Exception {
        CyclicBarrier start = new CyclicBarrier(WRITERS);
        ExecutorService pool = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<Books>> futures = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                futures.add(pool.submit(() -> {
                    start.await();
                    return commitAll(engine, writer, syncPercent, new Random(seed + writer));
                }));
            }
            List<Books> books = new ArrayList<>();
            for (Future<Books> future : futures) {
                books.add(future.get());
            }
            return books;
        } finally {
            pool.shutdown();
        }
    }

    private static Books commitAll(Engine engine, int writer, int syncPercent, Random random) {
        Books books = new Books();
        for (int i = 0; i < COMMITS; i++) {
            WriteBatch batch = new WriteBatch();
            TreeMap<String, String> records = new TreeMap<>();
            int size = 1 + random.nextInt(5);
            for (int j = 0; j < size; j++) {
                String key = "w" + writer + "/" + i + "/" + j;
                records.put(key + "@0", "v".repeat(random.nextInt(300)));
                batch.put(FlowRecord.of(key, 0, records.get(key + "@0")));
            }
            boolean sync = random.nextInt(100) < syncPercent;
            try {
                engine.write(batch, sync ? WriteOptions.SYNC : WriteOptions.NO_SYNC);
            } catch (StorageException e) {
                assertThat(e).hasMessageContaining("Nothing was stored");
                books.refused++;
                continue;
            }
            books.acknowledged.putAll(records);
            books.commits.add(List.copyOf(records.keySet()));
            books.synced = sync ? books.commits.size() : books.synced;
            assertThat(engine.get("w" + writer + "/" + i + "/0", 0)).isPresent();
        }
        return books;
    }
}
