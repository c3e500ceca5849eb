package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.ShortTransfers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Disks that are slow, and channels that transfer less than they were asked to. */
@Timeout(300)
class EngineSlowDiskTest {
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final long MEMTABLE_BYTES = 64 << 10;
    private static final int MAX_FROZEN = 2;

    /**
     * Writers fill another memtable while one is flushed, for ever. A flush, and so a checkpoint, went on until they
     * stopped.
     */
    @Test
    void flush_writersAsFastAsTheDisk_endsWithWhatWasThere() {
        FaultyFileSystem files = new FaultyFileSystem();
        Config config = Config.builder()
                .dataDir(Path.of("/data/db").toAbsolutePath())
                .memtableSize(MEMTABLE_BYTES)
                .maxFrozenMemtables(64)
                .autoBackground(false)
                .build();
        int most = 50;
        AtomicInteger written = new AtomicInteger();
        try (Engine engine = EngineOpening.open(config, files)) {
            byte[] fills = new byte[(int) MEMTABLE_BYTES];
            engine.write(FlowRecord.of("first", 0, "v"));
            engine.write(new FlowRecord(Keys.utf8("second"), 0, FlowRecord.NEVER, fills));
            engine.write(FlowRecord.of("third", 0, "v"));
            files.setFault((call, path) -> {
                if (call == Call.SYNC && path.toString().endsWith(".sst") && written.get() < most) {
                    for (int i = 0; i < 2; i++) { // the second one meets a full memtable
                        byte[] key = Keys.utf8("later" + written.incrementAndGet());
                        engine.write(new FlowRecord(key, 0, FlowRecord.NEVER, fills));
                    }
                }
            });
            engine.flush();
            assertThat(written).hasValueLessThanOrEqualTo(8);
            assertThat(engine.stats().memtables().records()).isLessThanOrEqualTo(written.get());
            files.setFault((call, path) -> {});
        }
        files = files.afterPowerCut(FaultyFileSystem.Loss.ALL, new Random(SEED));
        try (Engine engine = EngineOpening.open(config, files)) {
            assertThat(engine.query(Query.all())).hasSize(3 + written.get());
        }
    }

    /**
     * Every call takes a while and one of them very long: writers wait, the wait is counted, memory stays bounded, and
     * nothing is lost.
     */
    @Test
    void write_fasterThanTheDisk_waitsAndStaysBounded() {
        FaultyFileSystem files = new FaultyFileSystem();
        AtomicInteger tableWrites = new AtomicInteger();
        AtomicBoolean writersWait = new AtomicBoolean();
        AtomicBoolean longest = new AtomicBoolean();
        files.setFault((call, path) -> {
            boolean table = path.toString().contains("/sst/") && (call == Call.WRITE || call == Call.SYNC);
            if (table) {
                if (tableWrites.incrementAndGet() == 5) {
                    await().until(writersWait::get); // so that it is a wait of theirs, however slow they are
                    LockSupport.parkNanos(1_000_000_000);
                    longest.set(true);
                } else {
                    LockSupport.parkNanos(20_000_000);
                }
            } else if (call == Call.SYNC) {
                LockSupport.parkNanos(1_000_000);
            }
        });
        Config config = Config.builder()
                .dataDir(Path.of("/data/db").toAbsolutePath())
                .memtableSize(MEMTABLE_BYTES)
                .maxFrozenMemtables(MAX_FROZEN)
                .walSegmentSize(64 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofMillis(50)))
                .build();
        ConcurrentMap<String, String> acknowledged = new ConcurrentHashMap<>();
        AtomicLong mostBytes = new AtomicLong();
        AtomicInteger mostFrozen = new AtomicInteger();
        try (Engine engine = EngineOpening.open(config, files)) {
            Workers workers = new Workers();
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String name = "w" + i + "-";
                writers.add(workers.start(name, turn -> {
                    String value = turn + "v".repeat(1_000);
                    engine.write(FlowRecord.of(name + turn % 1_000, 0, value));
                    acknowledged.put(name + turn % 1_000 + "@0", value);
                }));
            }
            workers.start("watch", turn -> {
                EngineStats.Memtables memtables = engine.stats().memtables();
                mostBytes.accumulateAndGet(memtables.bytes(), Math::max);
                mostFrozen.accumulateAndGet(memtables.frozen(), Math::max);
                if (memtables.frozen() == MAX_FROZEN && memtables.bytes() >= (MAX_FROZEN + 1) * MEMTABLE_BYTES) {
                    writersWait.compareAndSet(false, writers.stream().allMatch(EngineSlowDiskTest::waits));
                }
                LockSupport.parkNanos(1_000_000);
            });
            workers.runFor(Duration.ofSeconds(3), longest::get);
            assertThat(mostFrozen.get()).isEqualTo(MAX_FROZEN);
            assertThat(mostBytes.get()).isLessThan((MAX_FROZEN + 1) * MEMTABLE_BYTES + 16_384);
            assertThat(engine.stats().writeStalls()).isPositive();
            assertThat(engine.stats().writeStallNanos()).isGreaterThan(500_000_000);
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
        files.setFault((call, path) -> {});
        try (Engine engine = EngineOpening.open(config, files)) {
            assertThat(CrashModel.contentOf(engine)).isEqualTo(acknowledged);
        }
    }

    private static boolean waits(Thread thread) {
        return thread.getState() == Thread.State.TIMED_WAITING || thread.getState() == Thread.State.WAITING;
    }

    /** Reads and writes that move a few bytes at a time change no answer. */
    @Test
    void everything_withShortReadsAndWrites_isTheSame(@TempDir Path dir) {
        Random random = new Random(SEED);
        Config config = Config.builder()
                .dataDir(ShortTransfers.path(dir.resolve("db"), SEED))
                .memtableSize(MEMTABLE_BYTES)
                .walSegmentSize(64 << 10)
                .maxFrozenMemtables(64)
                .blockSize(4096)
                .blockCacheCapacity(8 << 10)
                .autoBackground(false)
                .build();
        TreeMap<String, String> expected = new TreeMap<>();
        for (int opening = 0; opening < 3; opening++) {
            try (Engine engine = Engine.open(config)) {
                for (int i = 0; i < 60; i++) {
                    engine.write(CrashModel.randomBatch(random, expected));
                    if (i % 20 == 10) {
                        engine.flush();
                    }
                }
                engine.compact();
                assertThat(engine.verify().problems()).isEmpty();
                List<FlowRecord> backwards =
                        new ArrayList<>(engine.query(Query.all().reverse()));
                assertThat(backwards).hasSize(expected.size());
                CrashModel.checkPointReads(engine, expected);
                assertThat(CrashModel.contentOf(engine)).as("seed %d", SEED).isEqualTo(expected);
            }
        }
        try (Engine engine = Engine.open(Config.of(dir.resolve("db")))) {
            assertThat(CrashModel.contentOf(engine))
                    .as("by whole reads, seed %d", SEED)
                    .isEqualTo(expected);
        }
    }
}
