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
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-Xshare:auto",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-ea",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ChildJvm(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    long pid() {
        return process.pid();
    }

    /** The next line it prints, or null after its end. */
    @Nullable
    String readLine() throws IOException {
        return lines.readLine();
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
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            throw new IllegalStateException("process " + pid() + " does not end");
        }
    }

    @Override
    public void close() throws InterruptedException {
        kill();
    }
}
