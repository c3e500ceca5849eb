package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.FlowDbException;
import io.flowdb.internal.base.Keys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real threads on one engine while it flushes and compacts all the time.
 *
 * <p>{@code -Dflowdb.test.seconds=N} sets how long each test with an open end works; 30 is the long form.
 */
@Timeout(300)
class EngineConcurrencyTest {
    private static final Duration TIME = Duration.ofSeconds(Integer.getInteger("flowdb.test.seconds", 2));
    private static final int ACCOUNTS = 50;
    private static final long MONEY = 1_000;
    private static final int WRITERS = 8;

    @TempDir
    Path dir;

    private Config.Builder config() {
        return Config.builder()
                .dataDir(dir.resolve("db"))
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .blockSize(1024)
                .blockCacheCapacity(32 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofMillis(50)));
    }

    private static byte[] account(int number) {
        return Keys.utf8(String.format("account%03d", number));
    }

    private static long moneyOf(FlowRecord record) {
        return Long.parseLong(record.valueText().substring(0, 12));
    }

    private static FlowRecord holding(byte[] account, long money) {
        return FlowRecord.of(
                account,
                0,
                String.format("%012d", money).concat("-".repeat(200)).getBytes(StandardCharsets.UTF_8));
    }

    /** Moves money between two accounts unless somebody else has changed one of them since. */
    private static boolean transfer(Engine engine) {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        byte[] from = account(random.nextInt(ACCOUNTS));
        byte[] to = account(random.nextInt(ACCOUNTS));
        if (Arrays.equals(from, to)) {
            return true;
        }
        try (Snapshot snapshot = engine.snapshot()) {
            long payer = moneyOf(snapshot.get(from, 0).orElseThrow());
            long payee = moneyOf(snapshot.get(to, 0).orElseThrow());
            long amount = random.nextLong(payer + 1);
            WriteBatch batch =
                    new WriteBatch().put(holding(from, payer - amount)).put(holding(to, payee + amount));
            Preconditions unchanged = Preconditions.since(snapshot).key(from).key(to);
            return engine.commit(batch, unchanged, WriteOptions.DEFAULT) instanceof CommitOutcome.Committed;
        }
    }

    private static void checkSum(List<FlowRecord> records) {
        assertThat(records).hasSize(ACCOUNTS);
        assertThat(records.stream().mapToLong(EngineConcurrencyTest::moneyOf).sum())
                .isEqualTo(ACCOUNTS * MONEY);
    }

    private static void openAccounts(Engine engine) {
        List<FlowRecord> records = new ArrayList<>();
        for (int i = 0; i < ACCOUNTS; i++) {
            records.add(holding(account(i), MONEY));
        }
        engine.writeBatch(records);
    }

    /** 8 writers move money, readers add it up by every form of read: each sees a state between two commits. */
    @Test
    void readers_duringWritesFlushAndCompaction_seeOneStateEach() {
        try (Engine engine = Engine.open(config().build())) {
            openAccounts(engine);
            AtomicInteger transfers = new AtomicInteger();
            Workers workers = new Workers();
            for (int i = 0; i < WRITERS; i++) {
                workers.start("writer" + i, turn -> transfers.addAndGet(transfer(engine) ? 1 : 0));
            }
            workers.start("query", turn -> checkSum(engine.query(Query.prefix("account"))));
            workers.start("reverse", turn -> checkSum(engine.query(Query.all().reverse())));
            workers.start("snapshot", turn -> {
                try (Snapshot snapshot = engine.snapshot();
                        RecordScan scan = snapshot.scan(Query.all())) {
                    checkSum(scan.stream().toList());
                    List<FlowRecord> points = new ArrayList<>();
                    for (int i = 0; i < ACCOUNTS; i++) {
                        points.add(snapshot.getLatest(account(i)).orElseThrow());
                    }
                    checkSum(points);
                }
            });
            workers.start("maintenance", turn -> {
                engine.flush();
                if (turn % 3 == 0) {
                    engine.compact();
                }
            });
            workers.runFor(
                    TIME,
                    () -> transfers.get() > 100 && engine.stats().compactions().count() > 0);
            assertThat(transfers.get()).isGreaterThan(100);
            assertThat(engine.stats().compactions().count()).isPositive();
            checkSum(engine.query(Query.all()));
        }
        try (Engine engine = Engine.open(config().build())) {
            checkSum(engine.query(Query.all()));
        }
    }

    /** A checkpoint taken while everybody writes is one state between two commits, and a whole database. */
    @Test
    void checkpoint_duringWrites_isOneState() {
        try (Engine engine = Engine.open(config().build())) {
            openAccounts(engine);
            Workers workers = new Workers();
            for (int i = 0; i < 4; i++) {
                workers.start("writer" + i, turn -> transfer(engine));
            }
            workers.start("maintenance", turn -> {
                engine.flush();
                engine.compact();
            });
            workers.start("checkpoint", turn -> {
                Path target = dir.resolve("copy" + turn);
                long before = engine.lastSeqno();
                engine.checkpoint(target);
                try (Engine copy = Engine.open(config().dataDir(target).build())) {
                    checkSum(copy.query(Query.all()));
                    assertThat(copy.lastSeqno()).isGreaterThanOrEqualTo(before);
                    assertThat(copy.verify().problems()).isEmpty();
                    assertThat(transfer(copy)).isTrue();
                }
            });
            workers.runFor(TIME.dividedBy(2));
        }
        assertThat(dir.resolve("copy1")).exists();
    }

    /** Snapshots taken at different moments give the same answers for as long as they are open. */
    @Test
    void snapshots_duringWritesFlushCompactionAndGc_neverChange() {
        try (Engine engine = Engine.open(config().build())) {
            openAccounts(engine);
            Workers workers = new Workers();
            for (int i = 0; i < 2; i++) {
                workers.start("writer" + i, turn -> {
                    int key = ThreadLocalRandom.current().nextInt(ACCOUNTS);
                    switch (turn % 20) {
                        case 0 -> engine.deleteRange(account(key), account(key + 3));
                        case 1 -> engine.delete(account(key), turn % 3);
                        case 2 ->
                            engine.write(
                                    FlowRecord.of(
                                            account(key),
                                            1,
                                            holding(account(key), turn).value()),
                                    Duration.ofMillis(5));
                        default ->
                            engine.write(FlowRecord.of(
                                    account(key),
                                    turn % 3,
                                    holding(account(key), turn).value()));
                    }
                });
            }
            workers.start("maintenance", turn -> {
                engine.flush();
                engine.compact();
                engine.gc();
            });
            for (int i = 0; i < 3; i++) {
                workers.start("reader" + i, turn -> rereadSnapshot(engine));
            }
            workers.runFor(TIME);
            assertThat(engine.stats().liveSnapshots()).isZero();
        }
    }

    private static void rereadSnapshot(Engine engine) {
        try (Snapshot snapshot = engine.snapshot()) {
            List<FlowRecord> first = scan(snapshot, Query.all());
            ReadForms forms = new ReadForms(first, List.of());
            for (int i = 0; i < 30; i++) {
                assertThat(scan(snapshot, Query.all())).isEqualTo(first);
                FlowRecord one = first.isEmpty() ? null : first.get(i % first.size());
                if (one != null) {
                    assertThat(snapshot.get(one.key(), one.ts())).contains(one);
                }
            }
            forms.check(snapshot, "re-read");
        }
    }

    private static List<FlowRecord> scan(Snapshot snapshot, Query query) {
        List<FlowRecord> found = new ArrayList<>();
        try (RecordScan scan = snapshot.scan(query)) {
            scan.forEachRemaining(found::add);
        }
        return found;
    }

    /**
     * Every operation gets a sequence number of its own, without gaps, and everything acknowledged is there after
     * reopening.
     */
    @Test
    void writers_eight_loseNothingAndLeaveNoGaps() {
        ConcurrentMap<String, String> acknowledged = new ConcurrentHashMap<>();
        AtomicInteger operations = new AtomicInteger();
        try (Engine engine = Engine.open(config().build())) {
            Workers workers = new Workers();
            for (int i = 0; i < WRITERS; i++) {
                String name = "w" + i + "-";
                workers.start(name, turn -> {
                    List<FlowRecord> records = new ArrayList<>();
                    for (int r = 0; r <= turn % 3; r++) {
                        records.add(FlowRecord.of(name + turn % 500 + "-" + r, 0, name + turn + "v".repeat(100)));
                    }
                    engine.writeBatch(records);
                    operations.addAndGet(records.size());
                    records.forEach(r -> acknowledged.put(r.keyText() + "@0", r.valueText()));
                });
            }
            workers.runFor(TIME.dividedBy(2));
            assertThat(engine.lastSeqno()).isEqualTo(operations.get());
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
        try (Engine engine = Engine.open(config().build())) {
            assertThat(engine.lastSeqno()).isEqualTo(operations.get());
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
    }

    /** T-18: increments with a precondition, and patches of different parts of one version, are atomic. */
    @Test
    void increments_tenThreads_countEveryOne() {
        try (Engine engine = Engine.open(config().build())) {
            byte[] counter = Keys.utf8("counter");
            engine.write(holding(counter, 0));
            runAll(10, thread -> {
                for (int i = 0; i < 100; i++) {
                    while (!increment(engine, counter)) {
                        Thread.onSpinWait();
                    }
                }
            });
            assertThat(moneyOf(engine.get(counter, 0).orElseThrow())).isEqualTo(1_000);
        }
    }

    private static boolean increment(Engine engine, byte[] counter) {
        try (Snapshot snapshot = engine.snapshot()) {
            long count = moneyOf(snapshot.get(counter, 0).orElseThrow());
            return engine.commit(
                            new WriteBatch().put(holding(counter, count + 1)),
                            Preconditions.since(snapshot).key(counter),
                            WriteOptions.DEFAULT)
                    instanceof CommitOutcome.Committed;
        }
    }

    /** T-18: one thread patches the value, one the time to live, one another version; nobody undoes another's patch. */
    @Test
    void patch_ofValueAndTtlAtOnce_keepsBoth() {
        try (Engine engine = Engine.open(config().clockMicros(() -> 0).build())) {
            byte[] key = Keys.utf8("k");
            engine.write(FlowRecord.of(key, 0, new byte[0]));
            engine.write(FlowRecord.of(key, 1, new byte[0]));
            runAll(3, thread -> {
                for (int i = 1; i <= 300; i++) {
                    if (thread == 0) {
                        Patch value = Patch.value(Keys.utf8("value" + i));
                        assertThat(engine.patch(key, 0, value).valueText()).isEqualTo("value" + i);
                    } else if (thread == 1) {
                        Patch ttl = Patch.ttl(Duration.ofSeconds(i));
                        assertThat(engine.patch(key, 0, ttl).expireAt()).isEqualTo(i * 1_000_000L);
                    } else {
                        engine.patch(key, 1, Patch.value(Keys.utf8("other" + i)));
                    }
                }
            });
            assertThat(engine.get(key, 0))
                    .contains(FlowRecord.of("k", 0, "value300").withExpireAt(300_000_000));
            assertThat(engine.get(key, 1)).contains(FlowRecord.of("k", 1, "other300"));
        }
    }

    private interface Job {
        void run(int thread) throws Exception;
    }

    private static void runAll(int threads, Job job) {
        Workers workers = new Workers();
        CountDownLatch done = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            int id = i;
            workers.start("thread" + i, turn -> {
                if (turn == 0) {
                    job.run(id);
                    done.countDown();
                }
                LockSupport.parkNanos(100_000);
            });
        }
        while (done.getCount() > 0 && !workers.failed()) {
            LockSupport.parkNanos(1_000_000);
        }
        workers.stop();
    }

    /** Interrupted readers get their answers, and nobody else notices. */
    @Test
    void interrupts_ofReaders_disturbNobody() {
        try (Engine engine = Engine.open(config().blockCacheCapacity(0).build())) {
            openAccounts(engine);
            engine.flush();
            Workers workers = new Workers();
            List<Thread> victims = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                victims.add(workers.start("victim" + i, turn -> {
                    checkSum(engine.query(Query.all()));
                    assertThat(engine.get(account(turn % ACCOUNTS), 0)).isPresent();
                }));
            }
            workers.start("reader", turn -> {
                checkSum(engine.query(Query.all()));
                assertThat(Thread.currentThread().isInterrupted()).isFalse();
            });
            workers.start("writer", turn -> transfer(engine));
            workers.start("maintenance", turn -> {
                engine.flush();
                engine.compact();
            });
            AtomicInteger interrupts = startInterrupting(workers, victims);
            workers.runFor(TIME, () -> interrupts.get() > 100);
            assertThat(interrupts.get()).isGreaterThan(100);
            checkSum(engine.query(Query.all()));
        }
    }

    private static AtomicInteger startInterrupting(Workers workers, List<Thread> victims) {
        AtomicInteger interrupts = new AtomicInteger();
        Random random = new Random(1);
        workers.start("interrupter", turn -> {
            victims.get(random.nextInt(victims.size())).interrupt();
            interrupts.incrementAndGet();
            LockSupport.parkNanos(random.nextInt(200_000));
        });
        return interrupts;
    }

    /** An interrupted commit is neither lost nor undone, and keeps the interrupt for its caller. */
    @Test
    void interrupts_ofWriters_loseNoCommit() {
        ConcurrentMap<String, String> acknowledged = new ConcurrentHashMap<>();
        AtomicInteger seenInterrupted = new AtomicInteger();
        Config config = config().walSyncMode(SyncMode.always()).build();
        try (Engine engine = Engine.open(config)) {
            Workers workers = new Workers();
            List<Thread> victims = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String name = "w" + i + "-";
                victims.add(workers.start(name, turn -> {
                    String value = turn + "v".repeat(200);
                    engine.write(FlowRecord.of(name + turn % 200, 0, value));
                    acknowledged.put(name + turn % 200 + "@0", value);
                    if (Thread.interrupted()) {
                        seenInterrupted.incrementAndGet();
                    }
                }));
            }
            AtomicInteger interrupts = startInterrupting(workers, victims);
            workers.runFor(TIME, () -> interrupts.get() > 100 && seenInterrupted.get() > 0);
            assertThat(interrupts.get()).isGreaterThan(100);
            assertThat(seenInterrupted.get()).isPositive();
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            assertThat(engine.stats().lastBackgroundError()).isNull();
        }
        try (Engine engine = Engine.open(config)) {
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
    }

    /**
     * A caller whose own flush or compaction was interrupted in the sync of a table got an error, and nobody made the
     * table again.
     */
    @Test
    void interrupts_ofFlushAndCompact_leaveOneFileForEachTable() throws IOException {
        try (Engine engine = Engine.open(config().autoBackground(false).build())) {
            openAccounts(engine);
            Workers workers = new Workers();
            Thread victim = workers.start("maintenance", turn -> {
                transfer(engine);
                engine.flush();
                if (turn % 4 == 0) {
                    engine.compact();
                }
            });
            AtomicInteger interrupts = startInterrupting(workers, List.of(victim));
            workers.runFor(TIME, () -> interrupts.get() > 100);
            assertThat(interrupts.get()).isGreaterThan(100);
            assertThat(engine.stats().lastBackgroundError()).isNull();
            checkSum(engine.query(Query.all()));
            engine.gc();
            try (Stream<Path> tables = Files.list(engine.config().dataDir().resolve("sst"))) {
                assertThat(tables).hasSize(engine.stats().tables().count());
            }
        }
    }

    /** A thread that is interrupted already may open, use and close an engine. */
    @Test
    void interrupt_beforeEveryCall_changesNothing() {
        Thread self = Thread.currentThread();
        self.interrupt();
        try (Engine engine = Engine.open(config().build())) {
            self.interrupt();
            openAccounts(engine);
            self.interrupt();
            engine.flush();
            self.interrupt();
            engine.compact();
            self.interrupt();
            engine.checkpoint(dir.resolve("copy"));
            self.interrupt();
            checkSum(engine.query(Query.all()));
            self.interrupt();
            assertThat(engine.verify().problems()).isEmpty();
            self.interrupt();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        try (Engine engine = Engine.open(config().dataDir(dir.resolve("copy")).build())) {
            checkSum(engine.query(Query.all()));
        }
    }

    /** An executor that is shut down in the middle of its work interrupts all its threads. */
    @Test
    void shutdownNow_of64Workers_leavesUsableEngine() throws Exception {
        ConcurrentMap<String, String> acknowledged = new ConcurrentHashMap<>();
        Config config = config().walSyncMode(SyncMode.always()).build();
        try (Engine engine = Engine.open(config)) {
            ExecutorService pool = Executors.newFixedThreadPool(64);
            CountDownLatch begun = new CountDownLatch(200);
            for (int i = 0; i < 2_000; i++) {
                String key = "k" + i;
                pool.execute(() -> {
                    begun.countDown();
                    try {
                        engine.write(FlowRecord.of(key, 0, "v"));
                        acknowledged.put(key + "@0", "v");
                        assertThat(engine.get(key, 0)).isPresent();
                    } catch (FlowDbException e) {
                        acknowledged.put("failed@0", String.valueOf(e));
                    }
                });
            }
            begun.await();
            pool.shutdownNow();
            assertThat(pool.awaitTermination(120, TimeUnit.SECONDS)).isTrue();
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
            engine.write(FlowRecord.of("after", 0, "v"));
            acknowledged.put("after@0", "v");
        }
        try (Engine engine = Engine.open(config)) {
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
    }
}
