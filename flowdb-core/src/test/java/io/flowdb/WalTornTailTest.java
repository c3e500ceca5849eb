package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.flowdb.error.CorruptionException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** T-22 to T-24: the log on the real file system, cut and damaged at every byte. */
class WalTornTailTest {
    @TempDir
    Path dir;

    private int copies;

    private static Config config(Path directory) {
        return Config.builder()
                .dataDir(directory)
                .autoBackground(false)
                .memtableSize(64 << 10)
                .build();
    }

    private static TreeMap<String, String> expected(int batches, int puts) {
        TreeMap<String, String> content = new TreeMap<>();
        for (int b = 0; b < batches; b++) {
            for (int i = 0; i < puts; i++) {
                content.put("b" + b + "-" + i + "@" + i, "v" + b + i);
            }
        }
        return content;
    }

    private static void write(Engine engine, int batchNumber, int puts) {
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < puts; i++) {
            batch.put(FlowRecord.of("b" + batchNumber + "-" + i, i, "v" + batchNumber + i));
        }
        engine.write(batch);
    }

    /** A copy of a directory as a killed process leaves it. */
    private Path copyOf(Path source) throws IOException {
        Path target = dir.resolve("copy" + copies++);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.toList()) {
                Path to = target.resolve(source.relativize(file));
                if (Files.isDirectory(file)) {
                    Files.createDirectories(to);
                } else {
                    Files.copy(file, to);
                }
            }
        }
        return target;
    }

    private static Path lastSegment(Path database) throws IOException {
        try (Stream<Path> files = Files.list(database.resolve("wal"))) {
            return files.sorted().reduce((a, b) -> b).orElseThrow();
        }
    }

    /** Length without the zeros that the log keeps ahead. */
    private static int contentLength(byte[] bytes) {
        int length = bytes.length;
        while (bytes[length - 1] == 0) {
            length--;
        }
        return length;
    }

    private static byte[] cutAt(byte[] bytes, int length) {
        return java.util.Arrays.copyOf(bytes, length);
    }

    /** The database after some batches, with the length of the log before the last one. */
    private record Killed(Path database, Path segment, byte[] log, int lastBatchAt, int end) {}

    private Killed killedAfter(int batches, int flushBefore) throws IOException {
        Path live = dir.resolve("live");
        int before = 0;
        try (Engine engine = Engine.open(config(live))) {
            for (int b = 0; b < batches; b++) {
                if (b == flushBefore) {
                    engine.flush();
                }
                if (b == batches - 1) {
                    before = b == 0 || b == flushBefore ? 40 : contentLength(Files.readAllBytes(lastSegment(live)));
                }
                write(engine, b, 2);
            }
            Path database = copyOf(live);
            Path segment = lastSegment(database);
            byte[] log = Files.readAllBytes(segment);
            return new Killed(database, segment, log, before, contentLength(log));
        }
    }

    private void checkOpens(Killed killed, byte[] log, int batches) throws IOException {
        Path database = copyOf(killed.database());
        Files.write(database.resolve("wal").resolve(killed.segment().getFileName()), log);
        TreeMap<String, String> content;
        try (Engine engine = Engine.open(config(database))) {
            content = CrashModel.contentOf(engine);
            assertThat(content).isIn(expected(batches - 1, 2), expected(batches, 2));
            engine.write(FlowRecord.of("after", 1, "the cut"));
            content.put("after@1", "the cut");
        }
        if (copies % 4 == 0) {
            checkReopens(database, content);
        }
    }

    private static void checkReopens(Path database, TreeMap<String, String> content) {
        try (Engine engine = Engine.open(config(database))) {
            assertThat(CrashModel.contentOf(engine)).isEqualTo(content);
        }
    }

    @Test
    void open_logCutAtEveryByteOfLastBatch_keepsEarlierBatches() throws IOException {
        Killed killed = killedAfter(3, -1);
        for (int length = killed.lastBatchAt(); length <= killed.end(); length++) {
            checkOpens(killed, cutAt(killed.log(), length), 3);
        }
    }

    @Test
    void open_logCutInFirstBatchAfterFlush_keepsFlushedBatches() throws IOException {
        Killed killed = killedAfter(2, 1);
        for (int length = killed.lastBatchAt(); length <= killed.end(); length++) {
            checkOpens(killed, cutAt(killed.log(), length), 2);
        }
    }

    @Test
    void open_logZeroedFromEveryByteOfLastBatch_keepsEarlierBatches() throws IOException {
        Killed killed = killedAfter(2, -1);
        for (int length = killed.lastBatchAt(); length <= killed.end(); length++) {
            checkOpens(killed, java.util.Arrays.copyOf(cutAt(killed.log(), length), killed.log().length), 2);
        }
    }

    @Test
    void open_anyByteOfLastFrameFlipped_isTornEnd() throws IOException {
        Killed killed = killedAfter(3, -1);
        for (int at = killed.lastBatchAt(); at < killed.end(); at++) {
            byte[] log = killed.log().clone();
            log[at] ^= (byte) (1 << at % 8);
            checkOpens(killed, log, 3);
        }
    }

    @Test
    void open_anyByteOfEarlierFrameFlipped_namesFileAndOffset() throws IOException {
        Killed killed = killedAfter(3, -1);
        for (int at = 0; at < killed.lastBatchAt() - 50; at++) {
            byte[] log = killed.log().clone();
            log[at] ^= (byte) (1 << at % 8);
            Path database = copyOf(killed.database());
            Path segment = database.resolve("wal").resolve(killed.segment().getFileName());
            Files.write(segment, log);
            Throwable thrown =
                    catchThrowable(() -> Engine.open(config(database)).close());
            assertThat(thrown).as("byte %d", at).isInstanceOf(CorruptionException.class);
            assertThat(((CorruptionException) thrown).file()).isEqualTo(segment.toString());
            assertThat(((CorruptionException) thrown).offset()).isBetween(0L, (long) at);
            assertThat(Files.readAllBytes(segment)).as("evidence is kept").isEqualTo(log);
        }
    }

    @Test
    void open_anyByteFlippedAfterKill_neverGivesOtherValues() throws IOException {
        Path running = dir.resolve("running");
        Path live;
        try (Engine engine = Engine.open(config(running))) {
            write(engine, 0, 2);
            engine.flush();
            write(engine, 1, 2);
            write(engine, 2, 2);
            live = copyOf(running);
        }
        byte[] log = Files.readAllBytes(lastSegment(live));
        int end = contentLength(log);
        for (int at = 0; at < end; at++) {
            Path database = copyOf(live);
            byte[] damaged = log.clone();
            damaged[at] ^= (byte) 0xff;
            Files.write(lastSegment(database), damaged);
            try (Engine engine = Engine.open(config(database))) {
                /* Damage to the last batch cannot be told from a torn end. */
                assertThat(CrashModel.contentOf(engine)).isIn(expected(2, 2), expected(3, 2));
            } catch (CorruptionException e) {
                assertThat(e.file()).contains(".wal");
            }
        }
    }

    @Test
    void open_segmentInTheMiddleMissing_isCorruption() throws IOException {
        Path live = dir.resolve("live");
        Path database;
        Config small = config(live).toBuilder()
                .walSegmentSize(64 << 10)
                .memtableSize(1 << 20)
                .build();
        try (Engine engine = Engine.open(small)) {
            for (int i = 0; i < 30; i++) {
                engine.write(FlowRecord.of("k" + i, 0, "x".repeat(10_000)));
            }
            database = copyOf(live);
        }
        List<Path> segments;
        try (Stream<Path> files = Files.list(database.resolve("wal"))) {
            segments = files.sorted().toList();
        }
        assertThat(segments).hasSizeGreaterThan(3);
        for (int i = 0; i < segments.size() - 1; i++) {
            Path damaged = copyOf(database);
            Files.delete(damaged.resolve("wal").resolve(segments.get(i).getFileName()));
            assertThatThrownBy(() -> Engine.open(config(damaged)).close())
                    .as("segment %d of %d missing", i, segments.size())
                    .isInstanceOf(CorruptionException.class);
        }
    }
}
