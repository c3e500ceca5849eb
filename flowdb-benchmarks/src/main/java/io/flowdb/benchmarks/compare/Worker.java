package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.EngineKind;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Main class of the process that {@link WorkerProcess} starts. Its arguments are positional and for this package only.
 */
final class Worker {
    private Worker() {}

    /** Suite, engine, directory, result file, seconds, records, workloads, file of cities or nothing. */
    public static void main(String[] args) throws Exception {
        List<String> lines = new ArrayList<>();
        RunContext context = new RunContext(
                EngineKind.of(args[1]),
                Path.of(args[2]),
                Double.parseDouble(args[4]),
                Integer.parseInt(args[5]),
                Set.of(args[6].split(",", -1)),
                args[7].isEmpty() ? null : Path.of(args[7]),
                row -> lines.add(row.toLine()));
        Suite.of(args[0]).run(context);
        Files.write(Path.of(args[3]), lines, StandardOpenOption.CREATE_NEW);
    }
}
