package io.flowdb.json;

import static io.flowdb.json.AbstractJsonDbTest.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineOnFiles;
import io.flowdb.FlowRecord;
import io.flowdb.Preconditions;
import io.flowdb.Salvage;
import io.flowdb.SyncMode;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.ChangeGapException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.json.KeyLayout;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import io.flowdb.testing.TinyFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nobody meets what a salvage of documents has not finished, whenever they look and whenever it ends. The target was
 * given free once its records were there: a crash before its indexes were mended left a database that opened, but did
 * not find documents and took unique values twice; and an engine that opened it then had its files deleted.
 * {@code -Dflowdb.test.seed=N} repeats the random choices.
 */
class JsonSalvageCrashTest {
    private static final Path DAMAGED = Path.of("/data/damaged").toAbsolutePath();
    private static final Path TARGET = Path.of("/data/target").toAbsolutePath();
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int USERS = 60;
    private static final byte[] USER_4 = {1, 1, 0x20, (byte) 0xA1, 5, 0};
    private static final byte[] USER_4_OF_NO_STORE = {1, 9, 0x20, (byte) 0xA1, 5, 0};

    private static Config config(Path directory) {
        return TinyFiles.in(directory, SyncMode.always()).build();
    }

    /** Without the entries of an index, with a document of a store that is not defined, and with recorded changes. */
    private static FaultyFileSystem damaged() {
        FaultyFileSystem files = new FaultyFileSystem();
        try (Engine engine = EngineOnFiles.open(config(DAMAGED), files)) {
            try (JsonDB db = JsonDB.on(engine)) {
                db.changes().close();
                db.createObjectStore(StoreSchema.of("users", "id")
                        .withUniqueIndex("by_email", "email")
                        .withIndex("by_age", "age"));
                for (int i = 0; i < USERS; i++) {
                    db.put("users", json("{'id':" + i + ",'email':'" + i + "@example.org','age':" + i % 7 + "}"));
                }
            }
            engine.flush();
            WriteBatch batch = new WriteBatch()
                    .deleteRange(KeyLayout.index(2), KeyLayout.index(3))
                    .put(USER_4_OF_NO_STORE, engine.latest().get(USER_4).value());
            engine.commit(batch, Preconditions.NONE, WriteOptions.DEFAULT);
        }
        return files;
    }

    private static JsonSalvageReport salvage(FaultyFileSystem files) {
        return EngineOnFiles.salvage(files, DAMAGED, TARGET, JsonSalvage::mend);
    }

    /** Whether the target is there, and then all of it; if not, it is refused or nothing was begun. */
    private static boolean isComplete(FaultyFileSystem files) {
        if (files.files().stream().noneMatch(file -> file.startsWith(TARGET))) {
            return false;
        }
        try (Engine engine = EngineOnFiles.open(config(TARGET), files)) {
            assertThat(engine.verify().problems()).isEmpty();
            try (JsonDB db = JsonDB.on(engine)) {
                assertThat(db.storeNames()).containsExactly("recovered_9", "users");
                assertThat(db.count("recovered_9")).isEqualTo(1);
                assertThat(db.count("users")).isEqualTo(USERS);
                assertThat(db.verifyIndexes("users").problems()).isEmpty();
                assertThat(db.getByIndex("users", "by_email", "4@example.org")).hasSize(1);
                assertThatThrownBy(() -> db.changes(10).close()).isInstanceOf(ChangeGapException.class);
            }
            return true;
        } catch (StorageException e) {
            assertThat(e).hasMessageContaining(TARGET + " is being filled by a checkpoint or a salvage");
            return false;
        }
    }

    @Test
    void crashAtAnyCall_leavesATargetThatIsRefusedOrComplete() {
        FaultyFileSystem files = damaged();
        Random random = new Random(SEED);
        List<FaultyFileSystem> found = new ArrayList<>();
        files.setFault((call, path) -> {
            if (call.isChanging()) {
                synchronized (found) {
                    Loss loss = Loss.values()[random.nextInt(Loss.values().length)];
                    found.add(files.afterPowerCut(Loss.ALL, random));
                    found.add(files.afterPowerCut(loss, random));
                    found.add(files.afterKill());
                }
            }
        });
        assertThat(salvage(files).documents()).containsEntry("users", (long) USERS);
        files.setFault((call, path) -> {});

        int complete = 0;
        for (int i = 0; i < found.size(); i++) {
            try {
                complete += isComplete(found.get(i)) ? 1 : 0;
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", crash " + i + " of " + found.size() + ": " + e, e);
            }
        }
        assertThat(complete).isBetween(1, found.size() / 4);
        assertThat(isComplete(files.afterPowerCut(Loss.ALL, random))).isTrue();
    }

    @Test
    void anOpenOfTheTargetAtAnyCall_isRefusedOrFindsItComplete() {
        FaultyFileSystem files = damaged();
        AtomicBoolean looking = new AtomicBoolean();
        AtomicInteger refusals = new AtomicInteger();
        Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
        files.setFault((call, path) -> {
            if (call.isChanging() && looking.compareAndSet(false, true)) {
                try {
                    refusals.addAndGet(isComplete(files) ? 0 : 1);
                } catch (RuntimeException | AssertionError e) {
                    failures.add(e);
                } finally {
                    looking.set(false);
                }
            }
        });

        salvage(files);

        files.setFault((call, path) -> {});
        assertThat(failures).isEmpty();
        assertThat(refusals).hasValueGreaterThan(20);
        assertThat(isComplete(files)).isTrue();
    }

    /** A reader said that the manifest was missing, and a salvage took what was there for all. */
    @Test
    void writerReaderAndSalvageOfAnUnfinishedTarget_areRefused(@TempDir Path directory) {
        Path damaged = directory.resolve("damaged");
        Path target = directory.resolve("target");
        Path other = directory.resolve("other");
        try (JsonDB db = JsonDB.open(config(damaged))) {
            db.createObjectStore(StoreSchema.of("users", "id").withIndex("by_age", "age"));
            db.put("users", json("{'id':1,'age':1}"));
        }

        JsonSalvageReport report = Salvage.mended(damaged, target, (engine, storage) -> {
            assertRefused(target, () -> Engine.open(config(target)));
            assertRefused(
                    target,
                    () -> Engine.open(config(target).toBuilder().readOnly(true).build()));
            assertRefused(target, () -> Engine.salvage(target, other));
            return JsonSalvage.mend(engine, storage);
        });

        assertThat(report.isComplete()).isTrue();
        assertThat(other).doesNotExist();
        assertThat(target.resolve("LOCK")).doesNotExist();
        try (JsonDB db = JsonDB.open(config(target))) {
            assertThat(db.getByIndex("users", "by_age", 1)).hasSize(1);
        }
    }

    private static void assertRefused(Path target, ThrowingCallable use) {
        assertThatThrownBy(use)
                .isInstanceOf(StorageException.class)
                .hasMessageContaining(target + " is being filled by a checkpoint or a salvage");
    }

    @Test
    void failureAtAnyCall_leavesNothing_andTheSalvageCanBeMadeAgain() {
        FaultyFileSystem before = damaged();
        AtomicInteger calls = new AtomicInteger();
        Random random = new Random(SEED);
        int failures = 0;
        for (int failAt = 1; calls.get() + 2 >= failAt; failAt += 1 + random.nextInt(2)) {
            FaultyFileSystem files = before.copy();
            calls.set(0);
            int at = failAt;
            files.setFault((call, path) -> {
                if (call.isChanging() && path.startsWith(TARGET) && calls.incrementAndGet() == at) {
                    throw FaultyFileSystem.ioError(call, path);
                }
            });
            try {
                salvage(files);
            } catch (FlowDbException e) {
                failures++;
                assertThat(files.files()).as("call %s", failAt).noneMatch(file -> file.startsWith(TARGET));
                assertThat(files.isVacant(TARGET)).isTrue();
                files.setFault((call, path) -> {});
                if (failAt % 5 > 0) {
                    continue;
                }
                salvage(files);
            }
            files.setFault((call, path) -> {});
            assertThat(isComplete(files)).as("call %s", failAt).isTrue();
        }
        assertThat(failures).isGreaterThan(20);
    }

    /** The target has its name, and who opens it then may keep it, though that it has it may not be durable. */
    @Test
    void failureWhenAnotherHasTheTargetOpen_takesNothingFromIt() {
        FaultyFileSystem files = damaged();
        AtomicReference<Engine> other = new AtomicReference<>();
        files.setFault((call, path) -> {
            boolean named = files.exists(TARGET.resolve("MANIFEST"));
            if (call == Call.SYNC_DIRECTORY && path.equals(TARGET) && named && other.get() == null) {
                files.setFault((later, at) -> {});
                other.set(EngineOnFiles.open(config(TARGET), files));
                throw FaultyFileSystem.ioError(call, path);
            }
        });

        assertThatThrownBy(() -> salvage(files)).isInstanceOf(StorageException.class);

        try (Engine engine = other.get()) {
            engine.write(FlowRecord.of("mine", 1, "acknowledged"));
        }
        assertThat(isComplete(files)).isTrue();
        try (Engine engine = EngineOnFiles.open(config(TARGET), files)) {
            assertThat(engine.get("mine", 1)).isPresent();
        }
    }
}
