package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
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

    /**
     * A copy counted on from the newest entry that was left in a table, and gave the numbers of later deletes to other
     * commits.
     */
    @Test
    void checkpoint_afterDeletesThatLeftNothing_keepsTheSequenceNumber() {
        try (Engine engine = Engine.open(config("db"))) {
            engine.write(FlowRecord.of("a", 0, "1"));
            for (int i = 0; i < 100; i++) {
                engine.delete("b", i);
            }
            engine.compact();
            engine.checkpoint(dir.resolve("copy"));
            assertThat(engine.lastSeqno()).isEqualTo(101);
        }
        for (String name : List.of("db", "copy")) {
            try (Engine engine = Engine.open(config(name))) {
                assertThat(engine.lastSeqno()).as(name).isEqualTo(101);
                engine.write(FlowRecord.of("c", 0, "1"));
                assertThat(engine.lastSeqno()).as(name).isEqualTo(102);
                assertThat(engine.verify().problems()).isEmpty();
            }
        }
    }

    @Test
    void checkpoint_ofAnEmptiedDatabase_keepsTheSequenceNumber() {
        try (Engine engine = Engine.open(config("db"))) {
            fill(engine, "old");
            engine.deleteRange("", "z");
            engine.compact();
            engine.checkpoint(dir.resolve("copy"));
        }
        try (Engine copy = Engine.open(config("copy"))) {
            assertThat(copy.lastSeqno()).isEqualTo(1_001);
            assertThat(copy.query(Query.all())).isEmpty();
        }
    }

    /**
     * What a failed checkpoint had made stayed: links that kept the space of tables which the database dropped later,
     * on a full disk most likely, and a target that was refused from then on as not empty.
     */
    @Test
    void checkpoint_failsAtAnyCall_leavesNothingAndCanBeMadeAgain() {
        Path target = Path.of("/data/copy").toAbsolutePath();
        Config config = Config.builder()
                .dataDir(Path.of("/data/db").toAbsolutePath())
                .autoBackground(false)
                .build();
        boolean failed = true;
        int failAt = 1;
        for (; failed; failAt++) {
            FaultyFileSystem files = new FaultyFileSystem();
            try (Engine engine = EngineOpening.open(config, files)) {
                fill(engine, "one");
                fill(engine, "two");
                failed = failsAtCall(files, failAt, target, engine);
                if (failed) {
                    assertThat(files.list(target)).as("call %s", failAt).isEmpty();
                    assertThat(files.list(target.resolve("sst"))).isEmpty();
                    engine.checkpoint(target);
                }
                try (Engine copy =
                        EngineOpening.open(config.toBuilder().dataDir(target).build(), files)) {
                    assertThat(copy.query(Query.all())).hasSize(1_000);
                    assertThat(copy.verify().problems()).isEmpty();
                }
                assertThat(engine.verify().problems()).isEmpty();
            }
        }
        assertThat(failAt).isGreaterThan(10);
    }

    /**
     * Makes a checkpoint whose call of this number, of those that change something below the target, fails; whether
     * there was one.
     */
    private static boolean failsAtCall(FaultyFileSystem files, int failAt, Path target, Engine engine) {
        int[] calls = new int[1];
        files.setFault((call, path) -> {
            if (call.isChanging() && path.startsWith(target) && ++calls[0] == failAt) {
                throw new StorageException("Cannot " + call + " " + path + ": made for the test", null);
            }
        });
        try {
            engine.checkpoint(target);
            return false;
        } catch (StorageException e) {
            assertThat(e).hasMessageContaining("made for the test");
            return true;
        } finally {
            files.setFault((call, path) -> {});
        }
    }

    /**
     * Two copies into one target both found it empty. One returned without an error but named tables that the other
     * had taken away again, or one wrote its manifest over the other's.
     */
    @Test
    void checkpoint_anotherBeginsAtAnyCall_oneIsWholeAndTheOtherIsRefused() {
        assertOneOfTwo((engine, files, target) -> engine.checkpoint(target));
    }

    /** The same for a salvage. */
    @Test
    void salvage_checkpointIntoItsTargetAtAnyCall_oneIsWholeAndTheOtherIsRefused() {
        assertOneOfTwo((engine, files, target) -> {
            engine.close();
            Salvage.run(files, engine.config().dataDir(), target);
        });
    }

    private interface Copying {
        void copy(Engine engine, FaultyFileSystem files, Path target);
    }

    private static void assertOneOfTwo(Copying first) {
        Path data = Path.of("/data").toAbsolutePath();
        Config config = Config.builder().dataDir(data).autoBackground(false).build();
        boolean begun = true;
        int beginAt = 1;
        for (; begun; beginAt++) {
            FaultyFileSystem files = new FaultyFileSystem();
            Path target = data.resolve("copy");
            try (Engine one = EngineOpening.open(
                            config.toBuilder().dataDir(data.resolve("one")).build(), files);
                    Engine two = EngineOpening.open(
                            config.toBuilder().dataDir(data.resolve("two")).build(), files)) {
                fill(one, "one");
                fill(two, "two");
                two.compact();
                Boolean[] secondDone = new Boolean[1];
                int[] calls = new int[1];
                int at = beginAt;
                files.setFault((call, path) -> {
                    if (path.startsWith(target) && ++calls[0] == at) {
                        secondDone[0] = isDone(() -> two.checkpoint(target));
                    }
                });
                boolean firstDone = isDone(() -> first.copy(one, files, target));
                files.setFault((call, path) -> {});
                begun = secondDone[0] != null;
                assertThat(firstDone).as("call %s", at).isNotEqualTo(Boolean.TRUE.equals(secondDone[0]));
                assertWhole(files, config.toBuilder().dataDir(target).build(), firstDone ? "one" : "two");
            }
        }
        assertThat(beginAt).isGreaterThan(10);
    }

    /** An engine made a database of its own there, whose manifest the checkpoint then wrote its own over. */
    @Test
    void checkpoint_anEngineOpensItsTargetAtAnyCall_isKeptOutOrFindsItWhole() {
        Path data = Path.of("/data").toAbsolutePath();
        Path target = data.resolve("copy");
        Config config = Config.builder().dataDir(data).autoBackground(false).build();
        Config ofCopy = config.toBuilder().dataDir(target).build();
        int refusals = 0;
        boolean begun = true;
        for (int openAt = 1; begun; openAt++) {
            FaultyFileSystem files = new FaultyFileSystem();
            try (Engine one = EngineOpening.open(
                    config.toBuilder().dataDir(data.resolve("one")).build(), files)) {
                fill(one, "one");
                Boolean[] opened = new Boolean[1];
                int[] calls = new int[1];
                int at = openAt;
                files.setFault((call, path) -> {
                    if (path.startsWith(target) && ++calls[0] == at) {
                        opened[0] = isOpened(ofCopy, files);
                    }
                });
                boolean copied = isDone(() -> one.checkpoint(target));
                files.setFault((call, path) -> {});
                begun = opened[0] != null;
                if (copied) {
                    assertWhole(files, ofCopy, "one");
                } else {
                    assertThat(opened[0]).as("call %s", at).isTrue();
                    try (Engine copy = EngineOpening.open(ofCopy, files)) {
                        assertThat(copy.query(Query.all())).as("call %s", at).hasSize(1);
                    }
                }
                refusals += Boolean.FALSE.equals(opened[0]) ? 1 : 0;
            }
        }
        assertThat(refusals).isGreaterThan(5);
    }

    /** Opens the target of a checkpoint, and writes there what is no part of that; false if it is refused. */
    private static boolean isOpened(Config config, FaultyFileSystem files) {
        try (Engine engine = EngineOpening.open(config, files)) {
            if (engine.query(Query.all()).isEmpty()) {
                engine.write(new WriteBatch().put(FlowRecord.of("own", 0, "own")));
            }
            return true;
        } catch (StorageException e) {
            assertThat(e).hasMessageContaining(config.dataDir() + " is being filled by a checkpoint");
            return false;
        }
    }

    /** A crash amid the copy. */
    @Test
    void open_whatACheckpointHasNotFinished_saysSo() throws IOException {
        Files.createDirectories(dir.resolve("copy").resolve("sst"));
        Files.createFile(dir.resolve("copy").resolve("COPYING"));

        assertThatThrownBy(() -> Engine.open(config("copy")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("by one that a crash has ended");
        assertThatThrownBy(() ->
                        Engine.open(config("copy").toBuilder().readOnly(true).build()))
                .isInstanceOf(StorageException.class);
    }

    private static void assertWhole(FaultyFileSystem files, Config config, String value) {
        assertThat(files.files()).noneMatch(file -> file.endsWith("COPYING"));
        try (Engine copy = EngineOpening.open(config, files)) {
            assertThat(copy.query(Query.all()))
                    .hasSize(1_000)
                    .allMatch(r -> r.valueText().startsWith(value));
            assertThat(copy.verify().problems()).isEmpty();
        }
    }

    /** Whether the copy was made; false if its target was refused. */
    private static boolean isDone(Runnable copy) {
        try {
            copy.run();
            return true;
        } catch (IllegalArgumentException e) {
            assertThat(e).hasMessageContaining("a missing or empty directory");
            return false;
        }
    }

    /** A target below a link to the directory of the database was taken for one outside it. */
    @Test
    void checkpoint_targetInsideByALink_isRefused() throws IOException {
        Path link = dir.resolve("link");
        try (Engine engine = Engine.open(config("db"))) {
            Files.createSymbolicLink(link, dir.resolve("db"));
            for (Path target : List.of(
                    link.resolve("copy"), link.resolve("sst"), link.resolve("a").resolve("b"))) {
                assertThatThrownBy(() -> engine.checkpoint(target))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining("outside the directory of the database");
            }
            Files.createSymbolicLink(dir.resolve("elsewhere"), Files.createDirectory(dir.resolve("real")));
            engine.checkpoint(dir.resolve("elsewhere").resolve("copy"));
        }
        assertThatThrownBy(() -> Engine.salvage(dir.resolve("db"), link.resolve("copy")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("outside the directory of the database");
        assertThatThrownBy(() -> Engine.salvage(link, dir.resolve("db").resolve("copy")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("outside the directory of the database");
        assertThat(dir.resolve("db").resolve("copy")).doesNotExist();
    }
}
