package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.flowdb.Config;
import io.flowdb.boot.DataDirectory.DataDirectoryException;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.StorageException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.json.JsonDB;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What a user reads when the engine cannot be opened. */
class FailureAnalysisTest {
    @TempDir
    private Path dir;

    @Test
    void directory_inUseByAnotherProcess_namesItsPidAndThreeRemedies() throws Exception {
        try (OtherProcess other = OtherProcess.holding(dir)) {
            FailureAnalysis report = failureIn(dir);

            assertThat(report.getDescription())
                    .contains("The data directory " + dir + " is in use by process " + other.pid() + " since 20");
            assertThat(report.getAction())
                    .contains("1. Stop process " + other.pid())
                    .contains("2. ", "flowdb.data-dir", "flowdb.in-memory=true")
                    .contains("3. ", "flowdb.read-only=true");
        }
        runner(dir).run(context -> assertThat(context).hasNotFailed());
    }

    @Test
    void directory_inUseByAnotherContextOfThisProcess_saysSo() {
        runner(dir)
                .run(first -> assertThat(failureIn(dir).getDescription())
                        .contains("another application context or engine in this process ("
                                + ProcessHandle.current().pid() + ")"));
    }

    @Test
    void directory_thatIsAFile_isNamedWithItsProperty() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "x");

        assertThat(failureIn(file).getDescription())
                .contains(
                        file + " is a file",
                        "Property: flowdb.data-dir",
                        "Value: \"" + file + "\"",
                        "Allowed: a directory");
        assertThat(failureIn(file.resolve("below")).getDescription())
                .contains(file + " is a file", "Value: \"" + file.resolve("below") + "\"");
        assertThat(file).hasContent("x");
    }

    @Test
    void directory_missingAndNotToBeCreated_staysMissing() {
        Path missing = dir.resolve("a/b");
        runner(missing).withPropertyValues("flowdb.create-if-missing=false").run(context -> {
            FailureAnalysis report = StartupReport.of(context.getStartupFailure(), "flowdb.data-dir=" + missing);
            assertThat(report.getDescription()).contains(missing + " does not exist");
            assertThat(report.getAction()).contains("flowdb.create-if-missing=true");
        });
        assertThat(dir).isEmptyDirectory();
    }

    @Test
    void directory_missingButReadOnly_staysMissing() {
        Path missing = dir.resolve("a");
        runner(missing)
                .withPropertyValues("flowdb.read-only=true")
                .run(context -> assertThat(
                                StartupReport.of(context.getStartupFailure()).getDescription())
                        .contains(missing + " does not exist"));
        assertThat(dir).isEmptyDirectory();
    }

    /** It was a refusal of the file system, and the advice was to look for space. */
    @Test
    void directory_behindALinkToNothing_namesTheLink() throws Exception {
        Path dangling = Files.createSymbolicLink(dir.resolve("volume"), dir.resolve("not-mounted"));
        Path loop = Files.createSymbolicLink(dir.resolve("loop"), dir.resolve("loop"));

        for (Path link : List.of(dangling, loop)) {
            for (Path directory : List.of(link, link.resolve("below/it"))) {
                assertThat(failureIn(directory).getDescription())
                        .contains(link + " is a symbolic link", "Value: \"" + directory + "\"");
            }
        }
    }

    @Test
    void directory_notWritable_namesTheUser() throws Exception {
        Path locked = Files.createDirectory(
                dir.resolve("locked"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeThat(Files.isWritable(locked))
                .as("the super-user may write anywhere")
                .isFalse();

        assertThat(failureIn(locked).getDescription())
                .contains("'" + System.getProperty("user.name") + "'", "" + locked);
    }

    /** The advice on a read-only mount was about users. */
    @Test
    void directory_notWritable_mayBeMountedReadOnly() {
        assertThat(StartupReport.of(
                                new DataDirectoryException(dir, dir, DataDirectory.Problem.NOT_WRITABLE),
                                "flowdb.data-dir=" + dir)
                        .getAction())
                .contains("mounted read-only", "flowdb.read-only=true");
    }

    /** The report showed the property with this directory as its value, and advised to correct it. */
    @Test
    void directory_ofAnEngineOfTheApplication_isNotThatOfTheProperty() throws Exception {
        Path file = Files.writeString(dir.resolve("file"), "x");
        Config.Builder readOnly =
                Config.builder().dataDir(dir.resolve("missing")).readOnly(true);

        for (Config config : List.of(Config.of(file), readOnly.build())) {
            FailureAnalysis report = failureOf(config);
            assertThat(report.getDescription())
                    .contains("Config: dataDir", "Value: \"" + config.dataDir() + "\"")
                    .doesNotContain("flowdb.");
            assertThat(report.getAction())
                    .contains("in the Config of this engine")
                    .doesNotContain("flowdb.");
        }
        runner(dir.resolve("used")).run(context -> {
            FailureAnalysis report = failureOf(Config.of(dir.resolve("used")));
            assertThat(report.getDescription()).contains("is in use by");
            assertThat(report.getAction()).contains("dataDir in its Config").doesNotContain("flowdb.");
        });
    }

    private FailureAnalysis failureOf(Config config) {
        FailureAnalysis[] report = new FailureAnalysis[1];
        String property = "flowdb.data-dir=" + dir.resolve("main");
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(FlowDbAutoConfiguration.class))
                .withPropertyValues(property)
                .withBean("own", FlowDb.class, () -> FlowDb.of(config))
                .run(context -> report[0] = StartupReport.of(context.getStartupFailure(), property));
        return report[0];
    }

    @Test
    void corruption_namesFileAndOffset() {
        FailureAnalysis report = StartupReport.of(
                new IllegalStateException(new CorruptionException("wal/000007.wal", 4711, "crc 1 expected, found 2")));

        assertThat(report.getDescription()).contains("File: wal/000007.wal", "Offset: 4711", "crc 1 expected");
        assertThat(report.getAction())
                .contains("1. ", "copy the whole data directory", "2. Restore the latest backup")
                .doesNotContain("Nothing was changed"); // it may have been met long after the opening
    }

    /** The advice was to look for space. */
    @Test
    void table_missing_isToBeBroughtBackOrRestored() throws Exception {
        try (JsonDB documents = JsonDB.open(Config.of(dir))) {
            documents.createObjectStore("notes", "id");
            documents.engine().orElseThrow().flush();
        }
        Path table;
        try (Stream<Path> tables = Files.list(dir.resolve("sst"))) {
            table = tables.findFirst().orElseThrow();
        }
        Files.delete(table);

        FailureAnalysis report = failureIn(dir);
        assertThat(report.getDescription()).contains(table.toString());
        assertThat(report.getAction())
                .contains("is missing", "1. Copy the whole data directory", "2. Restore", "3. Without a backup")
                .doesNotContain("space");
    }

    /** This, too. */
    @Test
    void directory_thatIsAnUnfinishedCopy_isToBeDeleted() throws Exception {
        Files.createFile(dir.resolve("COPYING"));

        FailureAnalysis report = failureIn(dir);
        assertThat(report.getDescription()).contains("unfinished copy", dir.toString());
        assertThat(report.getAction()).contains("delete this directory", "make the copy again");
    }

    @Test
    void fileSystem_refusing_isAnsweredByItsReason() {
        assertThat(refused(new StorageException("Cannot append to wal/1.wal", null, true)))
                .contains("Make space");
        assertThat(refused(StorageException.tooManyFiles("Cannot open sst/1.sst", null)))
                .contains("ulimit -n");
        assertThat(refused(new StorageException("Cannot open LOCK", new AccessDeniedException("LOCK"))))
                .contains("'" + System.getProperty("user.name") + "'", "must own");
        assertThat(refused(new StorageException("Cannot read sst/1.sst", new IOException("I/O error"))))
                .contains("mounted for writing");
    }

    private static String refused(StorageException failure) {
        return StartupReport.of(new IllegalStateException(failure)).getAction();
    }

    @Test
    void format_newer_namesBothNumbers() {
        FailureAnalysis report = StartupReport.of(new UnsupportedFormatException("MANIFEST", 3, 1));

        assertThat(report.getDescription()).contains("MANIFEST has format 3", "up to 1");
        assertThat(report.getAction()).contains("Nothing was changed");
    }

    private static FailureAnalysis failureIn(Path dataDir) {
        FailureAnalysis[] report = new FailureAnalysis[1];
        runner(dataDir)
                .run(context ->
                        report[0] = StartupReport.of(context.getStartupFailure(), "flowdb.data-dir=" + dataDir));
        return report[0];
    }

    private static ApplicationContextRunner runner(Path dataDir) {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(FlowDbAutoConfiguration.class))
                .withPropertyValues("flowdb.data-dir=" + dataDir);
    }
}
