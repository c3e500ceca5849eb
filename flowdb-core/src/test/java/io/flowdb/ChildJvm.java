package io.flowdb;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Another JVM that runs a class of the tests; it is killed when this is closed. Threads: one. */
final class ChildJvm implements AutoCloseable {
    private final Process process;
    private final BufferedReader lines;

    private ChildJvm(Process process) {
        this.process = process;
        this.lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    }

    /** Starts {@code main} with a small heap and a start-up as quick as can be. Its errors go where ours go. */
    static ChildJvm start(Class<?> main, String... arguments) throws IOException {
        List<String> options = List.of("-Xmx96m", "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC");
        return new ChildJvm(builder(options, main, arguments)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Starts {@code main} with options of its own; what it writes as errors is among the lines. */
    static ChildJvm start(List<String> options, Class<?> main, String... arguments) throws IOException {
        return new ChildJvm(
                builder(options, main, arguments).redirectErrorStream(true).start());
    }

    /**
     * Starts {@code main} with at most {@code files} open files, on a POSIX system; what it writes as errors is among
     * the lines.
     */
    static ChildJvm startWithFiles(int files, List<String> options, Class<?> main, String... arguments)
            throws IOException {
        ProcessBuilder builder = builder(options, main, arguments).redirectErrorStream(true);
        List<String> command = new ArrayList<>(List.of("sh", "-c", "ulimit -n " + files + "; exec \"$@\"", "sh"));
        command.addAll(builder.command());
        return new ChildJvm(builder.command(command).start());
    }

    private static ProcessBuilder builder(List<String> options, Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-ea", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }

    long pid() {
        return process.pid();
    }

    /** The next line it prints, but for what SLF4J says of a missing provider; null after its end. */
    @Nullable
    String readLine() throws IOException {
        String line = lines.readLine();
        while (line != null && line.startsWith("SLF4J")) {
            line = lines.readLine();
        }
        return line;
    }

    /** Where its standard input comes from. */
    OutputStream input() {
        return process.getOutputStream();
    }

    /** Sends SIGKILL, or what cannot be caught here. What it has printed can still be read. */
    void destroy() {
        process.toHandle().destroyForcibly(); // that of the process would close the pipe
    }

    /** Kills it and waits for its end. */
    void kill() throws InterruptedException {
        destroy();
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + pid() + " does not end");
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
