package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.measure.JsonLine;
import io.flowdb.benchmarks.measure.Median;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.springframework.util.StringUtils;

/**
 * Medians of a suite over all rounds, as JSON lines and as a table. Rows appear in the order of the suite, engines in
 * the order they were named; a row without figures is left out.
 */
final class Report {
    private static final String DISK = "disk";

    private final Suite suite;
    private final List<EngineKind> engines;
    private final Map<EngineKind, List<RowSample>> samples = new EnumMap<>(EngineKind.class);

    Report(Suite suite, List<EngineKind> engines) {
        this.suite = suite;
        this.engines = engines;
        engines.forEach(engine -> samples.put(engine, new ArrayList<>()));
    }

    /** Adds what one process has measured. */
    void add(EngineKind engine, List<RowSample> rows) {
        ofEngine(engine).addAll(rows);
    }

    /** One JSON object a line for each workload and engine. */
    List<String> jsonLines() {
        return rows().stream().map(this::json).toList();
    }

    /** The same for people, with the durability of each engine. */
    String table() {
        StringBuilder out = new StringBuilder();
        int width = engines.stream().mapToInt(e -> e.label().length()).max().orElse(0);
        String format = "%-28s %-" + Math.max(8, width) + "s %14s %12s %12s %14s %8s %s %s%n";
        out.append(String.format(
                Locale.ROOT,
                format,
                "suite " + suite.label(),
                "engine",
                "ops/s",
                "p50 us",
                "p99 us",
                "bytes on disk",
                "w-amp",
                ratios(base -> "x " + base.label()),
                " durability"));
        String previous = "";
        for (Row row : rows()) {
            RowSample figures = row.figures;
            out.append(String.format(
                    Locale.ROOT,
                    format,
                    figures.workload().equals(previous) ? "" : figures.workload(),
                    row.engine.label(),
                    cell("%,.0f", figures.opsPerSecond()),
                    cell("%,.2f", figures.p50Micros()),
                    cell("%,.2f", figures.p99Micros()),
                    cell("%,.0f", figures.bytesOnDisk()),
                    cell("%.2f", figures.writeAmplification()),
                    ratios(base -> cell("%.2f", ratioTo(base, row))),
                    " " + suite.durability(row.engine).meaning()));
            previous = figures.workload();
        }
        return out.toString();
    }

    /** One column for each engine that the others are compared with. */
    private String ratios(Function<EngineKind, String> text) {
        return suite.bases().stream()
                .map(base -> String.format(
                        Locale.ROOT, "%" + Math.max(9, base.label().length() + 2) + "s", text.apply(base)))
                .collect(Collectors.joining(" "));
    }

    private List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (String workload : suite.workloads()) {
            for (EngineKind engine : engines) {
                List<RowSample> found = ofEngine(engine).stream()
                        .filter(sample -> sample.workload().equals(workload))
                        .toList();
                if (!found.isEmpty()) {
                    rows.add(new Row(engine, medians(workload, found)));
                }
            }
        }
        return rows;
    }

    private List<RowSample> ofEngine(EngineKind engine) {
        return samples.getOrDefault(engine, List.of());
    }

    private static RowSample medians(String workload, List<RowSample> rounds) {
        return new RowSample(
                workload,
                median(rounds, RowSample::opsPerSecond),
                median(rounds, RowSample::p50Micros),
                median(rounds, RowSample::p99Micros),
                median(rounds, RowSample::bytesOnDisk),
                median(rounds, RowSample::writeAmplification));
    }

    private static double median(List<RowSample> rounds, ToDoubleFunction<RowSample> figure) {
        return Median.of(rounds.stream().mapToDouble(figure).boxed().toList());
    }

    /** Of the rates; for the row without a rate, of the bytes on disk. {@code NaN} without the other engine. */
    private double ratioTo(EngineKind other, Row row) {
        String workload = row.figures.workload();
        List<RowSample> others = ofEngine(other).stream()
                .filter(sample -> sample.workload().equals(workload))
                .toList();
        if (others.isEmpty()) {
            return Double.NaN;
        }
        RowSample base = medians(workload, others);
        return workload.equals(DISK)
                ? row.figures.bytesOnDisk() / base.bytesOnDisk()
                : row.figures.opsPerSecond() / base.opsPerSecond();
    }

    private String json(Row row) {
        RowSample figures = row.figures;
        JsonLine line = new JsonLine()
                .text("suite", suite.label())
                .text("workload", figures.workload())
                .text("engine", row.engine.label())
                .number("opsPerSecond", figures.opsPerSecond())
                .number("p50Micros", figures.p50Micros())
                .number("p99Micros", figures.p99Micros())
                .number("bytesOnDisk", figures.bytesOnDisk())
                .number("writeAmplification", figures.writeAmplification())
                .number("ratioToRocksdb", ratioTo(EngineKind.ROCKSDB, row));
        for (EngineKind base : suite.bases()) {
            if (base != EngineKind.ROCKSDB) {
                line.number("ratioTo" + camelCase(base.label()), ratioTo(base, row));
            }
        }
        return line.toString();
    }

    private static String camelCase(String label) {
        return Arrays.stream(label.split("-", -1)).map(StringUtils::capitalize).collect(Collectors.joining());
    }

    private static String cell(String format, double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }

    private record Row(EngineKind engine, RowSample figures) {}
}
