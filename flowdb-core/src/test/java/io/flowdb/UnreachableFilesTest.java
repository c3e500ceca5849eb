package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.StorageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A log that lies on another volume, behind links, while that volume is away. What could not be looked at was taken for
 * absent: the database opened without the commits since the last flush, and went on.
 */
class UnreachableFilesTest {
    @TempDir
    private Path dir;

    private Path database;
    private Path volume;

    private Config config() {
        return Config.builder().dataDir(database).autoBackground(false).build();
    }

    @BeforeEach
    void write() throws IOException {
        Path original = dir.resolve("original");
        database = dir.resolve("db");
        volume = Files.createDirectory(dir.resolve("volume"));
        try (Engine engine = Engine.open(config().toBuilder().dataDir(original).build())) {
            engine.write(FlowRecord.of("in a table", 0, "v"));
            engine.flush();
            engine.write(FlowRecord.of("in the log", 0, "v"));
            copy(original, database);
        }
    }

    /** As a kill leaves it. */
    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : (Iterable<Path>) all::iterator) {
                if (!path.endsWith("LOCK")) {
                    Files.copy(path, to.resolve(from.relativize(path)));
                }
            }
        }
    }

    private void link(Path path) throws IOException {
        Path moved = volume.resolve(path.getFileName());
        Files.move(path, moved);
        Files.createSymbolicLink(path, moved);
    }

    private void checkMissedWhileAway() throws IOException {
        Path away = dir.resolve("away");
        Files.move(volume, away);
        for (boolean readOnly : new boolean[] {true, false}) {
            Config config = config().toBuilder().readOnly(readOnly).build();
            assertThatThrownBy(() -> Engine.open(config).close())
                    .as("read-only: %s", readOnly)
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("wal");
        }
        Files.move(away, volume);
        for (boolean readOnly : new boolean[] {true, false}) {
            try (Engine engine =
                    Engine.open(config().toBuilder().readOnly(readOnly).build())) {
                assertThat(engine.query(Query.all()))
                        .containsExactly(FlowRecord.of("in a table", 0, "v"), FlowRecord.of("in the log", 0, "v"));
            }
        }
    }

    @Test
    void segment_outOfReach_isMissed() throws IOException {
        List<Path> segments;
        try (Stream<Path> files = Files.list(database.resolve("wal"))) {
            segments = files.toList();
        }
        assertThat(segments).isNotEmpty();
        for (Path segment : segments) {
            link(segment);
        }
        checkMissedWhileAway();
    }

    @Test
    void directoryOfTheLog_outOfReach_isMissed() throws IOException {
        link(database.resolve("wal"));
        checkMissedWhileAway();
    }
}
