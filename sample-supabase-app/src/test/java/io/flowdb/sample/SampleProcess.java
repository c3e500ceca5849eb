package io.flowdb.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The packaged application as a process of its own, on a free port. */
final class SampleProcess implements AutoCloseable {
    private static final Pattern STARTED =
            Pattern.compile("Tomcat started on port (\\d+)[\\s\\S]*Started SampleApplication");
    private static final long START_LIMIT_MILLIS = 120_000;

    private final Process process;
    private final Path log;

    private SampleProcess(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** Starts it; {@code log} gets what it prints. */
    static SampleProcess start(Path dataDir, Path log, String... properties) throws IOException {
        Path jar = Path.of("target", "sample-supabase-app.jar").toAbsolutePath();
        if (!Files.exists(jar)) {
            throw new IllegalStateException(jar + " is missing: run this test with mvn verify.");
        }
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                // Starts faster; what is tested is not speed.
                "-XX:TieredStopAtLevel=1",
                "-jar",
                jar.toString(),
                "--server.port=0",
                "--flowdb.data-dir=" + dataDir));
        for (String property : properties) {
            command.add("--" + property);
        }
        return start(command, log);
    }

    /** Starts the application by a command of its own; {@code log} gets what it prints. */
    static SampleProcess start(List<String> command, Path log) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        return new SampleProcess(process, log);
    }

    /** Waits until it serves and returns its port. */
    int awaitPort() throws IOException, InterruptedException {
        long end = System.currentTimeMillis() + START_LIMIT_MILLIS;
        while (System.currentTimeMillis() < end) {
            Matcher started = STARTED.matcher(Files.readString(log));
            if (started.find()) {
                return Integer.parseInt(started.group(1));
            }
            if (!process.isAlive()) {
                break;
            }
            Thread.sleep(50);
        }
        throw new IllegalStateException("The application did not start:\n" + Files.readString(log));
    }

    /** SIGKILL: the process gets no chance to write anything more. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** SIGTERM, and the exit code. */
    int stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The application did not stop within 60 s.");
        }
        return process.exitValue();
    }

    /** Waits for a process that ends by itself, and returns its exit code. */
    int awaitExit() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new IllegalStateException("The application still runs after 60 s.");
        }
        return process.exitValue();
    }

    long pid() {
        return process.pid();
    }

    String output() throws IOException {
        return Files.readString(log);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
