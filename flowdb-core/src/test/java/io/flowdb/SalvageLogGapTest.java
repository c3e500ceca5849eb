package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link Engine#salvage} says of a log that has lost a part without leaving damaged bytes behind. It called a copy
 * complete though the first segment was gone, or cut to its header.
 */
class SalvageLogGapTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final Path TARGET = Path.of("/data/saved").toAbsolutePath();
    private static final int HEADER_BYTES = 40;

    /** Three segments, as each opening begins one: commits 1 to 10, 11 to 13 and 14. */
    private FaultyFileSystem files = new FaultyFileSystem();

    @BeforeEach
    void writeLog() {
        write(10);
        write(3);
        write(1);
    }

    private static Config config(Path directory) {
        return Config.builder().dataDir(directory).autoBackground(false).build();
    }

    private void write(int records) {
        Engine engine = EngineOpening.open(config(DIRECTORY), files);
        for (int i = 0; i < records; i++) {
            engine.write(FlowRecord.of("key" + (engine.lastSeqno() + 1), 1, "value"));
        }
        files = files.afterKill();
    }

    private static Path segment(int number) {
        return DIRECTORY.resolve("wal").resolve(String.format("%010d.wal", number));
    }

    /** The file is cut behind {@code bytes}; taken away if that is negative. */
    private void cut(Path file, int bytes) {
        files.replace(file, bytes < 0 ? null : Arrays.copyOf(files.content(file), bytes));
    }

    private SalvageReport salvage(int expectedRecords) {
        SalvageReport report = Salvage.run(files, DIRECTORY, TARGET);
        try (Engine engine = EngineOpening.open(config(TARGET), files)) {
            assertThat(engine.query(Query.all())).hasSize(expectedRecords);
        }
        return report;
    }

    @Test
    void aSoundLog_isComplete() {
        assertThat(salvage(14).problems()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 20, HEADER_BYTES - 1, HEADER_BYTES})
    void theFirstSegmentGoneOrCut_isNamed_withTheMissingCommits(int bytes) {
        cut(segment(1), bytes);
        SalvageReport report = salvage(4);
        assertThat(report.isComplete()).isFalse();
        assertThat(report.problems()).hasSize(2);
        assertThat(report.problems().get(0)).contains("0000000001.wal");
        assertThat(report.problems().get(1))
                .contains("0000000002.wal", "commits with sequence numbers 1 to 10 are missing");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 20, HEADER_BYTES - 1, HEADER_BYTES})
    void aSegmentInTheMiddleGoneOrCut_isNamed_withTheMissingCommits(int bytes) {
        cut(segment(2), bytes);
        SalvageReport report = salvage(11);
        assertThat(report.isComplete()).isFalse();
        assertThat(report.problems().get(0)).contains("0000000002.wal");
        assertThat(report.problems()).anySatisfy(line -> assertThat(line).contains("frames from log position"));
        assertThat(report.problems())
                .last()
                .asString()
                .contains("0000000003.wal", "commits with sequence numbers 11 to 13 are missing");
    }

    /** The line named the segment behind it. */
    @Test
    void aDamagedFrameAtTheEndOfASegment_isNamedByThatSegment() {
        byte[] bytes = files.content(segment(1)).clone();
        int last = bytes.length - 1;
        while (bytes[last] == 0) {
            last--;
        }
        bytes[last] ^= 1;
        files.replace(segment(1), bytes);
        SalvageReport report = salvage(13);
        assertThat(report.problems()).hasSize(2);
        assertThat(report.problems().get(0)).contains("0000000001.wal at offset ", "frames from log position");
        assertThat(report.problems().get(1)).contains("commits with sequence numbers 10 to 10 are missing");
    }

    /** A crash leaves that, when it comes while a segment is made: it never held anything. */
    @ParameterizedTest
    @ValueSource(ints = {0, 20, HEADER_BYTES})
    void aLastSegmentThatWasBeingMade_isNoDamage(int bytes) {
        files.replace(segment(4), new byte[bytes]);
        assertThat(salvage(14).problems()).isEmpty();
    }

    @Test
    void aLastSegmentOfAHeaderAlone_isNoDamage() {
        cut(segment(3), HEADER_BYTES);
        assertThat(salvage(13).problems()).isEmpty();
    }
}
