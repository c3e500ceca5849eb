package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.measure.Directories;
import io.flowdb.benchmarks.measure.ScratchDirectory;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * Measures engines side by side: in each round every engine runs the whole suite in a fresh process, one after the
 * other; the medians of the rounds are reported.
 */
@Command(
        name = "compare",
        description = "Measures engines side by side, with every answer checked.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
public final class CompareCommand implements Callable<Integer> {
    private static final int RECORDS_UNIT = 1_000;

    @Option(names = "--suite", required = true, description = "seed, kv, durable, documents or spring")
    private String suiteLabel = "";

    @Option(
            names = "--engines",
            split = ",",
            description = "Engines, in their order within a round. Default: all of the suite.")
    private List<String> engineLabels = List.of();

    @Option(
            names = "--seconds",
            defaultValue = "5",
            description = "Measured time of each repeatable row. Default: ${DEFAULT-VALUE}.")
    private double seconds;

    @Option(names = "--json", description = "File for the result, one JSON object a line.")
    private @Nullable Path json;

    @Option(names = "--rounds", defaultValue = "3", description = "Processes an engine. Default: ${DEFAULT-VALUE}.")
    private int rounds;

    @Option(
            names = "--dir",
            description =
                    "Where databases are created, and removed at the end. Default: the system's temporary directory.")
    private Path dir = Path.of(System.getProperty("java.io.tmpdir", "."));

    @Option(names = "--workloads", split = ",", description = "Rows to report. Default: all of the suite.")
    private List<String> workloads = List.of();

    @Option(
            names = "--records",
            defaultValue = "0",
            description = "Size of the data set, for a trial. Default: what the suite is defined with.")
    private int records;

    @Option(
            names = "--heap",
            defaultValue = "2g",
            description = "Java heap of each process. Default: ${DEFAULT-VALUE}.")
    private String heap = "";

    @Option(
            names = "--huge-pages",
            description = "Asks for transparent huge pages, for the Java heap and for the memory of native code.")
    private boolean hugePages;

    @Option(
            names = "--cities",
            description =
                    "NDJSON file of cities, compressed with gzip, for import-cities; without it the row is left out.")
    private @Nullable Path cities;

    @Spec
    private @Nullable CommandSpec spec;

    /** For the command line. */
    public CompareCommand() {}

    @Override
    public Integer call() throws Exception {
        Suite suite = checked(() -> Suite.of(suiteLabel));
        List<EngineKind> engines = engineLabels.isEmpty() ? suite.engines() : checked(() -> namedEngines(suite));
        for (EngineKind engine : engines) {
            check(
                    suite.engines().contains(engine),
                    "--engines: " + engine.label() + ", allowed: " + EngineKind.labels(suite.engines()));
        }
        check(seconds > 0 && seconds <= 3_600, "--seconds " + seconds + ", allowed: more than 0, at most 3600");
        check(rounds >= 1 && rounds <= 1_000, "--rounds " + rounds + ", allowed: 1 to 1000");
        check(
                records >= 0 && records % RECORDS_UNIT == 0,
                "--records " + records + ", allowed: multiples of " + RECORDS_UNIT);
        check(heap.matches("[1-9][0-9]*[mg]"), "--heap " + heap + ", allowed: as 512m or 2g");
        check(
                !hugePages || HugePages.areAllowed(),
                "--huge-pages: the system gives none (allowed: where " + HugePages.SETTING + " is madvise or always)");
        check(
                cities == null || Files.isRegularFile(cities) && Files.isReadable(cities),
                "--cities " + cities + ": no such file");
        check(json == null || Directories.canHold(json), "--json " + json + ": no file that can be written");
        check(Directories.canBeMade(dir), "--dir " + dir + ": no directory that can be written to");
        Set<String> wanted = new LinkedHashSet<>(workloads.isEmpty() ? suite.workloads() : workloads);
        for (String workload : wanted) {
            check(
                    suite.workloads().contains(workload),
                    "--workloads: " + workload + ", allowed: " + String.join(",", suite.workloads()));
        }
        Report report = measure(suite, engines, wanted);
        if (json != null) {
            Files.write(json, report.jsonLines());
        }
        out().println(report.table());
        out().flush();
        return 0;
    }

    private List<EngineKind> namedEngines(Suite suite) {
        return List.copyOf(new LinkedHashSet<>(engineLabels.stream()
                .map(label -> EngineKind.of(label, suite.engines()))
                .toList()));
    }

    private Report measure(Suite suite, List<EngineKind> engines, Set<String> wanted)
            throws IOException, InterruptedException {
        Report report = new Report(suite, engines);
        try (ScratchDirectory scratch = ScratchDirectory.below(dir, "flowdb-compare-")) {
            WorkerProcess worker =
                    new WorkerProcess(suite, wanted, scratch.path(), heap, hugePages, seconds, records, cities);
            for (int round = 1; round <= rounds; round++) {
                for (EngineKind engine : engines) {
                    out().printf("round %d of %d: %s %s%n", round, rounds, suite.label(), engine.label());
                    out().flush();
                    report.add(engine, worker.run(engine));
                }
            }
        }
        return report;
    }

    private CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not run from a command line");
        }
        return spec;
    }

    private PrintWriter out() {
        return spec().commandLine().getOut();
    }

    private void check(boolean ok, String message) {
        if (!ok) {
            throw new ParameterException(spec().commandLine(), message);
        }
    }

    private <T> T checked(Callable<T> lookUp) throws Exception {
        try {
            return lookUp.call();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec().commandLine(), String.valueOf(e.getMessage()), e);
        }
    }
}
