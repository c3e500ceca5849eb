package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/**
 * Ids of files rise over the life of a directory and are not given twice, whatever was cut off or deleted meanwhile.
 */
class FileIdsTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();

    private final FaultyFileSystem files = new FaultyFileSystem();

    /** Ids in the order in which they were seen first, by directory. */
    private final Map<String, List<Long>> seen = new HashMap<>();

    private static Config config() {
        return Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .autoBackground(false)
                .maxFrozenMemtables(8)
                .build();
    }

    private Engine open() {
        return EngineOpening.open(config(), files);
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

    /**
     * An id was used again if no edit of the manifest followed: that of a table which could not be finished, after
     * closing, and that of one which a power cut left behind, after it had been deleted at the next opening.
     */
    @Test
    void ids_ofTablesThatWereNeverFinished_areNotUsedAgain() {
        FaultyFileSystem disk = files;
        Set<Path> created = new HashSet<>();
        for (int round = 0; round < 6; round++) {
            boolean cut = round % 2 == 0;
            AtomicReference<FaultyFileSystem> left = new AtomicReference<>(disk);
            FaultyFileSystem now = disk;
            try (Engine engine = EngineOpening.open(config(), now)) {
                write(engine, round);
                now.setFault((call, path) -> {
                    noteTable(created, call, path);
                    if (call == Call.SYNC && path.toString().endsWith(".sst")) {
                        left.set(cut ? now.afterPowerCut(Loss.NONE, new Random(1)) : now);
                        throw FaultyFileSystem.ioError(call, path);
                    }
                });
                assertThatThrownBy(engine::flush).isInstanceOf(StorageException.class);
            }
            disk = left.get();
            for (int reopened = 0; reopened < 2; reopened++) {
                disk.setFault((call, path) -> noteTable(created, call, path));
                try (Engine engine = EngineOpening.open(config(), disk)) {
                    assertThat(engine.query(Query.all())).isNotEmpty();
                }
            }
        }
        assertThat(created).hasSizeGreaterThan(6);
    }

    private static void noteTable(Set<Path> created, Call call, Path path) {
        if (call == Call.CREATE && path.toString().endsWith(".sst")) {
            assertThat(created.add(path)).as("%s is new", path).isTrue();
        }
    }
}
