package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import io.flowdb.testing.TinyFiles;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Cuts the power at every call that a scripted run makes to its file system, and in each state that the cut may leave
 * behind opens the database again: every acknowledged commit is there, at most the one in flight beside it, whole or
 * not at all, and orphans are gone (T-31).
 *
 * <p>{@code -Dflowdb.test.seed=N} repeats a run, {@code -Dflowdb.test.crashStates=N} sets the number of random states.
 */
class EngineCrashTest {
    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();
    private static final int RANDOM_STATES = Integer.getInteger("flowdb.test.crashStates", 2_000);
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());

    private final Random random = new Random(SEED);

    private static Config config(SyncMode mode) {
        return TinyFiles.in(DIRECTORY, mode).build();
    }

    /** Told of each call that changes something, before it is made. */
    private interface CutPoint {
        void reached();
    }

    /** One run of the script on a fresh file system. */
    private final class Script {
        private final Config config;
        private final FaultyFileSystem files = new FaultyFileSystem();
        private final CrashModel model = new CrashModel(SEED);
        private final Random dice = new Random(SEED + 1);
        private Engine engine;
        private int calls;

        Script(SyncMode mode) {
            this.config = config(mode);
        }

        void run(int commits, CutPoint cutPoint) {
            files.setFault((call, path) -> {
                if (call.isChanging()) {
                    calls++;
                    cutPoint.reached();
                }
            });
            engine = EngineOpening.open(config, files);
            for (int i = 0; i < commits; i++) {
                step();
            }
            engine.close();
            model.allDurable();
            cutPoint.reached();
        }

        private void step() {
            boolean always = !(config.walSyncMode() instanceof SyncMode.Interval);
            boolean sync = always || dice.nextInt(12) == 0;
            model.commit(engine, sync ? WriteOptions.SYNC : WriteOptions.DEFAULT, sync);
            int what = dice.nextInt(30);
            if (what == 0) {
                engine.flush();
                model.allDurable();
            } else if (what == 1) {
                engine.compact();
            } else if (what == 2) {
                engine.close();
                model.allDurable();
                engine = EngineOpening.open(config, files);
            }
        }
    }

    /** Opens what a cut has left, checks it, writes, and opens it again; returns the number of commits found. */
    private int checkRecovery(FaultyFileSystem found, Config config, CrashModel model) {
        int commits;
        FlowRecord marker = FlowRecord.of("zz-marker", 7, "written after recovery");
        try (Engine engine = EngineOpening.open(config, found)) {
            commits = model.commitsIn(engine, model.durable(), model.started());
            checkNoOrphans(found, engine);
            engine.write(new WriteBatch().put(marker), WriteOptions.SYNC);
            FaultyFileSystem again = found.afterPowerCut(Loss.ALL, random);
            try (Engine second = EngineOpening.open(config, again)) {
                checkMarked(second, model, commits, marker);
            }
        }
        try (Engine third = EngineOpening.open(config, found)) {
            checkMarked(third, model, commits, marker);
        }
        return commits;
    }

    /** Files that a cut has left unfinished or unnamed are gone. */
    private static void checkNoOrphans(FaultyFileSystem found, Engine engine) {
        List<String> names =
                found.files().stream().map(p -> p.getFileName().toString()).toList();
        assertThat(names.stream().filter(n -> n.endsWith(".sst")))
                .hasSize(engine.stats().tables().count());
        assertThat(names).allMatch(n -> n.matches("MANIFEST|LOCK|\\d+\\.(sst|wal)"));
    }

    private static void checkMarked(Engine engine, CrashModel model, int commits, FlowRecord marker) {
        assertThat(engine.get(marker.key(), marker.ts())).contains(marker);
        engine.delete(marker.key(), marker.ts());
        assertThat(CrashModel.contentOf(engine)).isEqualTo(model.state(commits));
    }

    private void checkCut(Script script, Loss loss) {
        int call = script.calls;
        FaultyFileSystem found = script.files.afterPowerCut(loss, random);
        try {
            checkRecovery(found, script.config, script.model);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(
                    "seed " + SEED + ", power cut before call " + call + " losing " + loss + ", commits "
                            + script.model.durable() + " to " + script.model.started() + ": " + e,
                    e);
        }
    }

    @Test
    void powerCut_beforeEveryCall_keepsEveryAcknowledgedCommit() {
        Script script = new Script(SyncMode.always());
        script.run(120, () -> {
            checkCut(script, Loss.ALL);
            checkCut(script, Loss.NONE);
        });
        assertThat(script.calls).isGreaterThan(300);
    }

    @Test
    void powerCut_anyPartialState_keepsEveryAcknowledgedCommit() {
        Script dryRun = new Script(SyncMode.always());
        dryRun.run(120, () -> {});
        int perCall = (RANDOM_STATES + dryRun.calls - 1) / dryRun.calls;
        Script script = new Script(SyncMode.always());
        script.run(120, () -> {
            for (int i = 0; i < perCall; i++) {
                checkCut(script, i % 2 == 0 ? Loss.RANDOM : Loss.HOLES);
            }
        });
    }

    @Test
    void powerCut_intervalMode_leavesPrefixOfCommits() {
        Script script = new Script(SyncMode.interval(Duration.ofSeconds(1)));
        script.run(200, () -> {
            checkCut(script, Loss.ALL);
            checkCut(script, Loss.RANDOM);
            checkCut(script, Loss.HOLES);
        });
    }

    @Test
    void powerCut_duringRecoveryAgainAndAgain_endsAsSingleRecovery() {
        Script script = new Script(SyncMode.always());
        script.run(120, () -> {
            if (random.nextInt(4) == 0) {
                checkNestedCuts(script);
            }
        });
    }

    /**
     * The process was killed when it had made a directory and not yet made its name durable. The next one found the
     * directory and took it for durable: a power cut took it, with a database of acknowledged commits, or a checkpoint
     * that had returned.
     */
    @Test
    void kill_whileDirectoriesAreMade_losesNothingLater() {
        Path copy = Path.of("/backup/of/db").toAbsolutePath();
        Config config = config(SyncMode.always());
        List<FaultyFileSystem> killed = new ArrayList<>();
        FaultyFileSystem files = new FaultyFileSystem();
        files.setFault((call, path) -> {
            if (call.isChanging()) {
                killed.add(files.afterKill());
            }
        });
        try (Engine engine = EngineOpening.open(config, files)) {
            engine.checkpoint(copy);
        }
        for (FaultyFileSystem left : killed) {
            try (Engine engine = EngineOpening.open(config, left)) {
                engine.write(FlowRecord.of("k", 1, "v"));
                left.files().stream().filter(p -> p.startsWith(copy)).forEach(left::delete);
                left.delete(copy.resolve("sst"));
                engine.checkpoint(copy);
                FaultyFileSystem found = left.afterPowerCut(Loss.ALL, random);
                for (Config each :
                        List.of(config, config.toBuilder().dataDir(copy).build())) {
                    try (Engine again = EngineOpening.open(each, found)) {
                        assertThat(again.get("k", 1)).isPresent();
                    }
                }
            }
        }
        assertThat(killed).hasSizeGreaterThan(20);
    }

    /** Whatever was being done, also by an opening: replaying, flushing, compacting, copying. */
    @Test
    void crash_ofWorkAfterCrashesOfWork_keepsWhatWasFoundAndAcknowledged() {
        for (SyncMode mode : List.of(SyncMode.always(), SyncMode.interval(Duration.ofSeconds(1)))) {
            Script script = new Script(mode);
            CrashTree tree = new CrashTree(script.config, script.model, random);
            script.run(120, () -> {
                if (random.nextInt(20) == 0 && tree.openings() < RANDOM_STATES / 4) {
                    boolean kill = random.nextBoolean();
                    FaultyFileSystem left =
                            kill ? script.files.afterKill() : script.files.afterPowerCut(Loss.RANDOM, random);
                    String story = "seed " + SEED + ", " + mode + ", " + (kill ? "killed" : "power cut")
                            + " before call " + script.calls;
                    tree.explore(left, script.model.durable(), script.model.started(), story);
                }
            });
            assertThat(tree.openings()).isGreaterThan(RANDOM_STATES / 10);
        }
    }

    private void checkNestedCuts(Script script) {
        FaultyFileSystem found = script.files.afterPowerCut(Loss.RANDOM, random);
        try {
            int expected;
            try (Engine engine = EngineOpening.open(script.config, found.copy())) {
                expected = script.model.commitsIn(engine, script.model.durable(), script.model.started());
            }
            FaultyFileSystem at = found;
            for (int depth = 0; depth < 3; depth++) {
                at = cutDuringOpen(at, script.config);
            }
            assertThat(checkRecovery(at, script.config, script.model)).isEqualTo(expected);
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("seed " + SEED + ", first power cut before call " + script.calls + ": " + e, e);
        }
    }

    /** The state after a cut at a random call of an opening. */
    private FaultyFileSystem cutDuringOpen(FaultyFileSystem files, Config config) {
        List<FaultyFileSystem> cuts = new ArrayList<>();
        FaultyFileSystem opened = files.copy();
        opened.setFault((call, path) -> {
            if (call.isChanging()) {
                cuts.add(opened.afterPowerCut(random.nextBoolean() ? Loss.RANDOM : Loss.HOLES, random));
            }
        });
        EngineOpening.open(config, opened);
        return cuts.isEmpty() ? files : cuts.get(random.nextInt(cuts.size()));
    }
}
