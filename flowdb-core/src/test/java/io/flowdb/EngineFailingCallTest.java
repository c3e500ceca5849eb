package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.CommitUnknownException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Call;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Lets the calls of a scripted run fail in turn: puts, deletes, range deletes, reads, flush, compaction, gc,
 * checkpoint, verify, close and reopening. Nothing acknowledged is lost, nothing refused is stored, no read gives a
 * wrong answer, every error is typed and has the file system's as its cause, and once the disk works again so does the
 * next opening.
 *
 * <p>{@code -Dflowdb.test.seed=N} repeats a run, {@code -Dflowdb.test.failEvery=N} leaves out all but every n-th call, of
 * which the seed says the first: 1 leaves out none, and by default every second run meets a call.
 */
@Timeout(300)
class EngineFailingCallTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final int FAIL_EVERY = Integer.getInteger("flowdb.test.failEvery", 2);
    private static final int COMMITS = 30;

    /** Calls that need one more open file. */
    private static final Set<Call> OPENING = Set.of(Call.CREATE, Call.OPEN, Call.SYNC_DIRECTORY, Call.LIST);

    private static final String EIO = "Input/output error";
    private static final String ENOSPC = "No space left on device";
    private static final String EMFILE = "Too many open files";
    private static final String OOM = "made for the test";

    /** How calls fail. */
    private enum Failure {
        /** One call fails. */
        ONCE(EIO),
        /** One call fails, and if it is a write half of it is written. */
        ONCE_TORN(EIO),
        /** From that call on all fail, until the database is opened again. */
        FOR_EVER(EIO),
        /** One call finds the disk full. */
        FULL_ONCE(ENOSPC),
        /** From that call on the disk is full, until the next maintenance in the script. */
        FULL_FOR_A_WHILE(ENOSPC),
        /** One call finds too many files open. */
        FILES_ONCE(EMFILE),
        /** From that call on too many files are open, until the next maintenance in the script. */
        FILES_FOR_A_WHILE(EMFILE),
        /** One call runs out of memory. */
        MEMORY_ONCE(OOM);

        private final String text;

        Failure(String text) {
            this.text = text;
        }
    }

    private static Config config() {
        return Config.builder()
                .dataDir(DIRECTORY)
                .memtableSize(64 << 10)
                .walSegmentSize(64 << 10)
                .maxFrozenMemtables(64)
                .blockSize(1024)
                .blockCacheCapacity(1 << 20)
                .autoBackground(false)
                .build();
    }

    /** One run of the script. */
    private static final class Run {
        private final FaultyFileSystem files = new FaultyFileSystem();
        private final Random random = new Random(SEED);
        private final Failure failure;
        private final Predicate<Call> affected;
        private final int failAt;
        private int calls;
        private boolean failing;
        private boolean failed;

        /** What the database holds, as far as is known. */
        private TreeMap<String, String> known = new TreeMap<>();

        /** What it may hold instead since a commit with unknown outcome, until it is opened again. */
        private @Nullable TreeMap<String, String> unknown;

        private @Nullable Engine engine;
        private int checkpoints;

        Run(Failure failure, Predicate<Call> affected, int failAt) {
            this.failure = failure;
            this.affected = affected;
            this.failAt = failAt;
            files.setTornWrites(failure == Failure.ONCE_TORN);
            files.setFault(this::before);
        }

        private void before(Call call, Path path) {
            if (!affected.test(call)) {
                return;
            }
            calls++;
            if (calls == failAt) {
                failing = failure == Failure.FOR_EVER || isForAWhile();
                fail(call, path);
            } else if (failing) {
                fail(call, path);
            }
        }

        private void fail(Call call, Path path) {
            failed = true;
            String message = "Cannot " + call + " " + path + ": " + failure.text;
            if (failure == Failure.MEMORY_ONCE) {
                throw new OutOfMemoryError(failure.text);
            }
            IOException cause = new IOException(failure.text);
            throw failure.text.equals(EMFILE)
                    ? StorageException.tooManyFiles(message, cause)
                    : new StorageException(message, cause, failure.text.equals(ENOSPC));
        }

        private boolean isForAWhile() {
            return failure == Failure.FULL_FOR_A_WHILE || failure == Failure.FILES_FOR_A_WHILE;
        }

        /** Runs an action that may fail; false if it did. */
        private boolean attempt(Runnable action) {
            try {
                action.run();
                return true;
            } catch (FlowDbException e) {
                assertThat(failed).as("fails without a fault: %s", e).isTrue();
                assertThat(e).rootCause().hasMessage(failure.text);
                return false;
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessage(OOM);
                return false;
            }
        }

        void run() {
            open();
            for (int i = 0; i < COMMITS; i++) {
                commit();
                if (i % 4 == 0) {
                    read();
                }
                maintain(i);
            }
            checkNoTableIsLeftOver();
            closeEngine();
            failing = false;
            files.setFault((call, path) -> {});
            checkLeft(files.afterPowerCut(Loss.ALL, random));
            checkLeft(files);
        }

        private void open() {
            if (engine == null && attempt(() -> engine = EngineOpening.open(config(), files))) {
                settle(currentEngine());
            }
        }

        private Engine currentEngine() {
            return Objects.requireNonNull(engine);
        }

        /** After an opening the outcome of the commit in doubt is known. */
        private void settle(Engine opened) {
            attempt(() -> {
                TreeMap<String, String> found = CrashModel.contentOf(opened);
                checkIsOneOf(found, known, unknown);
                known = found;
                unknown = null;
            });
        }

        private void commit() {
            TreeMap<String, String> after = new TreeMap<>(known);
            WriteBatch batch = CrashModel.randomBatch(random, after);
            Engine open = engine;
            if (open == null) {
                return;
            }
            try {
                open.write(batch);
                assertThat(unknown == null || batch.isEmpty())
                        .as("accepted after a commit with unknown outcome")
                        .isTrue();
                known = after;
            } catch (CommitUnknownException e) {
                assertThat(failed).isTrue();
                assertThat(e).hasRootCauseMessage(failure.text);
                unknown = after;
            } catch (StorageException e) {
                assertThat(failed).as("fails without a fault: %s", e).isTrue();
                assertThat(e).hasRootCauseMessage(failure.text);
            } catch (OutOfMemoryError e) {
                assertThat(e).hasMessage(OOM);
                unknown = after;
            }
        }

        private void read() {
            Engine open = engine;
            if (open != null) {
                attempt(() -> checkIsOneOf(CrashModel.contentOf(open), known, null));
                attempt(() -> CrashModel.checkPointReads(open, known));
            }
        }

        private void maintain(int step) {
            Engine open = engine;
            if (step % 7 == 6) {
                failing &= !isForAWhile();
            }
            if (open == null) {
                open();
            } else if (step % 7 == 2 || step % 7 == 5) {
                attempt(open::flush);
            } else if (step == 15 || step == 29) {
                attempt(open::compact);
                attempt(open::gc);
            } else if (step == 18) {
                checkpoint(open);
            } else if (step == 20) {
                attempt(open::verify);
            } else if (step == 11 || step == 24) {
                closeEngine();
                failing &= failure != Failure.FOR_EVER || step == 11;
                open();
            }
        }

        /** A checkpoint that returns is whole, whatever failed before. */
        private void checkpoint(Engine open) {
            Path target = Path.of("/data/copy" + checkpoints++).toAbsolutePath();
            if (attempt(() -> open.checkpoint(target))) {
                FaultyFileSystem durable = files.afterPowerCut(Loss.ALL, random);
                try (Engine copy =
                        EngineOpening.open(config().toBuilder().dataDir(target).build(), durable)) {
                    checkIsOneOf(CrashModel.contentOf(copy), known, null);
                }
            }
        }

        private static void checkIsOneOf(
                TreeMap<String, String> found, TreeMap<String, String> one, @Nullable TreeMap<String, String> other) {
            if (!found.equals(one) && !found.equals(other)) {
                throw new AssertionError("differs in " + CrashModel.difference(one, found)
                        + (other == null ? "" : " and in " + CrashModel.difference(other, found)));
            }
        }

        /** Files of tables that failed are gone, while it is known that the manifest does not name them. */
        private void checkNoTableIsLeftOver() {
            Engine open = engine;
            if (open != null && open.stats().lastBackgroundError() == null) {
                long found = files.files().stream()
                        .filter(f -> f.startsWith(DIRECTORY) && f.toString().endsWith(".sst"))
                        .count();
                assertThat(found)
                        .as("files of tables")
                        .isEqualTo(open.stats().tables().count());
            }
        }

        private void closeEngine() {
            Engine open = engine;
            if (open != null) {
                attempt(open::close);
                assertThat(open.isOpen()).isFalse();
                engine = null;
            }
        }

        private void checkLeft(FaultyFileSystem left) {
            TreeMap<String, String> found;
            try (Engine reopened = EngineOpening.open(config(), left)) {
                found = CrashModel.contentOf(reopened);
                checkIsOneOf(found, known, unknown);
                CrashModel.checkPointReads(reopened, found);
                assertThat(reopened.verify().problems()).isEmpty();
                reopened.write(FlowRecord.of("zz", 0, "z"));
                reopened.delete("zz", 0);
                reopened.compact();
                checkIsOneOf(CrashModel.contentOf(reopened), found, null);
            }
            try (Engine again = EngineOpening.open(config(), left)) {
                checkIsOneOf(CrashModel.contentOf(again), found, null);
            }
        }
    }

    private static void failEachInTurn(Failure failure, Predicate<Call> affected, int atLeast) {
        Run dry = new Run(failure, affected, 0);
        dry.run();
        assertThat(dry.calls).isGreaterThan(atLeast);
        for (int failAt = 1 + (int) Math.floorMod(SEED, FAIL_EVERY); failAt <= dry.calls; failAt += FAIL_EVERY) {
            Run run = new Run(failure, affected, failAt);
            try {
                run.run();
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("seed " + SEED + ", " + failure + " at call " + failAt + ": " + e, e);
            }
        }
    }

    @Test
    void everyCall_failsOnce_losesNothing() {
        failEachInTurn(Failure.ONCE, call -> true, 200);
    }

    @Test
    void everyWrite_failsHalfWay_losesNothing() {
        failEachInTurn(Failure.ONCE_TORN, call -> call == Call.WRITE, 60);
    }

    @Test
    void everyChangingCall_failsFromThereOn_losesNothing() {
        failEachInTurn(Failure.FOR_EVER, Call::isChanging, 100);
    }

    @Test
    void everyWrite_diskFullOnce_losesNothing() {
        failEachInTurn(Failure.FULL_ONCE, call -> call == Call.WRITE || call == Call.CREATE, 60);
    }

    @Test
    void everyWrite_diskFullForAWhile_losesNothing() {
        failEachInTurn(Failure.FULL_FOR_A_WHILE, call -> call == Call.WRITE || call == Call.CREATE, 60);
    }

    /**
     * An error in the sync that makes the name of a new directory durable left the directory: who met it later took it
     * for durable, and a checkpoint in it that had returned was gone after a power cut.
     */
    @Test
    void everyCall_outOfMemoryOnce_losesNothing() {
        failEachInTurn(Failure.MEMORY_ONCE, call -> true, 200);
    }

    @Test
    void everyOpening_tooManyFilesOnce_losesNothing() {
        failEachInTurn(Failure.FILES_ONCE, OPENING::contains, 60);
    }

    @Test
    void everyOpening_tooManyFilesForAWhile_losesNothing() {
        failEachInTurn(Failure.FILES_FOR_A_WHILE, OPENING::contains, 60);
    }
}
