package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The files of a checkpoint: shared with the original by hard links, and each database lives on without the other. */
class CheckpointFilesTest {
    @TempDir
    Path dir;

    private Config config(String name) {
        return Config.builder().dataDir(dir.resolve(name)).autoBackground(false).build();
    }

    private static void fill(Engine engine, String value) {
        for (int i = 0; i < 1_000; i++) {
            engine.write(
                    new WriteBatch().put(FlowRecord.of("key" + i, 0, value + "x".repeat(100))), WriteOptions.NO_SYNC);
        }
        engine.flush();
    }

    private List<Path> tables(String name) throws IOException {
        try (Stream<Path> all = Files.list(dir.resolve(name).resolve("sst"))) {
            return all.sorted().toList();
        }
    }

    @Test
    void checkpoint_onOneVolume_sharesTablesAndNothingElse() throws IOException {
        assumeTrue(Files.getFileStore(dir).supportsFileAttributeView("unix"));
        try (Engine engine = Engine.open(config("db"))) {
            fill(engine, "old");
            engine.checkpoint(dir.resolve("copy"));
            List<Path> copied = tables("copy");
            assertThat(copied).hasSameSizeAs(tables("db")).isNotEmpty();
            for (Path table : copied) {
                assertThat(Files.getAttribute(table, "unix:nlink")).isEqualTo(2);
            }
            fill(engine, "new");
            engine.compact();
            for (Path table : copied) {
                assertThat(Files.getAttribute(table, "unix:nlink"))
                        .as("the original has dropped it")
                        .isEqualTo(1);
            }
            try (Engine copy = Engine.open(config("copy"))) {
                copy.deleteRange("key5", "key6");
                copy.compact();
                assertThat(copy.query(Query.all()))
                        .hasSize(889)
                        .allMatch(r -> r.valueText().startsWith("old"));
                assertThat(copy.verify().problems()).isEmpty();
            }
            assertThat(engine.query(Query.all()))
                    .hasSize(1_000)
                    .allMatch(r -> r.valueText().startsWith("new"));
            assertThat(engine.verify().problems()).isEmpty();
        }
    }
}
