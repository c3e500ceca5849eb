package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Ids of files rise over the life of a directory and are never given twice, whatever failed or was deleted meanwhile. */
class FileIdsTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();

    private final FaultyFileSystem files = new FaultyFileSystem();

    /** Ids in the order in which they were seen first, by directory. */
    private final Map<String, List<Long>> seen = new HashMap<>();

    private Engine open() {
        Config config = Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .autoBackground(false)
                .maxFrozenMemtables(8)
                .build();
        return EngineOpening.open(config, files);
    }

    /** To be called before and after each step: each file that is new must have a higher id than all before it. */
    private void look() {
        files.files().stream().sorted().forEach(file -> {
            String name = file.getFileName().toString();
            if (name.endsWith(".sst") || name.endsWith(".wal")) {
                List<Long> ids = seen.computeIfAbsent(name.substring(name.indexOf('.')), kind -> new ArrayList<>());
                long id = Long.parseLong(name.substring(0, name.indexOf('.')));
                if (!ids.contains(id)) {
                    assertThat(ids).as("ids before %s", name).allMatch(before -> before < id);
                    ids.add(id);
                }
            }
        });
    }

    private static void write(Engine engine, int round) {
        for (int i = 0; i < 100; i++) {
            engine.write(FlowRecord.of("key" + i, round, "v".repeat(1_000)));
        }
    }

    @Test
    void ids_overFlushesCompactionsFailuresAndReopens_onlyRise() {
        for (int round = 0; round < 6; round++) {
            try (Engine engine = open()) {
                look();
                write(engine, round);
                look();
                engine.flush();
                look();
                files.setFault((call, path) -> {
                    if (call == Call.SYNC && path.toString().endsWith(".sst")) {
                        look();
                        throw FaultyFileSystem.ioError(call, path);
                    }
                });
                assertThatThrownBy(engine::compact).isInstanceOf(StorageException.class);
                files.setFault((call, path) -> {});
                engine.compact();
                look();
                if (round % 2 == 1) {
                    engine.deleteRange("a", "z"); // then no table is left to tell the highest id
                    engine.flush();
                    engine.compact();
                    look();
                    assertThat(engine.stats().tables().count()).isZero();
                }
            }
            look();
        }
        assertThat(seen.get(".sst")).hasSizeGreaterThan(12);
        assertThat(seen.get(".wal")).hasSizeGreaterThan(6);
    }
}
