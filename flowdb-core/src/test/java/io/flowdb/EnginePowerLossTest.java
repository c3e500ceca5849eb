package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.StorageException;
import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Cuts the power, or kills the process, while several threads write, with and without a sync, and others flush, compact
 * and drop what has expired. Whatever is left holds the commits up to some sequence number, batches whole, none missing
 * and none besides, and all that had been made durable by then.
 *
 * <p>{@code -Dflowdb.test.seed=N} repeats the choices, not the order of the threads; {@code -Dflowdb.test.seconds=N} is
 * how long they work.
 */
@Timeout(300)
class EnginePowerLossTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int SECONDS = Integer.getInteger("flowdb.test.seconds", 2);
    private static final int WRITERS = 3;
    private static final int KEYS = 300;
    private static final int CRASHES = 60;

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final AtomicLong clock = new AtomicLong(1_000_000);

    /** Every commit that returned, under its last sequence number. */
    private final ConcurrentSkipListMap<Long, Commit> commits = new ConcurrentSkipListMap<>();

    /** All up to here have been made durable, or handed to the operating system. */
    private final AtomicLong durable = new AtomicLong();

    private final AtomicLong written = new AtomicLong();
    private final List<Crash> crashes = new ArrayList<>();
    private long calls;
    private long nextCrash;

    /** Whether the disk is full now and then, and how many commits were refused for it. */
    private boolean scarce;

    private final AtomicLong refused = new AtomicLong();

    /** What a commit does, for the model. */
    private interface Change {
        void apply(TreeMap<String, Stored> to);
    }

    private record Stored(String value, long expireAt) {}

    private record Commit(int operations, List<Change> changes) {}

    /** What was left, and the commits that must be in it. */
    private record Crash(FaultyFileSystem disk, String how, long atLeast) {}

    private Config config(SyncMode mode, boolean background) {
        return Config.builder()
                .dataDir(DIRECTORY)
                .walSyncMode(mode)
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .blockSize(1024)
                .clockMicros(clock::get)
                .autoBackground(background)
                .maxFrozenMemtables(64)
                .build();
    }

    @Test
    void crash_ofSeveralWritersInIntervalMode_leavesCommitsUpToOne() {
        run(SyncMode.interval(Duration.ofMillis(20)));
    }

    @Test
    void crash_ofSeveralWritersWhoSyncThemselves_leavesCommitsUpToOne() {
        run(SyncMode.interval(Duration.ofHours(1)));
    }

    @Test
    void crash_ofSeveralWritersSomeWithoutASync_leavesCommitsUpToOne() {
        run(SyncMode.always());
    }

    /** What a full disk refuses is not there later, and is not missed. */
    @Test
    void crash_whileTheDiskIsFullNowAndThen_leavesCommitsUpToOne() {
        scarce = true;
        run(SyncMode.interval(Duration.ofMillis(20)));
        assertThat(refused).hasPositiveValue();
    }

    private void run(SyncMode mode) {
        Engine engine = EngineOpening.open(config(mode, true), files);
        boolean always = !(mode instanceof SyncMode.Interval);
        Workers workers = new Workers();
        files.setFault((call, path) -> {
            if (call.isChanging()) {
                crashIfDue();
            }
        });
        for (int i = 0; i < WRITERS; i++) {
            Random random = new Random(SEED + i);
            workers.start("writer" + i, turn -> commit(engine, random, always));
        }
        Random choices = new Random(SEED - 1);
        workers.start("maintenance", turn -> {
            if (scarce) {
                setSpace(choices);
            }
            try {
                maintain(engine, choices);
            } catch (StorageException e) {
                assertThat(scarce && e.diskFull()).as("%s", e).isTrue();
            }
        });
        workers.runFor(Duration.ofSeconds(SECONDS), () -> !scarce || refused.get() > 0);
        files.setCapacityBytes(Long.MAX_VALUE);
        engine.close();
        crashes.add(new Crash(files.afterPowerCut(Loss.ALL, new Random(SEED)), "closed", commits.lastKey()));
        check(mode);
    }

    private void commit(Engine engine, Random random, boolean syncByDefault) {
        List<Change> changes = new ArrayList<>();
        WriteBatch batch = new WriteBatch();
        for (int n = 1 + random.nextInt(4); n > 0; n--) {
            changes.add(operation(batch, random));
        }
        if (batch.isEmpty()) {
            return; // a range without an extent only
        }
        int how = random.nextInt(10);
        WriteOptions options = how == 0 ? WriteOptions.SYNC : how < 5 ? WriteOptions.NO_SYNC : WriteOptions.DEFAULT;
        long seqno;
        try {
            CommitOutcome outcome = engine.commit(batch, Preconditions.NONE, options);
            seqno = ((CommitOutcome.Committed) outcome).seqno();
        } catch (StorageException e) {
            if (!scarce || !e.diskFull()) {
                throw e;
            }
            refused.incrementAndGet();
            return;
        }
        commits.put(seqno, new Commit(batch.size(), changes));
        written.accumulateAndGet(seqno, Math::max);
        if (options == WriteOptions.SYNC || options == WriteOptions.DEFAULT && syncByDefault) {
            durable.accumulateAndGet(seqno, Math::max);
        }
        clock.addAndGet(10);
    }

    private Change operation(WriteBatch batch, Random random) {
        String key = key(random.nextInt(KEYS));
        int ts = random.nextInt(3);
        int dice = random.nextInt(20);
        if (dice < 15) {
            long expireAt = dice < 5 ? clock.get() + random.nextInt(20_000) : FlowRecord.NEVER;
            String value = "v" + random.nextInt() + "y".repeat(random.nextInt(random.nextInt(10) == 0 ? 4_000 : 100));
            batch.put(new FlowRecord(Keys.utf8(key), ts, expireAt, Keys.utf8(value)));
            return to -> to.put(key + "@" + ts, new Stored(value, expireAt));
        }
        if (dice < 18) {
            batch.delete(Keys.utf8(key), ts);
            return to -> to.remove(key + "@" + ts);
        }
        String end = key(random.nextInt(KEYS));
        batch.deleteRange(Keys.utf8(key), Keys.utf8(end));
        return to -> {
            if (key.compareTo(end) < 0) {
                to.subMap(key, end).clear();
            }
        };
    }

    private static String key(int number) {
        return String.format("key%03d", number);
    }

    private void setSpace(Random random) {
        int what = random.nextInt(200);
        if (what == 0) {
            files.setCapacityBytes(files.usedBytes() + random.nextInt(20_000));
        } else if (what > 190) {
            files.setCapacityBytes(Long.MAX_VALUE);
        }
    }

    private void maintain(Engine engine, Random random) {
        int what = random.nextInt(20);
        if (what == 0) {
            long before = written.get();
            engine.flush();
            durable.accumulateAndGet(before, Math::max);
        } else if (what == 1) {
            engine.compact();
        } else if (what == 2) {
            engine.gc();
        } else {
            Thread.yield();
        }
    }

    /** Before calls that lie further and further apart. */
    private synchronized void crashIfDue() {
        calls++;
        if (crashes.size() == CRASHES || calls < nextCrash) {
            return;
        }
        nextCrash = calls + 1 + calls / 5;
        Random random = new Random(SEED - calls);
        Loss[] losses = Loss.values();
        int how = random.nextInt(losses.length + 1);
        if (how == losses.length) {
            long atLeast = written.get();
            crashes.add(new Crash(files.afterKill(), "killed", atLeast));
        } else {
            long atLeast = durable.get();
            crashes.add(
                    new Crash(files.afterPowerCut(losses[how], random), "power cut losing " + losses[how], atLeast));
        }
    }

    private void check(SyncMode mode) {
        assertThat(crashes).hasSizeGreaterThan(20);
        for (Crash crash : crashes) {
            try (Engine engine = EngineOpening.open(config(mode, false), crash.disk())) {
                long last = engine.lastSeqno();
                assertThat(last).isGreaterThanOrEqualTo(crash.atLeast());
                assertThat(contentOf(engine)).isEqualTo(contentAfter(last));
                assertThat(engine.verify().problems()).isEmpty();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", " + mode + ", " + crash.how() + ": " + e, e);
            }
        }
    }

    private static TreeMap<String, String> contentOf(Engine engine) {
        TreeMap<String, String> found = new TreeMap<>();
        engine.query(Query.all()).forEach(r -> found.put(r.keyText() + "@" + r.ts(), r.valueText()));
        return found;
    }

    /** What is alive after the commits up to this sequence number, of which it is the last of a whole commit. */
    private TreeMap<String, String> contentAfter(long last) {
        TreeMap<String, Stored> stored = new TreeMap<>();
        long next = 0;
        for (Map.Entry<Long, Commit> commit : commits.headMap(last, true).entrySet()) {
            next += commit.getValue().operations();
            assertThat(next).isEqualTo(commit.getKey());
            commit.getValue().changes().forEach(change -> change.apply(stored));
        }
        assertThat(next).as("batches are whole").isEqualTo(last);
        TreeMap<String, String> alive = new TreeMap<>();
        stored.forEach((version, s) -> {
            if (s.expireAt() > clock.get()) {
                alive.put(version, s.value());
            }
        });
        return alive;
    }
}
