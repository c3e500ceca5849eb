package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The curl lines of the project's README work as printed, but for the port. */
class ReadmeIT {
    private static final Path README = Path.of("..", "README.md");
    private static final Pattern CURL_BLOCK = Pattern.compile("```bash\n([^`]*curl[^`]*)```");

    @TempDir
    Path directory;

    @Test
    void curlLines_runInOrder_doWhatTheySay() throws Exception {
        assumeTrue(Files.exists(README), "there is no " + README);
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "needs curl");
        Matcher block = CURL_BLOCK.matcher(Files.readString(README));
        assertThat(block.find()).as("a block of curl lines").isTrue();
        try (RunningSample sample = RunningSample.start(directory.resolve("data"))) {
            String script = block.group(1).replace("localhost:8080", "127.0.0.1:" + sample.port());

            String output = run("set -eu\n" + script);

            // Sign-up, the todo added, the list, the todo done, the deletion.
            assertThat(output)
                    .containsPattern("\"user_id\":\"[^\"]+\",\"token\":\"[^\"]+\"")
                    .containsPattern("\\[\\{\"id\":\"[^\"]+\"")
                    .contains("\"status\":\"open\"", "\"status\":\"done\"", "{\"deleted\":true}")
                    .doesNotContain("\"detail\"");
        }
    }

    private String run(String script) throws Exception {
        Path output = directory.resolve("output");
        Process bash = new ProcessBuilder("bash", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(bash.waitFor(60, TimeUnit.SECONDS)).isTrue();
        String text = Files.readString(output, StandardCharsets.UTF_8);
        assertThat(bash.exitValue()).as(text).isZero();
        return text;
    }
}
