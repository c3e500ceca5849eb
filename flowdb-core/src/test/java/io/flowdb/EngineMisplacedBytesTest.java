package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.FlowDbException;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bytes that are sound in themselves but lie in the wrong place, as misdirected writes, exchanged files and old copies
 * leave them: whole blocks at another block's offset, files under another's name, files of an earlier moment. A read
 * gives the right answer or a typed exception.
 */
class EngineMisplacedBytesTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final Config CONFIG = Config.builder()
            .dataDir(DIRECTORY)
            .memtableSize(64 << 10)
            .walSegmentSize(64 << 10)
            .blockSize(512)
            .compression(Compression.NONE)
            .maxFrozenMemtables(64)
            .autoBackground(false)
            .build();

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final TreeMap<String, String> content = new TreeMap<>();

    /** Three tables with the same keys, every record of the same length. */
    @BeforeEach
    void fill() {
        try (Engine engine = EngineOpening.open(CONFIG, files)) {
            for (int table = 0; table < 3; table++) {
                for (int i = 0; i < 40; i++) {
                    String value = String.format("table %d record %03d ", table, i) + "x".repeat(60);
                    engine.write(FlowRecord.of(String.format("key%03d", i), table / 2, value));
                    content.put(String.format("key%03d@%d", i, table / 2), value);
                }
                engine.flush();
            }
        }
    }

    private List<Path> filesIn(String directory) {
        return files.files().stream()
                .filter(p -> p.getParent().endsWith(directory))
                .toList();
    }

    /** True if everything is right, false if a typed exception told of the damage; anything else fails. */
    private boolean answers(FaultyFileSystem damaged, String what) {
        boolean whole = true;
        try (Engine engine = EngineOpening.open(CONFIG, damaged)) {
            for (String version : content.keySet()) {
                whole &= holds(engine, version, what);
            }
            try {
                assertThat(CrashModel.contentOf(engine)).as(what).isEqualTo(content);
            } catch (CorruptionException e) {
                whole = false;
            }
            assertThat(engine.verify().isClean() || !whole)
                    .as("%s: only verify sees it", what)
                    .isTrue();
        } catch (FlowDbException e) {
            assertThat(e).as(what).hasMessageContaining(DIRECTORY.toString());
            return false;
        }
        return whole;
    }

    private boolean holds(Engine engine, String version, String what) {
        int at = version.indexOf('@');
        try {
            assertThat(engine.get(version.substring(0, at), Long.parseLong(version.substring(at + 1)))
                            .map(FlowRecord::valueText))
                    .as("%s: %s", what, version)
                    .contains(content.get(version));
            return true;
        } catch (CorruptionException e) {
            return false;
        }
    }

    /** Where blocks begin, as the errors about damage in them say. */
    private List<Integer> blocksOf(Path table) {
        byte[] bytes = files.content(table);
        TreeSet<Integer> offsets = new TreeSet<>();
        for (int at = 0; at < bytes.length; at += 16) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 1;
            FaultyFileSystem copy = files.copy();
            copy.replace(table, damaged);
            try (Engine engine = EngineOpening.open(CONFIG, copy)) {
                engine.query(Query.all());
            } catch (CorruptionException e) {
                if (e.file().equals(table.toString()) && e.offset() >= 0 && e.offset() <= at) {
                    offsets.add((int) e.offset());
                }
            }
        }
        return List.copyOf(offsets);
    }

    @Test
    void block_inThePlaceOfAnother_isReported() {
        List<Path> tables = filesIn("sst");
        assertThat(tables).hasSize(3);
        int exchanged = 0;
        for (Path table : tables) {
            byte[] bytes = files.content(table);
            List<Integer> offsets = blocksOf(table);
            assertThat(offsets).hasSizeGreaterThan(4);
            for (int from = 0; from + 1 < offsets.size(); from++) {
                int length = offsets.get(from + 1) - offsets.get(from);
                for (int to = 0; to + 1 < offsets.size(); to++) {
                    if (to != from && offsets.get(to + 1) - offsets.get(to) == length) {
                        byte[] damaged = bytes.clone();
                        System.arraycopy(bytes, offsets.get(from), damaged, offsets.get(to), length);
                        exchanged += checkReported(table, damaged, "block " + from + " over " + to);
                    }
                }
            }
        }
        assertThat(exchanged).isGreaterThan(10);
    }

    @Test
    void block_ofAnotherTable_isReported() {
        List<Path> tables = filesIn("sst");
        int exchanged = 0;
        for (int i = 0; i < tables.size(); i++) {
            Path table = tables.get(i);
            byte[] other = files.content(tables.get((i + 1) % tables.size()));
            List<Integer> offsets = blocksOf(table);
            for (int block = 0; block + 1 < offsets.size(); block++) {
                byte[] damaged = files.content(table);
                System.arraycopy(
                        other,
                        offsets.get(block),
                        damaged,
                        offsets.get(block),
                        offsets.get(block + 1) - offsets.get(block));
                if (!Arrays.equals(damaged, files.content(table))) {
                    exchanged += checkReported(table, damaged, "block " + block + " of the next table");
                }
            }
        }
        assertThat(exchanged).isGreaterThan(10);
    }

    private int checkReported(Path file, byte[] damaged, String what) {
        FaultyFileSystem copy = files.copy();
        copy.replace(file, damaged);
        assertThat(answers(copy, file.getFileName() + ": " + what))
                .as("%s: %s unnoticed", file.getFileName(), what)
                .isFalse();
        return 1;
    }

    @Test
    void anyTwoFiles_exchanged_areReported() {
        List<Path> all = files.files().stream().filter(p -> !p.endsWith("LOCK")).toList();
        assertThat(all).hasSizeGreaterThan(3);
        for (Path one : all) {
            for (Path other : all) {
                if (one.compareTo(other) < 0) {
                    FaultyFileSystem copy = files.copy();
                    copy.replace(one, files.content(other));
                    copy.replace(other, files.content(one));
                    assertThat(answers(copy, one + " and " + other + " exchanged"))
                            .isFalse();
                }
            }
        }
    }

    /** A manifest restored from an earlier moment names files that are gone, or misses newer ones; both are found. */
    @Test
    void manifest_ofAnEarlierMoment_isReported() {
        FaultyFileSystem later = files.copy();
        try (Engine engine = EngineOpening.open(CONFIG, later)) {
            engine.compact();
            engine.write(FlowRecord.of("later", 0, "v"));
            engine.flush();
        }
        later.replace(DIRECTORY.resolve("MANIFEST"), files.content(DIRECTORY.resolve("MANIFEST")));
        int before = later.files().size();
        assertThatThrownBy(() -> EngineOpening.open(CONFIG, later))
                .isInstanceOf(FlowDbException.class)
                .hasMessageContaining(DIRECTORY.toString());
        assertThat(later.files()).as("nothing is deleted").hasSizeGreaterThanOrEqualTo(before);
    }

    /**
     * A segment of the log in the place of another. An earlier segment in the place of the last one passed for a torn
     * end: it does not follow the segment before it, so it was deleted, and the commits of the last segment were
     * missing without a word. Its number tells.
     */
    @Test
    void logSegments_exchangedOrRepeated_areReported() {
        FaultyFileSystem logged = files.copy();
        Engine engine = EngineOpening.open(CONFIG, logged);
        for (int i = 0; i < 4; i++) {
            String value = i + "v".repeat(70_000);
            engine.write(FlowRecord.of("log" + i, 0, value));
            content.put("log" + i + "@0", value);
        }
        List<Path> segments = new ArrayList<>(logged.files().stream()
                .filter(p -> p.toString().endsWith(".wal"))
                .toList());
        assertThat(segments).hasSizeGreaterThanOrEqualTo(4);
        for (Path one : segments) {
            for (Path other : segments) {
                if (!one.equals(other)) {
                    FaultyFileSystem copy = logged.copy();
                    copy.replace(one, logged.content(other));
                    assertThat(answers(copy, one + " holds " + other)).isFalse();
                }
            }
        }
    }
}
