package io.flowdb.boot.actuate;

import io.flowdb.EngineStats;
import io.flowdb.boot.FlowDb;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.DisposableBean;

/**
 * Meters of all engines, tagged with the name of their bean. They read the engine's own counters: nothing is counted
 * twice, and a paused engine shows what it last had.
 *
 * <p>Units: base units {@code bytes} and seconds; no tag holds a key or a value. Threads: any.
 */
public final class FlowDbMetrics implements MeterBinder, DisposableBean {
    private static final double NANOS_A_SECOND = 1e9;
    private static final double MICROS_A_SECOND = 1e6;

    private final Map<String, FlowDb> engines;
    private final List<Runnable> removals = new CopyOnWriteArrayList<>();

    /** Meters of {@code engines}, by the names of their beans. */
    public FlowDbMetrics(Map<String, FlowDb> engines) {
        this.engines = Map.copyOf(engines);
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        engines.forEach((name, flowDb) -> {
            Meters meters = new Meters(registry, Tags.of("name", name), new LastStats(flowDb));
            records(meters);
            log(meters);
            memtables(meters);
            tables(meters);
            caches(meters);
            compactions(meters);
            latencies(meters);
            lastTimes(meters);
            meters.seconds(
                    "flowdb.uptime",
                    "Time since the engine was opened",
                    s -> s.uptime().toNanos() / NANOS_A_SECOND);
            meters.gauge("flowdb.snapshots", "Open snapshots", null, s -> s.liveSnapshots());
        });
    }

    /** Takes the meters out of their registries, which may outlive this application context. */
    @Override
    public void destroy() {
        removals.forEach(Runnable::run);
        removals.clear();
    }

    private static void records(Meters meters) {
        meters.counter("flowdb.records.written", "Puts and deletes committed", null, EngineStats::recordsWritten);
        meters.counter(
                "flowdb.records.read", "Point reads, and records returned by scans", null, EngineStats::recordsRead);
        meters.counter("flowdb.records.expired", "Records found expired", null, EngineStats::recordsExpired);
        meters.counter("flowdb.written", "Encoded size of what was committed", "bytes", EngineStats::bytesWritten);
        meters.counter("flowdb.read", "Size of keys and values returned by reads", "bytes", EngineStats::bytesRead);
        meters.counter("flowdb.scans", "Walks opened", null, EngineStats::scans);
        meters.gauge(
                "flowdb.write.amplification",
                "Bytes written to log and tables for each byte committed",
                null,
                EngineStats::writeAmplification);
    }

    private static void log(Meters meters) {
        meters.gauge(
                "flowdb.wal.size",
                "Size of all WAL segments",
                "bytes",
                s -> s.wal().bytes());
        meters.timer(
                "flowdb.wal.sync",
                "Forced writes of the WAL",
                s -> s.wal().syncs(),
                s -> s.wal().syncNanos());
        meters.timer(
                "flowdb.write.stalls",
                "Waits of writers for flushes or compactions",
                EngineStats::writeStalls,
                EngineStats::writeStallNanos);
    }

    private static void memtables(Meters meters) {
        meters.gauge(
                "flowdb.memtable.records",
                "Records in memory",
                null,
                s -> s.memtables().records());
        meters.gauge(
                "flowdb.memtable.size",
                "Size of all memtables",
                "bytes",
                s -> s.memtables().bytes());
        meters.gauge(
                "flowdb.memtable.frozen",
                "Memtables waiting for their flush",
                null,
                s -> s.memtables().frozen());
        meters.gauge(
                "flowdb.memtable.limit",
                "Size at which a memtable is frozen",
                "bytes",
                s -> s.memoryLimits().memtableBytes());
        meters.timer(
                "flowdb.flush",
                "Memtables written to tables",
                s -> s.flushes().count(),
                s -> s.flushes().nanos());
    }

    private static void tables(Meters meters) {
        meters.gauge("flowdb.sst.files", "Tables on disk", null, s -> s.tables().count());
        meters.gauge(
                "flowdb.sst.size",
                "Size of all tables",
                "bytes",
                s -> s.tables().bytes());
        meters.gauge(
                "flowdb.sst.records",
                "Records in tables, with tombstones and old versions",
                null,
                s -> s.tables().records());
        meters.gauge(
                "flowdb.sst.blocks",
                "Blocks known to the indexes",
                null,
                s -> s.tables().blockIndexEntries());
        meters.gauge(
                "flowdb.index.memory",
                "Memory kept for indexes, locators and filters",
                "bytes",
                s -> s.tables().indexBytes());
        meters.gauge(
                "flowdb.index.limit",
                "Most that indexes, locators and filters keep",
                "bytes",
                s -> s.memoryLimits().indexBytes());
        meters.gauge(
                "flowdb.time.buckets",
                "Buckets of the time index with tables",
                null,
                s -> s.tables().timeBuckets());
        meters.gauge(
                "flowdb.sst.compression.ratio",
                "Bytes of keys and values for each byte of their blocks on disk",
                null,
                s -> s.tables().compressionRatio());
    }

    private static void caches(Meters meters) {
        meters.gauge(
                "flowdb.block.cache.size",
                "Size of cached blocks",
                "bytes",
                s -> s.cache().bytes());
        meters.gauge(
                "flowdb.block.cache.limit",
                "Capacity of the block cache",
                "bytes",
                s -> s.memoryLimits().cacheBytes());
        String gets = "flowdb.block.cache.gets";
        meters.with("result", "hit")
                .counter(gets, "Block reads", null, s -> s.cache().hits());
        meters.with("result", "miss")
                .counter(gets, "Block reads", null, s -> s.cache().misses());
        String checks = "flowdb.bloom.checks";
        meters.with("result", "negative")
                .counter(checks, "Filter checks", null, s -> s.bloom().negatives());
        meters.with("result", "false-positive")
                .counter(checks, "Filter checks", null, s -> s.bloom().falsePositives());
        meters.with("result", "positive")
                .counter(
                        checks,
                        "Filter checks",
                        null,
                        s -> s.bloom().checks()
                                - s.bloom().negatives()
                                - s.bloom().falsePositives());
    }

    private static void compactions(Meters meters) {
        meters.timer(
                "flowdb.compaction",
                "Merges of tables",
                s -> s.compactions().count(),
                s -> s.compactions().nanos());
        String bytes = "flowdb.compaction.bytes";
        String description = "Size of the tables that compactions read and wrote";
        meters.with("direction", "in")
                .counter(bytes, description, "bytes", s -> s.compactions().bytesIn());
        meters.with("direction", "out")
                .counter(bytes, description, "bytes", s -> s.compactions().bytesOut());
        meters.counter("flowdb.gc.runs", "Looks for expired tables", null, EngineStats::gcRuns);
        meters.counter(
                "flowdb.gc.expired", "Records in expired tables that were dropped", null, EngineStats::recordsPurged);
    }

    private static void latencies(Meters meters) {
        latency(meters, "write", s -> s.latencies().write());
        latency(meters, "read", s -> s.latencies().read());
        latency(meters, "scan", s -> s.latencies().scan());
        latency(meters, "flush", s -> s.latencies().flush());
        latency(meters, "sync", s -> s.latencies().sync());
        latency(meters, "compaction", s -> s.latencies().compaction());
    }

    private static void latency(Meters meters, String operation, Function<EngineStats, EngineStats.Latency> latency) {
        Meters tagged = meters.with("operation", operation);
        quantile(tagged, "0.5", s -> latency.apply(s).p50Micros());
        quantile(tagged, "0.9", s -> latency.apply(s).p90Micros());
        quantile(tagged, "0.99", s -> latency.apply(s).p99Micros());
        quantile(tagged, "1", s -> latency.apply(s).maxMicros());
    }

    private static void quantile(Meters meters, String quantile, ToDoubleFunction<EngineStats> micros) {
        meters.with("quantile", quantile)
                .seconds(
                        "flowdb.latency",
                        "Durations since the engine was opened, of reads and scans a sample",
                        s -> micros.applyAsDouble(s) / MICROS_A_SECOND);
    }

    /** NaN before the first time. */
    private static void lastTimes(Meters meters) {
        String description = "Clock time at which the last one ended";
        meters.seconds("flowdb.flush.last", description, s -> time(s.flushes().last()));
        meters.seconds(
                "flowdb.compaction.last", description, s -> time(s.compactions().last()));
        meters.seconds("flowdb.gc.last", description, s -> time(s.lastGc()));
    }

    private static double time(@Nullable Instant at) {
        return at == null ? Double.NaN : at.getEpochSecond() + at.getNano() / NANOS_A_SECOND;
    }

    /** The figures of an engine, or the last ones it had before a pause. */
    private static final class LastStats {
        private final FlowDb flowDb;

        private volatile @Nullable EngineStats last;

        private LastStats(FlowDb flowDb) {
            this.flowDb = flowDb;
        }

        double value(ToDoubleFunction<EngineStats> figure) {
            EngineStats now = flowDb.openStats().orElse(last);
            last = now;
            return now == null ? 0 : figure.applyAsDouble(now);
        }
    }

    /** Registers meters of one engine. */
    private final class Meters {
        private final MeterRegistry registry;
        private final Tags tags;
        private final LastStats stats;

        private Meters(MeterRegistry registry, Tags tags, LastStats stats) {
            this.registry = registry;
            this.tags = tags;
            this.stats = stats;
        }

        private Meters with(String tag, String value) {
            return new Meters(registry, tags.and(tag, value), stats);
        }

        private void counter(
                String name, String description, @Nullable String unit, ToDoubleFunction<EngineStats> figure) {
            added(FunctionCounter.builder(name, stats, s -> s.value(figure))
                    .description(description)
                    .baseUnit(unit)
                    .tags(tags)
                    .register(registry));
        }

        private void gauge(
                String name, String description, @Nullable String unit, ToDoubleFunction<EngineStats> figure) {
            added(Gauge.builder(name, stats, s -> s.value(figure))
                    .description(description)
                    .baseUnit(unit)
                    .tags(tags)
                    .strongReference(true)
                    .register(registry));
        }

        private void seconds(String name, String description, ToDoubleFunction<EngineStats> seconds) {
            added(TimeGauge.builder(name, stats, TimeUnit.SECONDS, s -> s.value(seconds))
                    .description(description)
                    .tags(tags)
                    .strongReference(true)
                    .register(registry));
        }

        private void timer(
                String name,
                String description,
                ToLongFunction<EngineStats> count,
                ToDoubleFunction<EngineStats> nanos) {
            added(FunctionTimer.builder(
                            name,
                            stats,
                            s -> (long) s.value(count::applyAsLong),
                            s -> s.value(nanos),
                            TimeUnit.NANOSECONDS)
                    .description(description)
                    .tags(tags)
                    .register(registry));
        }

        private void added(Meter meter) {
            removals.add(() -> registry.remove(meter));
        }
    }
}
