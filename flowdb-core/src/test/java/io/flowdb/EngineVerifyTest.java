package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.io.NioFileSystem;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.ManifestState;
import io.flowdb.internal.manifest.SstMeta;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code verify()} reads, and what a read-only engine refuses. */
class EngineVerifyTest {
    @TempDir
    Path dir;

    private Config config() {
        return Config.builder()
                .dataDir(dir.resolve("db"))
                .autoBackground(false)
                .walSegmentSize(64 << 10)
                .build();
    }

    private static void fill(Engine engine, int from, int to) {
        for (int i = from; i < to; i++) {
            engine.write(FlowRecord.of("key" + i, 1, "value " + i + " ".repeat(200)));
        }
    }

    private List<Path> files(String directory) throws IOException {
        try (Stream<Path> all = Files.list(dir.resolve("db").resolve(directory))) {
            return all.sorted().toList();
        }
    }

    private static void flip(Path file, long at) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[(int) at] ^= 1;
        Files.write(file, bytes);
    }

    /** Point reads of the sorted level look into one table: no error of a checksum, but wrong answers. */
    @Test
    void verify_sortedTablesThatShareKeys_saysSo() throws IOException {
        Path db = dir.resolve("db");
        try (Engine engine = Engine.open(config())) {
            fill(engine, 0, 100);
            engine.flush();
            fill(engine, 50, 150);
            engine.flush();
            assertThat(engine.verify().problems()).isEmpty();
        }
        ManifestState state;
        try (Manifest manifest = Manifest.readOnly(NioFileSystem.INSTANCE, db)) {
            state = manifest.state();
        }
        List<SstMeta> sorted = state.tables().values().stream()
                .map(table -> new SstMeta(table.id(), 1, table.fileBytes(), table.properties()))
                .toList();
        ManifestEdit all =
                new ManifestEdit(sorted, List.of(), state.firstWalSegment(), state.flushedSeqno(), state.nextFileId());
        Files.delete(db.resolve("MANIFEST"));
        Manifest.write(NioFileSystem.INSTANCE, db, ManifestState.EMPTY.apply(all));

        try (Engine engine = Engine.open(config())) {
            assertThat(engine.verify().problems()).singleElement().asString().contains("sorted level share keys");
        }
    }

    @Test
    void verify_ofASoundEngine_readsTablesAndLog() {
        try (Engine engine = Engine.open(config())) {
            fill(engine, 0, 1_000);
            engine.flush();
            fill(engine, 1_000, 1_500);
            VerifyReport report = engine.verify();
            assertThat(report.problems()).isEmpty();
            assertThat(report.isClean()).isTrue();
            assertThat(report.tables()).isEqualTo(1);
            assertThat(report.entries()).isEqualTo(1_000);
            assertThat(report.bytes()).isEqualTo(engine.stats().tables().bytes());
            assertThat(report.logBytes())
                    .isEqualTo(engine.stats().wal().bytes())
                    .isGreaterThan(100_000);
        }
    }

    /**
     * Damage to a log that is only read at the next open is found while there still is an engine that knows the
     * records.
     */
    @Test
    void verify_ofADamagedLog_namesTheSegment() throws IOException {
        try (Engine engine = Engine.open(config())) {
            fill(engine, 0, 1_000);
            List<Path> segments = files("wal");
            assertThat(segments).hasSizeGreaterThan(2);
            for (Path segment : List.of(segments.get(0), segments.get(segments.size() - 1))) {
                for (long at : List.of(3L, 25L, 60L, 500L)) {
                    flip(segment, at);
                    VerifyReport report = engine.verify();
                    assertThat(report.isClean()).isFalse();
                    assertThat(report.logBytes()).isZero();
                    assertThat(report.problems())
                            .singleElement()
                            .asString()
                            .contains(segment.getFileName().toString());
                    flip(segment, at);
                    assertThat(engine.verify().problems()).isEmpty();
                }
            }
        }
    }

    @Test
    void verify_ofADamagedManifest_namesIt() throws IOException {
        try (Engine engine = Engine.open(config())) {
            fill(engine, 0, 10);
            engine.flush();
            fill(engine, 10, 20);
            engine.flush();
            Path manifest = dir.resolve("db/MANIFEST");
            long size = Files.size(manifest);
            for (long at = 0; at < size; at += 7) {
                flip(manifest, at);
                assertThat(engine.verify().problems())
                        .as("offset " + at)
                        .singleElement()
                        .asString()
                        .contains("MANIFEST");
                flip(manifest, at);
            }
            assertThat(engine.verify().problems()).isEmpty();
        }
    }

    /** It was reported as a problem of the data, of which it says nothing. */
    @Test
    void verify_tooManyOpenFiles_isThrown() {
        FaultyFileSystem files = new FaultyFileSystem();
        try (Engine engine = EngineOpening.open(config(), files)) {
            fill(engine, 0, 10);
            engine.flush();
            fill(engine, 10, 20);
            for (String part : List.of("MANIFEST", "wal")) {
                files.setFault((call, path) -> {
                    if (call == Call.OPEN && path.toString().contains(part)) {
                        throw StorageException.tooManyFiles("made for the test", null);
                    }
                });
                assertThatThrownBy(engine::verify)
                        .isInstanceOfSatisfying(
                                StorageException.class,
                                e -> assertThat(e.tooManyFiles()).isTrue());
            }
            files.setFault((call, path) -> {});
            assertThat(engine.verify().problems()).isEmpty();
        }
    }

    /** Writers, flushes and segments that go away meanwhile are no damage. */
    @Test
    void verify_besideWriters_findsNothing() throws InterruptedException {
        try (Engine engine = Engine.open(config())) {
            AtomicReference<Throwable> failure = new AtomicReference<>();
            Thread writer = new Thread(() -> {
                try {
                    for (int round = 0; round < 20; round++) {
                        fill(engine, round * 100, round * 100 + 100);
                        engine.flush();
                    }
                } catch (RuntimeException e) {
                    failure.set(e);
                }
            });
            writer.start();
            int reports = 0;
            while (writer.isAlive() || reports == 0) {
                assertThat(engine.verify().problems()).isEmpty();
                reports++;
            }
            writer.join();
            assertThat(failure.get()).isNull();
            assertThat(engine.verify().tables()).isEqualTo(20);
        }
    }

    /** The records that are only in the log would be missing in the copy, without a word. */
    @Test
    void checkpoint_ofAReadOnlyEngine_isRefusedAndWritesNothing() {
        try (Engine engine = Engine.open(config())) {
            fill(engine, 0, 10);
            try (Engine reader = Engine.open(config().toBuilder().readOnly(true).build())) {
                assertThat(reader.query(Query.all())).hasSize(10);
                assertThatThrownBy(() -> reader.checkpoint(dir.resolve("copy")))
                        .isInstanceOf(ReadOnlyTransactionException.class);
                assertThat(dir.resolve("copy")).doesNotExist();
                assertThat(reader.verify().problems()).isEmpty();
                assertThat(reader.verify().logBytes()).isZero();
            }
        }
    }
}
