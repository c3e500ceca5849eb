package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.flowdb.error.EngineClosedException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.frame.FileHeader;
import io.flowdb.internal.frame.Frame;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What {@code stats()} says, against what was done. */
class EngineStatsTest {
    private final AtomicLong clock = new AtomicLong(1_000_000);

    private Engine open() {
        return openWith(Config.builder());
    }

    private Engine openWith(Config.Builder config) {
        return Engine.open(config.inMemory(true)
                .autoBackground(false)
                .clockMicros(clock::get)
                .compression(Compression.NONE)
                .build());
    }

    private static FlowRecord record(String key, long ts, int valueBytes) {
        return FlowRecord.of(key.getBytes(StandardCharsets.UTF_8), ts, new byte[valueBytes]);
    }

    /** What is set may be more than the heap has room for. */
    @Test
    void memoryLimits_withSettingsBeyondTheHeap_areWhatTheEngineTakes() {
        try (Engine engine = openWith(Config.builder()
                .memtableSize(1 << 30)
                .maxFrozenMemtables(9)
                .blockCacheCapacity(Long.MAX_VALUE)
                .indexMemoryBudget(1 << 20))) {
            EngineStats.MemoryLimits limits = engine.stats().memoryLimits();
            assertThat(limits.indexBytes()).isEqualTo(1 << 20);
            assertThat(limits.memtableBytes()).isBetween(64L << 10, (1L << 30) - 1);
            assertThat(10 * limits.memtableBytes() + limits.cacheBytes() + limits.indexBytes())
                    .isLessThanOrEqualTo(Runtime.getRuntime().maxMemory() / 2);
            assertThat(engine.config().memtableSize()).isEqualTo(1 << 30);
            assertThat(engine.prometheusText())
                    .contains("\nflowdb_memtable_limit_bytes " + limits.memtableBytes() + "\n")
                    .contains("\nflowdb_block_cache_limit_bytes " + limits.cacheBytes() + "\n")
                    .contains("\nflowdb_index_memory_limit_bytes " + limits.indexBytes() + "\n");
        }
    }

    @Test
    void stats_ofANewEngine_areZero() {
        try (Engine engine = openWith(Config.builder()
                .memtableSize(1 << 20)
                .blockCacheCapacity(2 << 20)
                .indexMemoryBudget(3 << 20))) {
            EngineStats stats = engine.stats();
            EngineStats.Latency none = new EngineStats.Latency(0, 0, 0, 0, 0, 0);
            assertThat(stats)
                    .usingRecursiveComparison()
                    .ignoringFields("uptime")
                    .isEqualTo(new EngineStats(
                            0,
                            0,
                            0,
                            0,
                            0,
                            0,
                            new EngineStats.Memtables(0, 0, 0),
                            new EngineStats.Tables(0, 0, 0, 0, 0, 0, 1),
                            new EngineStats.Wal(0, 0, 0),
                            new EngineStats.Cache(0, 0, 0),
                            new EngineStats.Bloom(0, 0, 0),
                            new EngineStats.MemoryLimits(1 << 20, 2 << 20, 3 << 20),
                            new EngineStats.Flushes(0, 0, 0, null),
                            new EngineStats.Compactions(0, 0, 0, 0, null),
                            0,
                            0,
                            null,
                            0,
                            0,
                            0,
                            new EngineStats.Latencies(none, none, none, none, none, none),
                            0,
                            null,
                            null));
            assertThat(stats.uptime()).isPositive();
        }
    }

    @Test
    void reads_ofEveryForm_areCountedWithTheirBytes() {
        try (Engine engine = open()) {
            engine.writeBatch(List.of(record("a", 1, 10), record("a", 2, 20), record("bb", 1, 30)));
            assertThat(engine.stats().recordsWritten()).isEqualTo(3);
            assertThat(engine.stats().bytesWritten()).isGreaterThanOrEqualTo(1 + 10 + 1 + 20 + 2 + 30);

            engine.get("a", 1);
            engine.get("a", 9);
            checkReads(engine, 2, 11, 0);
            engine.getLatest("a");
            engine.getLatest("none");
            checkReads(engine, 4, 11 + 21, 0);
            engine.query(Query.all());
            checkReads(engine, 7, 32 + 11 + 21 + 32, 1);
            try (RecordScan scan = engine.scan(Query.all().reverse())) {
                scan.next();
            }
            checkReads(engine, 8, 96 + 32, 2);
            try (Snapshot snapshot = engine.snapshot();
                    StoreCursor cursor = snapshot.scan(null, null, false)) {
                snapshot.get("a".getBytes(StandardCharsets.UTF_8), 2);
                checkReads(engine, 9, 128 + 21, 3);
                assertThat(engine.stats().liveSnapshots()).isEqualTo(1);
                assertThat(cursor.next()).isFalse();
            }
            assertThat(engine.stats().latencies().read().timed()).isEqualTo(1);
            assertThat(engine.stats().latencies().read().maxMicros()).isPositive();
            assertThat(engine.stats().latencies().scan().timed()).isEqualTo(1);
        }
    }

    /** They were counted as written, although nothing of them was stored. */
    @Test
    void writes_takenBackOnAFullDisk_areNotCounted() {
        FaultyFileSystem files = new FaultyFileSystem();
        Config config = Config.builder()
                .dataDir(Path.of("/data/db").toAbsolutePath())
                .walSegmentSize(64 << 10)
                .autoBackground(false)
                .build();
        try (Engine engine = EngineOpening.open(config, files)) {
            engine.write(record("kept", 1, 10));
            EngineStats before = engine.stats();
            files.setCapacityBytes(files.usedBytes());
            assertThatThrownBy(() -> engine.write(record("lost", 1, 300_000))).isInstanceOf(StorageException.class);
            files.setCapacityBytes(Long.MAX_VALUE);

            assertThat(engine.stats().recordsWritten())
                    .isEqualTo(before.recordsWritten())
                    .isEqualTo(1);
            assertThat(engine.stats().bytesWritten()).isEqualTo(before.bytesWritten());
            engine.write(record("kept too", 1, 10));
            assertThat(engine.stats().recordsWritten()).isEqualTo(2);
        }
    }

    private static void checkReads(Engine engine, long records, long bytes, long scans) {
        EngineStats stats = engine.stats();
        assertThat(stats.recordsRead()).isEqualTo(records);
        assertThat(stats.bytesRead()).isEqualTo(bytes);
        assertThat(stats.scans()).isEqualTo(scans);
    }

    /** A walk whose bounds exclude each other was not counted. */
    @Test
    void scan_overNothing_isCounted() {
        try (Engine engine = open()) {
            engine.write(record("a", 1, 10));
            assertThat(engine.query(Query.keyRange("b", "a"))).isEmpty();
            engine.latest().scanAll(List.of()).close();
            checkReads(engine, 0, 0, 2);
        }
    }

    /** A record that hasNext() had looked ahead for counted as read when the walk was closed before next(). */
    @Test
    void scan_closedAfterItLookedAhead_countsWhatItReturned() {
        try (Engine engine = open()) {
            engine.write(record("a", 1, 10));
            engine.write(record("b", 1, 20));
            try (RecordScan scan = engine.scan(Query.all())) {
                assertThat(scan.hasNext()).isTrue();
            }
            checkReads(engine, 0, 0, 1);
            try (RecordScan scan = engine.scan(Query.all())) {
                scan.next();
                assertThat(scan.hasNext()).isTrue();
            }
            checkReads(engine, 1, 11, 2);
        }
    }

    @Test
    void scan_toItsEnd_isCountedBeforeItIsClosed() {
        try (Engine engine = open()) {
            engine.write(record("a", 1, 10));
            try (RecordScan scan = engine.scan(Query.all())) {
                scan.forEachRemaining(r -> {});
                checkReads(engine, 1, 11, 1);
            }
            checkReads(engine, 1, 11, 1);
        }
    }

    @Test
    void maintenance_isCountedTimedAndDated() {
        try (Engine engine = open()) {
            engine.write(record("a", 1, 1_000), Duration.ofSeconds(1));
            engine.write(record("b", 1, 3_000));
            clock.set(5_000_000);
            engine.flush();
            EngineStats flushed = engine.stats();
            assertThat(flushed.flushes().count()).isEqualTo(1);
            assertThat(flushed.flushes().last()).isEqualTo(Instant.ofEpochSecond(5));
            assertThat(flushed.flushes().bytes()).isEqualTo(flushed.tables().bytes());
            assertThat(flushed.latencies().flush().timed()).isEqualTo(1);
            assertThat(flushed.latencies().flush().maxMicros() * 1e3)
                    .isCloseTo(flushed.flushes().nanos(), within(0.5));
            assertThat(flushed.recordsExpired()).isEqualTo(1);
            assertThat(flushed.tables().records()).isEqualTo(1);
            assertThat(flushed.tables().blockIndexEntries()).isEqualTo(1);
            assertThat(flushed.tables().compressionRatio()).isBetween(0.9, 1.0);

            engine.write(record("c", 1, 2_000), Duration.ofSeconds(1));
            engine.flush();
            clock.set(7_000_000);
            assertThat(engine.compact()).isTrue();
            EngineStats compacted = engine.stats();
            assertThat(compacted.compactions().count()).isEqualTo(1);
            assertThat(compacted.compactions().last()).isEqualTo(Instant.ofEpochSecond(7));
            assertThat(compacted.compactions().bytesOut())
                    .isEqualTo(compacted.tables().bytes());
            assertThat(compacted.latencies().compaction().timed()).isEqualTo(1);
            assertThat(compacted.recordsExpired()).isEqualTo(2);
            double moved = compacted.flushes().bytes() + compacted.compactions().bytesOut();
            assertThat(compacted.writeAmplification()).isCloseTo(1 + moved / compacted.bytesWritten(), within(1e-9));

            engine.write(record("d", 1, 2_000), Duration.ofSeconds(1));
            engine.flush();
            clock.set(9_000_000);
            assertThat(engine.gc()).isEqualTo(1);
            EngineStats swept = engine.stats();
            assertThat(swept.gcRuns()).isEqualTo(1);
            assertThat(swept.recordsPurged()).isEqualTo(1);
            assertThat(swept.lastGc()).isEqualTo(Instant.ofEpochSecond(9));
            assertThat(swept.latencies().write().timed()).isEqualTo(4);
            assertThat(swept.latencies().sync().timed())
                    .isEqualTo(swept.wal().syncs())
                    .isPositive();
        }
    }

    /**
     * A locator that was misled and found nothing in the end counted as a false positive and as a negative, so
     * positives went below zero.
     */
    @Test
    void bloom_countsEachLookUpOnce() {
        try (Engine engine = open()) {
            for (int i = 0; i < 20_000; i++) {
                engine.write(record("key" + 2 * i, 1, 1));
            }
            engine.flush();
            for (int i = 0; i < 40_000; i++) {
                engine.get("key" + i, 1);
            }
            EngineStats.Bloom bloom = engine.stats().bloom();
            /* Keys beyond the last one of the table are ruled out by its key range. */
            assertThat(bloom.checks() - bloom.negatives() - bloom.falsePositives())
                    .isEqualTo(20_000);
            assertThat(bloom.negatives()).isBetween(15_000L, 20_000L);
            assertThat(bloom.falsePositives()).isLessThan(bloom.negatives() / 20);
        }
    }

    /**
     * Without a locator in memory, a filter that was misled about a key counted as a false positive for {@code get},
     * but as a positive for {@code getLatest}.
     */
    @Test
    void bloom_latestOfAbsentKeys_countsTheSameAsGet() {
        try (Engine engine = openWith(Config.builder().indexMemoryBudget(0).bloomBitsPerKey(1))) {
            for (int i = 0; i < 2_000; i++) {
                engine.write(record("key" + (10_000 + 2 * i), 1, 1));
            }
            engine.flush();
            for (int i = 0; i < 1_999; i++) {
                engine.get("key" + (10_001 + 2 * i), 1);
            }
            EngineStats.Bloom byGet = engine.stats().bloom();
            assertThat(byGet.falsePositives()).isPositive();
            assertThat(byGet.checks()).isEqualTo(byGet.negatives() + byGet.falsePositives());
            for (int i = 0; i < 1_999; i++) {
                engine.getLatest("key" + (10_001 + 2 * i));
            }
            EngineStats.Bloom byBoth = engine.stats().bloom();
            assertThat(byBoth)
                    .isEqualTo(new EngineStats.Bloom(
                            2 * byGet.checks(), 2 * byGet.negatives(), 2 * byGet.falsePositives()));
            engine.getLatest("key10000");
            assertThat(engine.stats().bloom())
                    .isEqualTo(new EngineStats.Bloom(byBoth.checks() + 1, byBoth.negatives(), byBoth.falsePositives()));
        }
    }

    /**
     * Partitions of index and filter that had to be read counted as misses, those in the cache not as hits. The figures
     * are of data blocks.
     */
    @Test
    void cache_partitionsReadThroughIt_areNotCounted() {
        try (Engine engine = openWith(
                Config.builder().indexMemoryBudget(0).blockCacheCapacity(0).blockSize(512))) {
            for (int i = 0; i < 100; i++) {
                engine.write(record("key" + i, 1, 100));
            }
            engine.flush();
            engine.get("key50", 1);
            assertThat(engine.stats().cache()).isEqualTo(new EngineStats.Cache(0, 1, 0));
            engine.get("key50", 1);
            assertThat(engine.stats().cache()).isEqualTo(new EngineStats.Cache(0, 2, 0));
        }
    }

    /** {@code get} counted a record as expired that a range delete had hidden before it expired, which walks do not. */
    @Test
    void expired_hiddenByARangeDelete_isNotCounted() {
        try (Engine engine = open()) {
            engine.write(record("hidden", 1, 1), Duration.ofSeconds(1));
            engine.deleteRange("hidden", "hidden~");
            engine.write(record("seen", 1, 1), Duration.ofSeconds(1));
            clock.addAndGet(1_000_000);
            engine.get("hidden", 1);
            engine.getLatest("hidden");
            engine.query(Query.all());
            assertThat(engine.stats().recordsExpired()).isEqualTo(1);
            engine.get("seen", 1);
            assertThat(engine.stats().recordsExpired()).isEqualTo(2);
        }
    }

    /**
     * Every figure that follows from a script, computed by hand from the formats; and none of it is left after the next
     * opening but the tables.
     */
    @Test
    void script_onFiles_hasTheFiguresThatFollow() {
        FaultyFileSystem files = new FaultyFileSystem();
        Config config = Config.builder()
                .dataDir(Path.of("/data/db").toAbsolutePath())
                .compression(Compression.NONE)
                .autoBackground(false)
                .build();
        long put = 23 + 4 + 100; // header, key, value
        long frame = Frame.OVERHEAD_BYTES + put;
        try (Engine engine = EngineOpening.open(config, files)) {
            for (int i = 0; i < 10; i++) {
                engine.write(record("key" + i, 0, 100));
            }
            EngineStats written = engine.stats();
            assertThat(written.recordsWritten()).isEqualTo(10);
            assertThat(written.bytesWritten()).isEqualTo(10 * put);
            assertThat(written.wal().bytes()).isEqualTo(FileHeader.BYTES + 10 * frame);
            assertThat(written.wal().syncs()).isEqualTo(10);
            assertThat(written.memtables().records()).isEqualTo(10);
            assertThat(written.writeAmplification()).isEqualTo(1);

            engine.flush();
            long first = tableBytes(files);
            EngineStats flushed = engine.stats();
            assertThat(flushed.flushes().bytes()).isEqualTo(first);
            assertThat(flushed.tables().bytes()).isEqualTo(first);
            assertThat(flushed.memtables()).isEqualTo(new EngineStats.Memtables(0, 0, 0));
            assertThat(flushed.wal().bytes()).isZero();
            assertThat(flushed.wal().syncs()).isEqualTo(10);
            for (int i = 0; i < 10; i++) {
                engine.get("key" + i, 0);
            }
            engine.query(Query.all());
            EngineStats read = engine.stats();
            assertThat(read.cache().misses()).isEqualTo(1);
            assertThat(read.cache().hits()).isEqualTo(9 + 1);
            assertThat(read.bloom()).isEqualTo(new EngineStats.Bloom(10, 0, 0));
            assertThat(read.recordsRead()).isEqualTo(10 + 10);
            assertThat(read.bytesRead()).isEqualTo(20 * 104);

            engine.write(record("key0", 0, 100));
            engine.delete("key1", 0);
            engine.flush();
            long before = tableBytes(files);
            assertThat(engine.stats().tables().records()).isEqualTo(10 + 2);
            assertThat(engine.compact()).isTrue();
            EngineStats compacted = engine.stats();
            long bytes = 11 * put + 23 + 4;
            assertThat(compacted.bytesWritten()).isEqualTo(bytes);
            assertThat(compacted.flushes().bytes()).isEqualTo(before);
            assertThat(compacted.compactions().bytesIn()).isEqualTo(before);
            assertThat(compacted.compactions().bytesOut()).isEqualTo(tableBytes(files));
            assertThat(compacted.tables().records()).isEqualTo(9);
            assertThat(compacted.writeAmplification())
                    .isCloseTo((double) (bytes + before + tableBytes(files)) / bytes, within(1e-9));
            assertThat(compacted.writeStalls()).isZero();
            engine.write(record("key9", 1, 100));
        }
        try (Engine engine = EngineOpening.open(config, files)) {
            EngineStats reopened = engine.stats();
            assertThat(reopened.tables().count()).isEqualTo(2);
            assertThat(reopened.tables().records()).isEqualTo(9 + 1);
            assertThat(reopened.tables().bytes()).isEqualTo(tableBytes(files));
            assertThat(reopened.recordsWritten()
                            + reopened.recordsRead()
                            + reopened.wal().bytes())
                    .isZero();
            assertThat(reopened.flushes().count() + reopened.compactions().count())
                    .isZero();
            engine.write(record("key9", 1, 100));
            FaultyFileSystem crashed = files.afterKill();
            try (Engine replayed = EngineOpening.open(config, crashed)) {
                assertThat(replayed.stats().memtables().records()).isEqualTo(1);
                assertThat(replayed.stats().wal().bytes()).isEqualTo(FileHeader.BYTES + frame);
                assertThat(replayed.stats().recordsWritten()).isZero();
            }
        }
    }

    private static long tableBytes(FaultyFileSystem files) {
        return files.files().stream()
                .filter(p -> p.toString().endsWith(".sst"))
                .mapToLong(p -> files.content(p).length)
                .sum();
    }

    @Test
    void stats_ofAClosedEngine_areRefused() {
        Engine engine = open();
        engine.close();
        assertThatThrownBy(engine::stats).isInstanceOf(EngineClosedException.class);
        assertThatThrownBy(engine::prometheusText).isInstanceOf(EngineClosedException.class);
    }
}
