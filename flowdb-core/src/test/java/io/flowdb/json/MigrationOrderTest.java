package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.flowdb.Config;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.SchemaConflictException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Migrations run once and in the order of their versions. One that was added below the version of the schema was
 * skipped without a word.
 */
class MigrationOrderTest {
    private final JsonDB db = JsonDB.on(new MemoryStore());
    private final List<Integer> carriedOut = new ArrayList<>();

    private int migrate(int... versions) {
        return db.migrate(IntStream.of(versions)
                .mapToObj(version -> Migration.of(version, "step " + version, m -> carriedOut.add(version)))
                .toList());
    }

    private void assertRefused(int version, int... versions) {
        int before = db.schemaVersion();
        List<Integer> done = List.copyOf(carriedOut);
        assertThatExceptionOfType(SchemaConflictException.class)
                .isThrownBy(() -> migrate(versions))
                .withMessageContaining("version " + version + " was never carried out")
                .withMessageContaining("version " + before);
        assertThat(carriedOut).isEqualTo(done);
        assertThat(db.schemaVersion()).isEqualTo(before);
    }

    @Test
    void migrate_withAVersionBelowTheSchema_isRefusedBeforeAnythingIsDone() {
        assertThat(migrate(1, 3)).isEqualTo(2);
        assertRefused(2, 1, 2, 3);
        assertRefused(2, 1, 2, 3, 4);
        assertRefused(2, 2);
        assertThat(migrate(1, 3, 4)).isEqualTo(1);
        assertThat(migrate(4, 7)).as("the older ones are in the code no more").isEqualTo(1);
        assertRefused(5, 5, 8);
        assertThat(migrate()).isZero();
        assertThat(carriedOut).containsExactly(1, 3, 4, 7);
    }

    /** An upgrade in one step is recorded as one migration, so single steps up to it were not carried out. */
    @Test
    void migrate_belowAnUpgrade_isRefused() {
        Config config = Config.builder().inMemory(true).build();
        try (JsonDB upgraded = JsonDB.open(config, 5, (m, from) -> carriedOut.add(from))) {
            assertThatExceptionOfType(SchemaConflictException.class)
                    .isThrownBy(() -> upgraded.migrate(List.of(Migration.of(4, "four", m -> carriedOut.add(4)))));
            assertThat(upgraded.migrate(List.of(Migration.of(6, "six", m -> carriedOut.add(6)))))
                    .isEqualTo(1);
        }
        assertThat(carriedOut).containsExactly(0, 6);
    }

    /**
     * There was no way to give limits to a database that is upgraded as it is opened; an upgrade that ended with an
     * error of the JVM left it open.
     */
    @Test
    void open_withLimitsAndAVersion_hasThemInTheUpgradeAndLater(@TempDir Path directory) {
        Config config = Config.of(directory);
        JsonLimits limits = JsonLimits.DEFAULT.withMaxDepth(2);
        assertThatExceptionOfType(LimitExceededException.class)
                .isThrownBy(() -> JsonDB.open(config, limits, 1, (m, from) -> {
                    m.createObjectStore(StoreSchema.of("s", "id"));
                    m.documents().put("s", json("{'id':1,'a':[[]]}"));
                }));
        assertThatExceptionOfType(NoClassDefFoundError.class)
                .isThrownBy(() -> JsonDB.open(config, limits, 1, (m, from) -> {
                    throw new NoClassDefFoundError("on purpose");
                }));
        Upgrade upgrade = (m, from) -> m.createObjectStore(StoreSchema.of("s", "id"));
        try (JsonDB db = JsonDB.open(config, limits, 1, upgrade)) {
            db.put("s", json("{'id':1,'a':[]}"));
            assertThatExceptionOfType(LimitExceededException.class)
                    .isThrownBy(() -> db.put("s", json("{'id':2,'a':[[]]}")));
            assertThat(db.schemaVersion()).isEqualTo(1);
        }
    }
}
