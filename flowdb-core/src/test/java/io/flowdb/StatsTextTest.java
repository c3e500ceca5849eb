package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.flowdb.testing.PrometheusParser;
import io.flowdb.testing.PrometheusParser.Family;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.Quantile;
import io.prometheus.metrics.model.snapshots.Quantiles;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The Prometheus text: read by a strict parser, and compared with that of the official client, line for line. */
class StatsTextTest {

    private static Engine busyEngine() {
        Engine engine = Engine.open(
                Config.builder().inMemory(true).autoBackground(false).build());
        work(engine);
        return engine;
    }

    private static void work(Engine engine) {
        for (int i = 0; i < 200; i++) {
            engine.write(FlowRecord.of("key" + i, 1, "value" + i));
        }
        engine.flush();
        engine.compact();
        engine.gc();
        for (int i = 0; i < 200; i++) {
            engine.get("key" + 3 * i, 1);
        }
        engine.query(Query.all());
    }

    @Test
    void text_isReadByTheParser_withNamesUnitsAndTypes() {
        try (Engine engine = busyEngine()) {
            Map<String, Family> families = PrometheusParser.parse(engine.prometheusText());
            assertThat(families).hasSizeGreaterThan(45);
            families.forEach((name, family) -> {
                assertThat(name).startsWith("flowdb_");
                assertThat(family.help()).isNotBlank();
                assertThat(name.endsWith("_total"))
                        .as(name)
                        .isEqualTo(family.type().equals("counter"));
                assertThat(name)
                        .doesNotContain("micros")
                        .doesNotContain("millis")
                        .doesNotContain("nanos");
            });
        }
    }

    /** The parser refuses what the format forbids: otherwise the tests here would show little. */
    @Test
    void parser_refusesWhatTheFormatForbids() {
        String head = "# HELP a b\n# TYPE a gauge\n";
        assertThat(PrometheusParser.parse(head + "a 1\n").get("a").samples()).hasSize(1);
        for (String bad : List.of(
                head + "a 1",
                head,
                head + "a 1\na 2\n",
                head + "a  1\n",
                head + "a x\n",
                head + "b 1\n",
                head + "a{x=1} 1\n",
                head + "a 1\n" + head + "a 2\n",
                "# TYPE a gauge\n# HELP a b\na 1\n",
                "a 1\n",
                "# HELP a b\n# TYPE a counter\na -1\n",
                "# HELP a b\n# TYPE a summary\na{quantile=\"0.5\"} 1\n",
                "# HELP a-b c\n# TYPE a-b gauge\na-b 1\n")) {
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> PrometheusParser.parse(bad))
                    .as(bad)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    /**
     * The official client accepts names, types and values, and writes the same lines. The lines are compared as they
     * are, without the parser here: what any reader makes of the client's text it makes of this one.
     */
    @Test
    void text_ofTheOfficialClient_hasTheSameLines() throws IOException {
        try (Engine engine = busyEngine()) {
            String text = engine.prometheusText();
            MetricSnapshots.Builder model = MetricSnapshots.builder();
            PrometheusParser.parse(text).values().forEach(family -> model.metricSnapshot(snapshot(family)));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            PrometheusTextFormatWriter.create().write(out, model.build(), EscapingScheme.DEFAULT);
            Map<String, Lines> ours = lines(text);
            assertThat(ours).hasSizeGreaterThan(45);
            assertThat(ours).isEqualTo(lines(out.toString(StandardCharsets.UTF_8)));
        }
    }

    /** Samples have no order in the format, and numbers more than one spelling. */
    private record Lines(List<String> head, Map<String, Double> samples) {}

    /** By the HELP line that they begin with. */
    private static Map<String, Lines> lines(String text) {
        Map<String, Lines> metrics = new HashMap<>();
        Lines current = null;
        for (String line : text.split("\n", -1)) {
            if (line.startsWith("# HELP")) {
                current = new Lines(new ArrayList<>(List.of(line)), new HashMap<>());
                assertThat(metrics.put(line, current)).as(line).isNull();
            } else if (line.startsWith("#")) {
                assertThat(current.samples()).as(line).isEmpty();
                current.head().add(line);
            } else if (!line.isEmpty()) {
                int space = line.lastIndexOf(' ');
                Double value = Double.valueOf(line.substring(space + 1));
                assertThat(current.samples().put(line.substring(0, space), value))
                        .as(line)
                        .isNull();
            }
        }
        return metrics;
    }

    private static MetricSnapshot snapshot(Family family) {
        switch (family.type()) {
            case "counter":
                return CounterSnapshot.builder()
                        .name(family.name())
                        .help(family.help())
                        .dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                                .value(family.samples().get(0).value())
                                .build())
                        .build();
            case "gauge":
                return GaugeSnapshot.builder()
                        .name(family.name())
                        .help(family.help())
                        .dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                                .value(family.samples().get(0).value())
                                .build())
                        .build();
            default:
                return summary(family);
        }
    }

    private static MetricSnapshot summary(Family family) {
        List<Quantile> quantiles = new ArrayList<>();
        SummarySnapshot.SummaryDataPointSnapshot.Builder point = SummarySnapshot.SummaryDataPointSnapshot.builder();
        for (PrometheusParser.Sample sample : family.samples()) {
            if (sample.name().endsWith("_sum")) {
                point.sum(sample.value());
            } else if (sample.name().endsWith("_count")) {
                point.count((long) sample.value());
            } else {
                quantiles.add(new Quantile(Double.parseDouble(sample.labels().get("quantile")), sample.value()));
            }
        }
        return SummarySnapshot.builder()
                .name(family.name())
                .help(family.help())
                .dataPoint(point.quantiles(Quantiles.of(quantiles)).build())
                .build();
    }

    @Test
    void counters_afterMoreWork_haveNotFallen() {
        try (Engine engine = busyEngine()) {
            Map<String, Family> before = PrometheusParser.parse(engine.prometheusText());
            work(engine);
            Map<String, Family> after = PrometheusParser.parse(engine.prometheusText());
            assertThat(after.keySet()).isEqualTo(before.keySet());
            Set<String> risen = new HashSet<>();
            before.forEach((name, family) -> {
                if (family.type().equals("counter")) {
                    double now = after.get(name).samples().get(0).value();
                    double then = family.samples().get(0).value();
                    assertThat(now).as(name).isGreaterThanOrEqualTo(then);
                    if (now > then) {
                        risen.add(name);
                    }
                }
            });
            assertThat(risen)
                    .contains(
                            "flowdb_records_written_total",
                            "flowdb_records_read_total",
                            "flowdb_flushes_total",
                            "flowdb_compactions_total",
                            "flowdb_gc_runs_total");
        }
    }

    /** Each number of the stats stands in the text: all different here, so that no two can be mixed up. */
    @Test
    void text_hasTheFiguresOfTheStats() throws ReflectiveOperationException {
        EngineStats stats = new EngineStats(
                101,
                102,
                103,
                104,
                105,
                106,
                new EngineStats.Memtables(107, 108, 109),
                new EngineStats.Tables(110, 111, 112, 113, 140, 114, 139.5),
                new EngineStats.Wal(115, 116, 142_000_000_000L),
                new EngineStats.Cache(117, 118, 119),
                new EngineStats.Bloom(120, 121, 122),
                new EngineStats.MemoryLimits(143, 144, 145),
                new EngineStats.Flushes(123, 124, 136_000_000_000L, Instant.ofEpochSecond(125)),
                new EngineStats.Compactions(126, 127, 128, 148_000_000_000L, Instant.ofEpochSecond(129)),
                130,
                131,
                Instant.ofEpochSecond(132),
                133,
                134_000_000_000L,
                135.5,
                new EngineStats.Latencies(
                        latency(200), latency(210), latency(220), latency(230), latency(240), latency(250)),
                137,
                Duration.ofSeconds(138),
                null);
        Set<Double> inText = new HashSet<>();
        PrometheusParser.parse(StatsText.of(stats))
                .values()
                .forEach(family -> family.samples().forEach(sample -> inText.add(sample.value())));
        List<Double> wanted = new ArrayList<>();
        collect(stats, wanted);
        assertThat(wanted).hasSizeGreaterThan(60).doesNotHaveDuplicates();
        /* Nanoseconds of syncs, flushes and compactions are the sums of their latencies. */
        wanted.removeAll(List.of(142.0, 136.0, 148.0));
        assertThat(inText).containsAll(wanted);
        assertThat(PrometheusParser.parse(StatsText.of(stats))
                        .get("flowdb_background_failed")
                        .samples()
                        .get(0)
                        .value())
                .isEqualTo(0, within(0.0));
    }

    private static EngineStats.Latency latency(long base) {
        return new EngineStats.Latency(
                base, (base + 1) * 1e6, (base + 2) * 1e6, (base + 3) * 1e6, (base + 4) * 1e6, (base + 5) * 1e6);
    }

    /** Every number in a record and the records in it, in the units of the text. */
    private static void collect(Record record, List<Double> into) throws ReflectiveOperationException {
        for (RecordComponent component : record.getClass().getRecordComponents()) {
            component.getAccessor().setAccessible(true);
            Object value = component.getAccessor().invoke(record);
            if (value instanceof Record inner) {
                collect(inner, into);
            } else if (value instanceof Instant instant) {
                into.add((double) instant.getEpochSecond());
            } else if (value instanceof Duration duration) {
                into.add((double) duration.toSeconds());
            } else if (value instanceof Number number) {
                String name = component.getName().toLowerCase(java.util.Locale.ROOT);
                double unit = name.endsWith("nanos") ? 1e9 : name.endsWith("micros") ? 1e6 : 1;
                into.add(number.doubleValue() / unit);
            }
        }
    }
}
