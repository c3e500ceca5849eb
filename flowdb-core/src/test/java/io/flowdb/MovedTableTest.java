package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A table that is moved to the sorted level, and then merged away, while a walk reads it as it was before. The moved
 * table was once opened a second time, and its file deleted when nothing held the second one: an interrupt within a
 * read, which closes the channel, then left the walk without a file to open again.
 */
class MovedTableTest {
    private static final int RECORDS = 200;

    @TempDir
    Path dir;

    @Test
    void scan_itsTableMovedAndMergedAway_keepsTheFileUntilItIsClosed() throws IOException {
        Config config = Config.builder()
                .dataDir(dir)
                .compactionThreshold(2)
                .compactionInterval(Duration.ofMillis(20))
                .blockCacheCapacity(0)
                .build();
        try (Engine engine = Engine.open(config)) {
            write(engine, "a");
            engine.flush();
            Path first = tables().get(0);
            try (RecordScan scan = engine.scan(Query.all())) {
                assertThat(scan.next().keyText()).isEqualTo("a0000");
                write(engine, "b");
                engine.flush();
                await().until(() -> engine.stats().compactions().count() > 0);
                engine.compact();
                assertThat(first).exists();
                for (int i = 1; i < RECORDS; i++) {
                    assertThat(scan.next().keyText()).isEqualTo(String.format("a%04d", i));
                }
                assertThat(scan.hasNext()).isFalse();
            }
            assertThat(first).doesNotExist();
            assertThat(tables()).hasSize((int) engine.stats().tables().count());
            assertThat(engine.query(Query.all())).hasSize(2 * RECORDS);
        }
    }

    private List<Path> tables() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("sst"))) {
            return files.toList();
        }
    }

    private static void write(Engine engine, String prefix) {
        WriteBatch batch = new WriteBatch();
        for (int i = 0; i < RECORDS; i++) {
            batch.put(FlowRecord.of(prefix + String.format("%04d", i), 0, "v".repeat(100) + i));
        }
        engine.write(batch);
    }
}
