package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.base.Crc32c;
import io.flowdb.internal.base.LittleEndian;
import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files of each kind with a format number of the future and a right checksum: opening refuses by name and number and
 * changes nothing.
 */
class NewerFormatTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final int FUTURE = 99;
    private static final Config CONFIG =
            Config.builder().dataDir(DIRECTORY).autoBackground(false).build();

    private final FaultyFileSystem files = new FaultyFileSystem();

    /** A table, a manifest, and a log as a killed process leaves it. */
    private FaultyFileSystem killed() {
        Engine engine = EngineOpening.open(CONFIG, files);
        engine.write(FlowRecord.of("flushed", 0, "v"));
        engine.flush();
        engine.write(FlowRecord.of("logged", 0, "v"));
        return files.copy();
    }

    private static void setFormat(byte[] bytes, int at, int start, int crcAt) {
        LittleEndian.putInt(bytes, at, FUTURE);
        LittleEndian.putInt(bytes, crcAt, Crc32c.of(bytes, start, crcAt - start));
    }

    @ParameterizedTest
    @ValueSource(strings = {"MANIFEST", ".wal", ".sst"})
    void open_fileOfNewerFormat_isRefusedAndUnchanged(String kind) {
        FaultyFileSystem found = killed();
        List<Path> all = found.files();
        Path file = all.stream()
                .filter(p -> p.toString().endsWith(kind))
                .findFirst()
                .orElseThrow();
        byte[] bytes = found.content(file);
        if (kind.equals(".sst")) {
            int footer = bytes.length - 72;
            setFormat(bytes, footer + 56, footer, footer + 60);
        } else {
            setFormat(bytes, 8, 0, 36);
        }
        found.replace(file, bytes);
        assertThatThrownBy(() -> EngineOpening.open(CONFIG, found))
                .isInstanceOf(UnsupportedFormatException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining(String.valueOf(FUTURE));
        assertThat(found.content(file)).isEqualTo(bytes);
        assertThat(found.files()).containsAll(all);
    }

    @Test
    void open_sameFilesUnchanged_succeeds() {
        try (Engine engine = EngineOpening.open(CONFIG, killed())) {
            assertThat(engine.query(Query.all())).hasSize(2);
        }
    }
}
