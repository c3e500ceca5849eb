package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.Keys;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Opens directories of the test resources, which {@link #write} made when a format was fixed: {@code format-1}, and
 * {@code format-2} with tables of format 2. Each has two tables, one plain and one compressed, and a log with commits
 * that no table holds. If a test here fails, old files are no longer read, or files are no longer written as they were:
 * that needs a new format number and a fixture of its own (docs/format). {@code -Dflowdb.test.writeFixture=DIR} writes
 * one.
 */
class FormatFixtureTest {
    private static final long NOW = 1_000_000;
    private static final long EXPIRY = 2_000_000;

    @TempDir
    Path dir;

    private static final String NEWEST = "format-2";

    /**
     * The same format, as it is written now: the compressor chooses other matches than the one of {@link #NEWEST} did.
     */
    private static final String WRITTEN = "format-2-written";

    private Path copyOf(String name) throws IOException, URISyntaxException {
        Path copy = dir.resolve("copy");
        copy(fixture(name), copy);
        return copy;
    }

    @ParameterizedTest
    @ValueSource(strings = {"format-1", NEWEST, WRITTEN})
    void fixture_opened_holdsExactlyWhatWasWritten(String name) throws IOException, URISyntaxException {
        Path copy = copyOf(name);
        try (Engine engine = Engine.open(config(copy, Compression.NONE, EXPIRY - 1))) {
            assertThat(shown(engine, Query.all())).isEqualTo(expected());
            List<String> backwards = new ArrayList<>(expected());
            Collections.reverse(backwards);
            assertThat(shown(engine, Query.all().reverse())).isEqualTo(backwards);
            assertThat(engine.get("fruit/apple", 1)).isEmpty();
            assertThat(engine.getLatest("fruit/apple").map(FlowRecord::valueText))
                    .contains("green");
            assertThat(engine.get("fruit/pear", -5)).isEmpty();
            assertThat(engine.get("veg/leek", 1)).isEmpty();
            assertThat(engine.get("n/015", 15)).isEmpty();
            assertThat(engine.lastSeqno()).isEqualTo(53);
            assertThat(engine.stats().tables().count()).isEqualTo(2);
            assertThat(engine.stats().memtables().records()).isEqualTo(4);
            assertThat(engine.verify().isClean()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"format-1", NEWEST, WRITTEN})
    void fixture_afterExpiry_hidesTheExpiredRecord(String name) throws IOException, URISyntaxException {
        Path copy = copyOf(name);
        try (Engine engine = Engine.open(config(copy, Compression.LZ4, EXPIRY))) {
            assertThat(engine.getLatest("temp/x")).isEmpty();
            assertThat(shown(engine, Query.all())).hasSize(expected().size() - 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"format-1", NEWEST, WRITTEN})
    void fixture_openedReadOnly_isReadAndNotChanged(String name) throws IOException, URISyntaxException {
        Path copy = copyOf(name);
        List<byte[]> before = contents(copy);
        try (Engine engine = Engine.open(
                config(copy, Compression.LZ4, NOW).toBuilder().readOnly(true).build())) {
            assertThat(shown(engine, Query.all())).isEqualTo(expected());
        }
        assertThat(contents(copy)).usingRecursiveComparison().isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"format-1", NEWEST, WRITTEN})
    void fixture_writtenOnAndReopened_keepsOldAndNew(String name) throws IOException, URISyntaxException {
        Path copy = copyOf(name);
        try (Engine engine = Engine.open(config(copy, Compression.LZ4, NOW))) {
            engine.write(FlowRecord.of("zoo", 1, "new"));
            engine.flush();
            engine.compact();
        }
        try (Engine engine = Engine.open(config(copy, Compression.LZ4, NOW))) {
            List<String> all = new ArrayList<>(expected());
            all.add(all.size() - 1, "zoo@1=new");
            assertThat(shown(engine, Query.all())).isEqualTo(all);
            assertThat(engine.lastSeqno()).isEqualTo(54);
        }
    }

    @Test
    void sameCommits_writtenNow_giveTheSameBytes() throws IOException, URISyntaxException {
        Path fresh = dir.resolve("fresh");
        write(dir.resolve("open"), fresh);
        String rewriteTo = System.getProperty("flowdb.test.writeFixture");
        if (rewriteTo != null) {
            copy(fresh, Path.of(rewriteTo));
        }
        for (String name : List.of("MANIFEST", "sst/0000000001.sst", "sst/0000000002.sst", "wal/0000000003.wal")) {
            assertThat(fresh.resolve(name))
                    .hasSameBinaryContentAs(fixture(WRITTEN).resolve(name));
        }
        assertThat(contents(fresh)).hasSameSizeAs(contents(fixture(WRITTEN)));
    }

    /**
     * Writes the fixture in {@code open} and copies it to {@code target} while the engine is still open, so that the
     * log is not flushed.
     */
    private static void write(Path open, Path target) throws IOException {
        try (Engine engine = Engine.open(config(open, Compression.NONE, NOW))) {
            engine.write(new WriteBatch()
                    .put(FlowRecord.of("fruit/apple", 1, "red"))
                    .put(FlowRecord.of("fruit/apple", 2, "green"))
                    .put(FlowRecord.of("fruit/pear", -5, "yellow"))
                    .put(FlowRecord.of("temp/x", Long.MAX_VALUE, "soon").withExpireAt(EXPIRY))
                    .put(FlowRecord.of("veg/leek", 1, "long")));
            engine.flush();
        }
        try (Engine engine = Engine.open(config(open, Compression.LZ4, NOW))) {
            for (int i = 0; i < 40; i++) {
                engine.write(FlowRecord.of(numbered(i), i, "value ".repeat(8) + i));
            }
            engine.write(new WriteBatch()
                    .delete(Keys.utf8("fruit/pear"), -5)
                    .deleteRange(Keys.utf8("veg/a"), Keys.utf8("veg/n"))
                    .put(FlowRecord.of("veg/onion", Long.MIN_VALUE, ""))
                    .put(FlowRecord.of(new byte[] {(byte) 0xff, 0}, 0, new byte[] {0, 1, 2})));
            engine.flush();
            engine.write(FlowRecord.of("log/only", 7, "not in a table"));
            engine.write(new WriteBatch()
                    .delete(Keys.utf8("fruit/apple"), 1)
                    .deleteRange(Keys.utf8(numbered(10)), Keys.utf8(numbered(20)))
                    .put(FlowRecord.of(numbered(12), 12, "back")));
            copy(open, target);
        }
    }

    private static List<String> expected() {
        List<String> all = new ArrayList<>(List.of("fruit/apple@2=green", "log/only@7=not in a table"));
        for (int i = 0; i < 40; i++) {
            if (i < 10 || i >= 20) {
                all.add(numbered(i) + "@" + i + "=" + "value ".repeat(8) + i);
            } else if (i == 12) {
                all.add(numbered(i) + "@12=back");
            }
        }
        all.addAll(List.of(
                "temp/x@9223372036854775807=soon!2000000", "veg/onion@-9223372036854775808=", "\ufffd\0@0=\0\1\2"));
        return all;
    }

    private static String numbered(int i) {
        return String.format("n/%03d", i);
    }

    private static Config config(Path directory, Compression compression, long now) {
        return Config.builder()
                .dataDir(directory)
                .compression(compression)
                .blockSize(512)
                .walSyncMode(SyncMode.interval(Duration.ofHours(1)))
                .autoBackground(false)
                .clockMicros(() -> now)
                .build();
    }

    private static List<String> shown(Engine engine, Query query) {
        return engine.query(query).stream()
                .map(r -> r.keyText() + "@" + r.ts() + "=" + r.valueText()
                        + (r.expireAt() == FlowRecord.NEVER ? "" : "!" + r.expireAt()))
                .toList();
    }

    private static Path fixture(String name) throws URISyntaxException {
        URL url = Optional.ofNullable(FormatFixtureTest.class.getResource("/" + name + "/MANIFEST"))
                .orElseThrow();
        return Objects.requireNonNull(Path.of(url.toURI()).getParent());
    }

    private static void copy(Path from, Path to) throws IOException {
        for (Path path : walk(from)) {
            Path target = to.resolve(from.relativize(path).toString());
            if (Files.isDirectory(path)) {
                Files.createDirectories(target);
            } else if (!path.endsWith("LOCK")) {
                Files.copy(path, target);
            }
        }
    }

    private static List<byte[]> contents(Path directory) throws IOException {
        List<byte[]> contents = new ArrayList<>();
        for (Path path : walk(directory)) {
            if (!Files.isDirectory(path)) {
                contents.add(Files.readAllBytes(path));
            }
        }
        return contents;
    }

    private static List<Path> walk(Path directory) throws IOException {
        try (Stream<Path> paths = Files.walk(directory)) {
            return paths.sorted().toList();
        }
    }
}
