package io.flowdb.benchmarks.compare;

import io.flowdb.benchmarks.engine.EngineKind;
import io.flowdb.benchmarks.measure.Directories;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs a suite on one engine in a process of its own: the same Java, the same class path, a fixed heap, an empty
 * directory.
 *
 * @param base directory for everything the processes write
 * @param heap size of the heap, as for {@code -Xmx}
 * @param hugePages whether the heap, and what native code allocates, is to lie on huge pages
 */
record WorkerProcess(
        Suite suite,
        Set<String> workloads,
        Path base,
        String heap,
        boolean hugePages,
        double seconds,
        int records,
        @Nullable Path cities) {

    /*
     * Otherwise the kernel hands out the heap page by page while a row is measured, to whichever engine makes objects
     * first: half of the time of a short read.
     */
    private static final String TOUCHED_HEAP = "-XX:+AlwaysPreTouch";

    /** The figures of one run. Errors: {@link IOException} if the process fails; its output says why. */
    List<RowSample> run(EngineKind engine) throws IOException, InterruptedException {
        Path result = base.resolve("result.tsv");
        Path databases = base.resolve(engine.label());
        Files.deleteIfExists(result);
        Files.createDirectories(databases);
        ProcessBuilder builder = new ProcessBuilder(command(engine, databases, result))
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        if (hugePages) {
            builder.environment().putAll(HugePages.NATIVE);
        }
        Process process = builder.start();
        int status;
        try {
            status = process.waitFor();
        } finally {
            process.destroyForcibly();
        }
        if (status != 0) {
            throw new IOException(engine.label() + ": the measuring process failed with status " + status);
        }
        Directories.remove(databases);
        return Files.readAllLines(result).stream().map(RowSample::parse).toList();
    }

    private List<String> command(EngineKind engine, Path databases, Path result) {
        String java = Path.of(System.getProperty("java.home", ""))
                .resolve("bin")
                .resolve("java")
                .toString();
        List<String> command = new ArrayList<>(List.of(java, "-Xms" + heap, "-Xmx" + heap, TOUCHED_HEAP));
        if (hugePages) {
            command.add(HugePages.HEAP);
        }
        if (Runtime.version().feature() >= 22) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", classPath(), Worker.class.getName()));
        command.addAll(List.of(
                suite.label(),
                engine.label(),
                databases.toString(),
                result.toString(),
                Double.toString(seconds),
                Integer.toString(records),
                String.join(",", workloads),
                cities == null ? "" : cities.toAbsolutePath().toString()));
        return command;
    }

    /** Entries as absolute paths: a class path is relative to the directory of whoever starts it. */
    private static String classPath() {
        List<String> entries = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path", "").split(File.pathSeparator, -1)) {
            entries.add(Path.of(entry).toAbsolutePath().toString());
        }
        return String.join(File.pathSeparator, entries);
    }
}
