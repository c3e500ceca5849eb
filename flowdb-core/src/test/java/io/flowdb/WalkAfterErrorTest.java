package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A walk that is gone on with after a read has failed: it may fail again, but it skips nothing and does not seem to be
 * at its end.
 */
class WalkAfterErrorTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();

    private final FaultyFileSystem files = new FaultyFileSystem();

    private Engine open() {
        Config config = Config.builder()
                .dataDir(DIRECTORY)
                .blockSize(512)
                .blockCacheCapacity(0)
                .autoBackground(false)
                .build();
        return EngineOpening.open(config, files);
    }

    /**
     * A failed read left the walk between two blocks: the next call took the unread block for the one before, or left
     * it out, or ended the walk.
     */
    @ParameterizedTest(name = "reverse {0}")
    @ValueSource(booleans = {false, true})
    void next_afterAFailedRead_skipsNothing(boolean reverse) {
        try (Engine engine = open()) {
            for (int table = 0; table < 2; table++) {
                for (int i = 0; i < 400; i++) {
                    engine.write(FlowRecord.of(String.format("key%04d", 2 * i + table), 1, "value".repeat(20)));
                }
                engine.flush();
            }
            Query query = reverse ? Query.all().reverse() : Query.all();
            List<String> expected =
                    engine.query(query).stream().map(FlowRecord::keyText).toList();
            for (int failing = 1; failing < 20; failing++) {
                List<String> seen = new ArrayList<>();
                boolean ended = walk(engine, query, failing, seen);
                files.setFault((call, path) -> {});
                assertThat(seen).as("read %d failed", failing).isEqualTo(expected.subList(0, seen.size()));
                assertThat(ended && seen.size() < expected.size())
                        .as("ended early")
                        .isFalse();
            }
        }
    }

    /** Whether the walk came to an end; it is given up after a few failures. */
    private boolean walk(Engine engine, Query query, int failing, List<String> seen) {
        AtomicInteger left = new AtomicInteger(failing);
        files.setFault((call, path) -> {
            if (call == Call.READ && left.decrementAndGet() == 0) {
                throw FaultyFileSystem.ioError(call, path);
            }
        });
        int failures = 0;
        try (RecordScan scan = engine.scan(query)) {
            while (failures < 3) {
                try {
                    if (!scan.hasNext()) {
                        return true;
                    }
                    seen.add(scan.next().keyText());
                } catch (StorageException e) {
                    failures++;
                }
            }
        }
        assertThat(failures).isPositive();
        return false;
    }
}
