package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What reads cost: the acceptance cases T-19 and T-45 but for the Prometheus text. */
class EngineReadCostTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final int TABLES = 4;

    private final FaultyFileSystem files = new FaultyFileSystem();

    private static Config.Builder config() {
        return Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(1 << 20)
                .blockSize(1024)
                .compression(Compression.NONE)
                .autoBackground(false);
    }

    private static String key(int i) {
        return String.format("key%06d", i);
    }

    /**
     * T-19: the first records of a scan over everything cost a few blocks of each table, by the metric and by the file
     * system's count.
     */
    @Test
    void scan_firstFiveOfEverything_readsFewBlocks() {
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            for (int table = 0; table < TABLES; table++) {
                for (int i = table; i < 20_000; i += TABLES) {
                    engine.write(new WriteBatch().put(FlowRecord.of(key(i), 0, "v".repeat(100))), WriteOptions.NO_SYNC);
                }
                engine.flush();
            }
        }
        AtomicInteger reads = new AtomicInteger();
        try (Engine engine = EngineOpening.open(config().build(), files)) {
            EngineStats before = engine.stats();
            assertThat(before.tables().blockIndexEntries()).isGreaterThan(1_500);
            files.setFault((call, path) -> {
                if (call == Call.READ) {
                    reads.incrementAndGet();
                }
            });
            for (Query query : List.of(Query.all(), Query.all().reverse(), Query.prefix("key"))) {
                long misses = engine.stats().cache().misses();
                reads.set(0);
                try (RecordScan scan = engine.scan(query)) {
                    assertThat(scan.stream().limit(5).toList()).hasSize(5);
                }
                assertThat(engine.query(query.limit(5))).hasSize(5);
                assertThat(reads.get()).isLessThanOrEqualTo(3 * TABLES);
                assertThat(engine.stats().cache().misses() - misses).isLessThanOrEqualTo(3 * TABLES);
            }
        }
    }

    /** A time range skips the tables and blocks that have nothing in it. */
    @Test
    void query_narrowTimeRange_readsFewBlocks() {
        AtomicInteger reads = new AtomicInteger();
        try (Engine engine = EngineOpening.open(config().blockCacheCapacity(0).build(), files)) {
            for (int i = 0; i < 10_000; i++) {
                engine.write(new WriteBatch().put(FlowRecord.of(key(i), i, "v".repeat(100))), WriteOptions.NO_SYNC);
            }
            engine.flush();
            files.setFault((call, path) -> {
                if (call == Call.READ) {
                    reads.incrementAndGet();
                }
            });
            assertThat(engine.query(Query.timeRange(5_000, 5_002))).hasSize(3);
            assertThat(reads.get()).isLessThanOrEqualTo(6);
        }
    }

    /** T-45: the capacity holds with blocks as large as their values, and what does not fit is read all the same. */
    @Test
    void cache_valuesOfAMegabyte_staysBelowItsCapacity() {
        long capacity = 5 << 20;
        try (Engine engine = EngineOpening.open(
                config().blockCacheCapacity(capacity).memtableSize(16 << 20).build(), files)) {
            for (int i = 0; i < 20; i++) {
                engine.write(FlowRecord.of(
                        key(i), 0, String.valueOf((char) ('a' + i)).repeat(1 << 20)));
            }
            engine.flush();
            for (int i = 0; i < 40; i++) {
                String value = engine.get(key(i % 20), 0).orElseThrow().valueText();
                assertThat(value.length()).isEqualTo(1 << 20);
                assertThat(value.charAt(i)).isEqualTo((char) ('a' + i % 20));
                assertThat(engine.stats().cache().bytes()).isLessThanOrEqualTo(capacity);
            }
            engine.query(Query.all());
            assertThat(engine.stats().cache().bytes()).isLessThanOrEqualTo(capacity);
        }
    }

    /** T-45: counters say exactly what was done. */
    @Test
    void stats_countedOperations_areExact() {
        long[] now = {1_000};
        try (Engine engine =
                EngineOpening.open(config().clockMicros(() -> now[0]).build(), files)) {
            for (int i = 0; i < 10; i++) {
                engine.write(FlowRecord.of(key(i), 0, "v").withExpireAt(i < 3 ? 2_000 : FlowRecord.NEVER));
            }
            engine.delete(key(9), 0);
            assertThat(engine.stats().recordsWritten()).isEqualTo(11);
            assertThat(engine.stats().recordsRead()).isZero();
            engine.get(key(0), 0);
            engine.get("absent", 0);
            assertThat(engine.stats().recordsRead()).isEqualTo(2);
            engine.query(Query.all());
            assertThat(engine.stats().recordsRead()).isEqualTo(2 + 9);
            assertThat(engine.stats().recordsExpired()).isZero();
            now[0] = 2_000;
            engine.get(key(0), 0);
            assertThat(engine.stats().recordsExpired()).isEqualTo(1);
            engine.query(Query.all());
            assertThat(engine.stats().recordsExpired()).isEqualTo(1 + 3);
            engine.flush();
            assertThat(engine.stats().flushes().count()).isEqualTo(1);
            assertThat(engine.stats().memtables().records()).isZero();
            engine.gc();
            assertThat(engine.stats().gcRuns()).isEqualTo(1);
        }
    }
}
