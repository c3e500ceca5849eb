package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Errors, such as a lack of memory, in the middle of a read: whoever reads is counted out, so that files of dropped
 * tables go.
 */
class ReadErrorTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final byte[] KEY = Keys.utf8("k");

    private final FaultyFileSystem files = new FaultyFileSystem();
    private final AtomicBoolean failing = new AtomicBoolean();

    private static final class MadeForTheTest extends OutOfMemoryError {}

    private void failIfAsked() {
        if (failing.get()) {
            throw new MadeForTheTest();
        }
    }

    private Engine open() {
        Config config = Config.builder()
                .dataDir(DIRECTORY)
                .blockCacheCapacity(0)
                .indexMemoryBudget(0)
                .autoBackground(false)
                .clockMicros(() -> {
                    failIfAsked();
                    return 1_000_000;
                })
                .build();
        return EngineOpening.open(config, files);
    }

    private static Map<String, Consumer<Engine>> reads() {
        Map<String, Consumer<Engine>> reads = new LinkedHashMap<>();
        reads.put("get", e -> e.get(KEY, 0));
        reads.put("get into", e -> e.get(KEY, 0, new byte[10]));
        reads.put("getLatest", e -> e.getLatest(KEY));
        reads.put("query", e -> e.query(Query.all()));
        reads.put("cursor", e -> {
            try (RecordCursor cursor = e.cursor(Query.all().reverse())) {
                while (cursor.next()) {
                    assertThat(cursor.valueLength()).isPositive();
                }
            }
        });
        reads.put("latest", e -> e.latest().get(KEY));
        reads.put("patch", e -> e.patch(KEY, 0, Patch.value(KEY)));
        return reads;
    }

    private long tableFiles() {
        return files.files().stream()
                .filter(file -> file.toString().endsWith(".sst"))
                .count();
    }

    @Test
    void read_errorOnTheWay_leavesNoReaderBehind() {
        for (boolean ofTheClock : new boolean[] {true, false}) {
            reads().forEach((name, read) -> {
                files.files().forEach(file -> files.replace(file, null));
                try (Engine engine = open()) {
                    for (int table = 0; table < 2; table++) {
                        engine.write(new FlowRecord(KEY, 0, 2_000_000, Keys.utf8("value " + table)));
                        engine.flush();
                    }
                    files.setFault((call, path) -> {
                        if (call == Call.READ && !ofTheClock) {
                            failIfAsked();
                        }
                    });
                    failing.set(true);
                    assertThatThrownBy(() -> read.accept(engine)).as(name).isInstanceOf(MadeForTheTest.class);
                    failing.set(false);

                    read.accept(engine);
                    engine.flush();
                    assertThat(engine.compact()).isTrue();
                    assertThat(tableFiles()).as("files after %s", name).isEqualTo(1);
                    assertThat(engine.stats().liveSnapshots()).as(name).isZero();
                } finally {
                    failing.set(false);
                    files.setFault((call, path) -> {});
                }
            });
        }
    }
}
