package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineOnFiles;
import io.flowdb.SyncMode;
import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/**
 * A disk that fills up while an index is built, and leaves no space to take back what was begun. The half-built index
 * stayed in the catalog, and the next change of the schema made it readable: an index that knew of a part of the
 * documents.
 */
class IndexBuildDiskFullTest {
    private static final int DOCUMENTS = 4000;
    private static final int ROOMS = 8;

    private FaultyFileSystem files = new FaultyFileSystem();
    private int room;
    private Engine engine;
    private JsonDB db;

    private void fill() {
        files = new FaultyFileSystem();
        Config config = Config.builder()
                .dataDir(Path.of("/data/full").toAbsolutePath())
                .walSyncMode(SyncMode.always())
                .walSegmentSize(64 << 10)
                .memtableSize(1 << 20)
                .autoBackground(false)
                .build();
        engine = EngineOnFiles.open(config, files);
        db = JsonDB.on(engine);
        db.createObjectStore(StoreSchema.of("s", "id").withIndex("v", "v"));
        List<ObjectNode> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(
                    json("{}").put("id", i).put("v", i % 10).put("u", "u" + i % (DOCUMENTS - 1) + "x".repeat(40)));
        }
        db.putAll("s", documents);
    }

    private void close() {
        db.close();
        engine.close();
    }

    private void eachRoom(Runnable test) {
        for (room = 0; room < ROOMS; room++) {
            fill();
            test.run();
            close();
        }
    }

    /** There is space for {@link #room} writes, so that each step of a build is the first that fails once. */
    private void fillUp() {
        AtomicInteger writes = new AtomicInteger();
        files.setFault((call, path) -> {
            if (call == Call.WRITE && writes.incrementAndGet() > room) {
                throw new StorageException(
                        "Cannot write to " + path + ": No space left on device",
                        new IOException("No space left on device"),
                        true);
            }
        });
    }

    private void failToBuild(IndexSchema index) {
        fillUp();
        assertThatThrownBy(() -> db.createIndex("s", index))
                .isInstanceOfSatisfying(
                        StorageException.class, e -> assertThat(e.diskFull()).isTrue());
        assertThat(db.getStore("s").index(index.name())).isEmpty();
        files.setFault((call, path) -> {});
    }

    private void assertComplete() {
        assertThat(db.query("s").whereRange("u", "u", "v").count()).isEqualTo(DOCUMENTS);
        assertThat(db.getByIndex("s", "u", KeyRange.prefix("u"))).hasSize(DOCUMENTS);
        assertThat(db.verifyIndexes("s").problems()).isEmpty();
        assertThat(db.getStore("s").indexes()).extracting(IndexSchema::name).doesNotHaveDuplicates();
        DocumentPowerCutTest.assertNothingLeftBehind(db, engine);
    }

    @Test
    void createIndex_afterAFullDisk_startsAnew() {
        eachRoom(() -> {
            failToBuild(IndexSchema.of("u", "u"));
            db.createIndex("s", IndexSchema.of("u", "u"));
            assertComplete();
        });
    }

    @Test
    void applySchemas_afterAFullDisk_makesOnlyWhatIsAskedFor() {
        eachRoom(() -> {
            failToBuild(IndexSchema.unique("other", "u"));
            db.applySchemas(
                    List.of(StoreSchema.of("s", "id").withIndex("u", "u").withIndex("v", "v")), SchemaMode.UPDATE);
            assertThat(db.getStore("s").indexes()).extracting(IndexSchema::name).containsExactlyInAnyOrder("u", "v");
            assertComplete();
        });
    }

    @Test
    void createObjectStore_afterAFullDisk_takesBackWhatWasBegun() {
        eachRoom(() -> {
            failToBuild(IndexSchema.of("u", "u"));
            db.createObjectStore("another", "id");
            DocumentPowerCutTest.assertNothingLeftBehind(db, engine);
        });
    }

    /**
     * Writers went on to keep an index that nobody wanted any more up to date, and to respect it: a value that two
     * documents may share was refused until the next change of the schema.
     */
    @Test
    void uniqueIndex_thatCouldNotBeTakenBack_bindsNobody() {
        eachRoom(() -> {
            try (JsonTransaction before = db.transaction(TransactionMode.READ_WRITE, "s")) {
                failToBuild(IndexSchema.unique("other", "u"));
                ObjectNode alike = json("{'v':1}").set("u", db.get("s", 5).get("u"));
                db.put("s", alike.deepCopy().put("id", DOCUMENTS));
                db.putAll(
                        "s",
                        List.of(alike.deepCopy().put("id", 6), alike.deepCopy().put("id", DOCUMENTS + 1)));
                db.inTransaction(
                        TransactionMode.READ_WRITE,
                        List.of("s"),
                        t -> t.put("s", alike.deepCopy().put("id", 7)));
                db.delete("s", 5);
                db.update("s", 6, document -> ((ObjectNode) document).put("u", "another"));
                before.put("s", json("{'id':8,'u':'another'}"));
            }
            assertThat(db.query("s").whereEq("v", 1).count()).isEqualTo(DOCUMENTS / 10 + 4);
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
            if (room % 2 == 0) {
                db.createObjectStore("another", "id");
            } else {
                db.close();
                db = JsonDB.on(engine);
            }
            DocumentPowerCutTest.assertNothingLeftBehind(db, engine);
            assertThat(db.verifyIndexes("s").problems()).isEmpty();
        });
    }

    @Test
    void migration_afterAFullDisk_startsAnew() {
        eachRoom(() -> {
            failToBuild(IndexSchema.of("u", "u"));
            Migration migration = Migration.of(1, "index", m -> m.createIndex("s", IndexSchema.of("u", "u")));
            fillUp();
            assertThatThrownBy(() -> db.migrate(List.of(migration))).isInstanceOf(StorageException.class);
            assertThat(db.schemaVersion()).isZero();
            files.setFault((call, path) -> {});
            assertThat(db.migrate(List.of(migration))).isEqualTo(1);
            assertComplete();
        });
    }
}
