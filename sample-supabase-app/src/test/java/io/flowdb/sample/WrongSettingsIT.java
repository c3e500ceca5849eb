package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged application does not start with settings that cannot work, and says what to do. */
class WrongSettingsIT {
    private static final String NO_IMPORT = "sample.cities.import-enabled=false";

    @TempDir
    Path directory;

    @Test
    void memtableSize_zero_isReportedWithItsRange() throws Exception {
        String report = failedStart(directory.resolve("data"), "flowdb.memtable-size=0");

        assertThat(report).contains("flowdb.memtable-size").containsPattern("(?i)value:? .?0");
        assertThat(directory.resolve("data")).doesNotExist();
    }

    @Test
    void dataDir_isAFile_isReported() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "mine");

        assertThat(failedStart(file)).contains("flowdb.data-dir").contains(file.toString());
        assertThat(file).hasContent("mine");
    }

    @Test
    void dataDir_openInAnotherProcess_isReportedWithItsPid() throws Exception {
        Path dataDir = directory.resolve("data");
        try (SampleProcess holder = SampleProcess.start(dataDir, directory.resolve("holder.log"), NO_IMPORT)) {
            Api api = new Api(holder.awaitPort());

            assertThat(failedStart(dataDir)).contains(dataDir.toString()).contains(Long.toString(holder.pid()));

            assertThat(api.signUp("still@example.com").token()).isNotEmpty();
        }
    }

    /** Starts, waits for the end, and returns the failure report: no stack trace, no success. */
    private String failedStart(Path dataDir, String... properties) throws IOException, InterruptedException {
        String[] all = new String[properties.length + 1];
        all[0] = NO_IMPORT;
        System.arraycopy(properties, 0, all, 1, properties.length);
        try (SampleProcess sample = SampleProcess.start(dataDir, directory.resolve("failed.log"), all)) {
            assertThat(sample.awaitExit()).isNotZero();
            String output = sample.output();
            assertThat(output).contains("APPLICATION FAILED TO START").doesNotContain("\tat ");
            return output.substring(output.indexOf("APPLICATION FAILED TO START"));
        }
    }
}
