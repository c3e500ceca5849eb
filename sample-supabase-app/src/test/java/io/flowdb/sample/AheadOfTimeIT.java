package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The application processed ahead of time, as the goal {@code spring-boot:process-aot} does it, serves on the JVM from
 * what was generated; processing opens no database.
 */
class AheadOfTimeIT {
    @TempDir
    Path directory;

    @Test
    void processedApplication_servesAndKeepsItsData() throws Exception {
        process();
        assertThat(directory.resolve("untouched")).doesNotExist();
        Path dataDir = directory.resolve("data");
        String token;
        try (SampleProcess sample = startProcessed(dataDir, "1.log")) {
            Api api = new Api(sample.awaitPort());
            assertThat(sample.output()).contains("Starting AOT-processed SampleApplication");
            token = api.signUp("ada@example.com").token();
            assertThat(api.post("/api/todos", token, Map.of("title", "Buy bread"))
                            .status())
                    .isBetween(200, 201);
            assertThat(sample.stop()).isIn(0, 143);
        }
        try (SampleProcess sample = startProcessed(dataDir, "2.log")) {
            Api api = new Api(sample.awaitPort());
            assertThat(api.get("/api/todos", token).body()).contains("Buy bread");
        }
    }

    private void process() throws IOException, InterruptedException {
        List<String> command = java(applicationClassPath());
        command.add("-Dflowdb.data-dir=" + directory.resolve("untouched"));
        command.add("org.springframework.boot.SpringApplicationAotProcessor");
        command.add(SampleApplication.class.getName());
        command.add(directory.resolve("sources").toString());
        command.add(directory.resolve("resources").toString());
        command.add(directory.resolve("classes").toString());
        command.add("io.flowdb");
        command.add("sample-supabase-app");
        Path log = directory.resolve("process.log");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(log)).isZero();
        compile();
    }

    private void compile() throws IOException {
        List<String> arguments = new ArrayList<>(List.of(
                "-d",
                directory.resolve("classes").toString(),
                "-cp",
                directory.resolve("classes") + File.pathSeparator + applicationClassPath(),
                "-proc:none",
                "-nowarn"));
        try (Stream<Path> sources = Files.walk(directory.resolve("sources"))) {
            sources.map(Path::toString).filter(p -> p.endsWith(".java")).forEach(arguments::add);
        }
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments.toArray(String[]::new)))
                .isZero();
    }

    private SampleProcess startProcessed(Path dataDir, String log) throws IOException {
        List<String> command = java(directory.resolve("classes")
                + File.pathSeparator
                + directory.resolve("resources")
                + File.pathSeparator
                + applicationClassPath());
        command.add("-Dspring.aot.enabled=true");
        command.add(SampleApplication.class.getName());
        command.add("--server.port=0");
        command.add("--flowdb.data-dir=" + dataDir);
        command.add("--sample.cities.import-enabled=false");
        return SampleProcess.start(command, directory.resolve(log));
    }

    private static List<String> java(String classPath) {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath));
    }

    /** The application without its tests, which have configuration of their own. */
    private static String applicationClassPath() {
        String[] entries = System.getProperty("java.class.path").split(File.pathSeparator);
        return Arrays.stream(entries)
                .filter(entry -> !entry.endsWith("test-classes"))
                .collect(Collectors.joining(File.pathSeparator));
    }
}
