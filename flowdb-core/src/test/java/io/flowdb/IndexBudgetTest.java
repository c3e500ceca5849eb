package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.CorruptionException;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Indexes, locators and filters within {@code indexMemoryBudget}, and what is read beyond it. */
class IndexBudgetTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final int KEYS = 6_000;

    private final FaultyFileSystem files = new FaultyFileSystem();

    private Engine open(long budget, long cache) {
        return EngineOpening.open(
                Config.builder()
                        .dataDir(DIRECTORY)
                        .blockSize(512)
                        .indexMemoryBudget(budget)
                        .blockCacheCapacity(cache)
                        .autoBackground(false)
                        .build(),
                files);
    }

    private static String key(int i) {
        return String.format("key%06d", i);
    }

    /** Two tables with several partitions each, the second over the whole range. */
    private void fill() {
        try (Engine engine = open(256 << 20, 1 << 20)) {
            List<FlowRecord> records = new ArrayList<>();
            for (int i = 0; i < KEYS; i++) {
                records.add(FlowRecord.of(key(2 * i), i % 7, "value " + i + " " + "x".repeat(200 + i % 50)));
            }
            engine.writeBatch(records);
            engine.flush();
            for (int i = 0; i < 50; i++) {
                engine.write(FlowRecord.of(key(i * 240), i * 120 % 7, "newer " + i));
            }
            engine.flush();
        }
    }

    private static String value(int i) {
        return i % 120 == 0 && i / 120 < 50 ? "newer " + i / 120 : "value " + i + " " + "x".repeat(200 + i % 50);
    }

    private static void check(Engine engine) {
        for (int i = 0; i < KEYS; i += 120) {
            assertThat(engine.get(key(2 * i), i % 7)).map(FlowRecord::valueText).contains(value(i));
            assertThat(engine.get(key(2 * i + 1), i % 7)).isEmpty();
            assertThat(engine.get(key(2 * i), 9)).isEmpty();
        }
        assertThat(engine.query(Query.all())).hasSize(KEYS);
        assertThat(engine.query(Query.all().reverse()).get(0).keyText()).isEqualTo(key(2 * KEYS - 2));
        assertThat(engine.query(Query.timeRange(3, 3))).hasSize(KEYS / 7 + (KEYS % 7 > 3 ? 1 : 0));
        assertThat(engine.query(Query.keyRange(key(4_000), key(4_010)))).hasSize(6);
    }

    /**
     * Without memory for indexes, with little, with enough for some; without a cache and with one: the answers are the
     * same.
     */
    @ParameterizedTest(name = "budget {0}, cache {1}")
    @CsvSource({
        "0, 0",
        "0, 60000",
        "0, 4000000",
        "5000, 0",
        "30000, 60000",
        "100000, 0",
        "150000, 4000000",
        "1000000000, 0"
    })
    void reads_withAnyBudget_giveTheSameAnswers(long budget, long cache) {
        fill();
        try (Engine engine = open(budget, cache)) {
            checkMemory(engine, budget);
            check(engine);
            checkMemory(engine, budget);
            assertThat(engine.verify().problems()).isEmpty();
            engine.write(FlowRecord.of("later", 1, "value"));
            engine.flush();
            checkMemory(engine, budget);
            assertThat(engine.compact()).isTrue();
            checkMemory(engine, budget);
            engine.deleteRange("later", "later0");
            check(engine);
            checkMemory(engine, budget);
        }
    }

    private static void checkMemory(Engine engine, long budget) {
        long used = engine.stats().tables().indexBytes();
        assertThat(used).isBetween(0L, budget);
        if (budget >= 1_000_000_000L) {
            /* A locator takes eight bytes a slot, and there are more slots than keys. */
            assertThat(used).isGreaterThan(8L * KEYS);
        }
    }

    /** Who stays depends on the tables alone, not on the order of what happened. */
    @Test
    void memory_afterReopening_isThatOfTheTables() {
        fill();
        for (long budget : new long[] {3_000, 40_000, 110_000, 200_000}) {
            long opened;
            try (Engine engine = open(budget, 0)) {
                opened = engine.stats().tables().indexBytes();
                check(engine);
                assertThat(engine.stats().tables().indexBytes()).isEqualTo(opened);
            }
            try (Engine engine = open(budget, 0)) {
                assertThat(engine.stats().tables().indexBytes()).isEqualTo(opened);
            }
        }
    }

    /** The new tables of a compaction take the place of those it replaced. */
    @Test
    void memory_ofReplacedTables_isGivenBack() {
        fill();
        try (Engine engine = open(1 << 20, 0)) {
            for (int round = 0; round < 20; round++) {
                engine.write(FlowRecord.of("round" + round, 1, "value"));
                engine.flush();
                engine.compact();
            }
            long used = engine.stats().tables().indexBytes();
            assertThat(engine.stats().tables().count()).isEqualTo(1);
            try (Engine again = reopened(engine)) {
                assertThat(again.stats().tables().indexBytes()).isEqualTo(used);
            }
        }
    }

    private Engine reopened(Engine engine) {
        engine.close();
        return open(1 << 20, 0);
    }

    /** A budget for the newest table only: the flush that makes a newer one takes it over. */
    @Test
    void memory_goesToTheNewestTables() {
        fill();
        long small = 3_000;
        try (Engine engine = open(small, 0)) {
            long misses = missesOfLookUps(engine, "fresh");
            engine.write(FlowRecord.of("fresh", 1, "value"));
            engine.flush();
            assertThat(engine.stats().tables().indexBytes()).isBetween(1L, small);
            /* One block of data and nothing else: its index is in memory. */
            assertThat(missesOfLookUps(engine, "fresh")).isEqualTo(10);
            assertThat(misses).isZero();
        }
    }

    private static long missesOfLookUps(Engine engine, String key) {
        long before = engine.stats().cache().misses();
        for (int i = 0; i < 10; i++) {
            engine.get(key, 1);
        }
        return engine.stats().cache().misses() - before;
    }

    /** Damage to what is read late is named when it is read, never taken for absence, and found by verify. */
    @Test
    void damage_toAPartitionReadLate_isNamed() {
        fill();
        Path table = files.files().stream()
                .filter(p -> p.toString().endsWith(".sst"))
                .max((a, b) -> Integer.compare(files.content(a).length, files.content(b).length))
                .orElseThrow();
        byte[] sound = files.content(table);
        long data;
        try (Engine engine = open(0, 0)) {
            data = engine.stats().tables().bytes();
        }
        int found = 0;
        /* Everything behind the data blocks: filters, indexes, locator, tombstones, root, properties, footer. */
        for (int at = sound.length - 100_000; at < sound.length; at += 2_111) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 4;
            files.replace(table, damaged);
            found += damageIsFound(table) ? 1 : 0;
        }
        files.replace(table, sound);
        assertThat(data).isGreaterThan(sound.length);
        assertThat(found).isEqualTo((100_000 + 2_110) / 2_111);
    }

    private boolean damageIsFound(Path table) {
        String name = table.getFileName().toString();
        AtomicReference<Engine> opened = new AtomicReference<>();
        try {
            opened.set(open(0, 0));
        } catch (CorruptionException e) {
            assertThat(e.getMessage()).contains(name);
            return true;
        }
        try (Engine engine = opened.get()) {
            List<String> problems = engine.verify().problems();
            assertThat(problems).hasSize(1);
            assertThat(problems.get(0)).contains(name);
            try {
                check(engine);
            } catch (CorruptionException e) {
                assertThat(e.getMessage()).contains(name);
                assertThatThrownBy(() -> check(engine)).isInstanceOf(CorruptionException.class);
            }
            return true;
        }
    }
}
