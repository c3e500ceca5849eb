package io.flowdb.boot;

import io.flowdb.Config;
import io.flowdb.Engine;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** A process that has a data directory open until it is closed or killed. */
final class OtherProcess implements AutoCloseable {
    private final Process process;

    private OtherProcess(Process process) {
        this.process = process;
    }

    static OtherProcess holding(Path dataDir) throws IOException {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-Xmx128m",
                        OtherProcess.class.getName(),
                        dataDir.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = output.readLine(); !"open".equals(line); line = output.readLine()) {
            if (line == null) {
                throw new IOException("The other process ended with "
                        + process.onExit().join().exitValue());
            }
        }
        return new OtherProcess(process);
    }

    long pid() {
        return process.pid();
    }

    /** As {@code kill -9}. */
    @Override
    public void close() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** The other process. Ends when its input does, so that it never outlives the test. */
    public static void main(String[] args) throws IOException {
        try (Engine engine = Engine.open(Config.of(Path.of(args[0])))) {
            System.out.println(engine.isOpen() ? "open" : "closed");
            while (System.in.read() >= 0) {
                continue;
            }
        }
    }
}
