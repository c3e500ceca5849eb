package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.Keys;
import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Opens what a crash has left, works on it, and crashes again at any call of that, to any depth: what one opening has
 * found and made durable, and what was acknowledged since, is there in every later one. A crash is a power cut, or the
 * end of the process, after which a power cut may still take what is not durable. Threads: one.
 */
final class CrashTree {
    private static final int MAX_DEPTH = 4;
    private static final String MARKER = "zz-marker";

    private final Config config;
    private final CrashModel model;
    private final Random random;
    private int openings;
    private int copies;

    CrashTree(Config config, CrashModel model, Random random) {
        this.config = config;
        this.model = model;
        this.random = random;
    }

    /** Number of openings so far. */
    int openings() {
        return openings;
    }

    /**
     * What must be found on a disk.
     *
     * @param atLeast commits of the model
     * @param atMost commits of the model
     * @param markers number of markers that were acknowledged
     * @param underWay whether one more marker may be there
     */
    private record Expected(int atLeast, int atMost, int markers, boolean underWay) {}

    /**
     * A checkpoint, finished or not: where, and what it holds if it is one.
     *
     * @param commits of the model, and with
     * @param markers as many markers
     */
    private record Copy(Path directory, int commits, int markers, boolean finished) {}

    private record Crashed(
            FaultyFileSystem disk,
            Expected expected,
            @Nullable Copy copy,
            String story) {}

    /** What is known while a disk is worked on. */
    private final class Work {
        private final FaultyFileSystem disk;
        private final String story;
        private final int one;
        private final List<Crashed> crashed = new ArrayList<>();
        private Expected expected;
        private @Nullable Copy copy;
        private int calls;

        Work(Crashed from, int depth) {
            this.disk = from.disk();
            this.story = from.story();
            this.expected = from.expected();
            this.one = depth == 0 ? 1 : 8 * depth * depth;
            disk.setFault((call, path) -> {
                if (call.isChanging()) {
                    calls++;
                    crash(depth);
                }
            });
        }

        private void crash(int depth) {
            if (depth < MAX_DEPTH && random.nextInt(one) == 0) {
                Loss[] losses = Loss.values();
                int how = random.nextInt(losses.length + 2);
                boolean kill = how >= losses.length;
                FaultyFileSystem left = kill ? disk.afterKill() : disk.afterPowerCut(losses[how], random);
                String what = (kill ? "killed" : "power cut losing " + losses[how]) + " before call " + calls;
                crashed.add(new Crashed(left, expected, copy, story + ", " + what));
            }
        }

        private void run() {
            try (Engine engine = EngineOpening.open(config, disk)) {
                openings++;
                check(engine);
                if (engine.stats().memtables().frozen() >= config.maxFrozenMemtables()) {
                    engine.flush(); // nobody else does it
                }
                mark(engine);
                if (random.nextBoolean()) {
                    engine.flush();
                }
                if (random.nextInt(3) == 0) {
                    engine.compact();
                }
                if (random.nextInt(3) == 0) {
                    checkpoint(engine);
                }
                mark(engine);
            }
            disk.setFault((call, path) -> {});
        }

        private void check(Engine engine) {
            TreeMap<String, String> found = CrashModel.contentOf(engine);
            int markers =
                    expected.markers() + (expected.underWay() && found.containsKey(marker(expected.markers())) ? 1 : 0);
            int commits = commitsIn(found, markers, expected.atLeast(), expected.atMost());
            expected = new Expected(commits, commits, markers, false);
            assertThat(engine.verify().problems()).isEmpty();
        }

        private void mark(Engine engine) {
            int number = expected.markers();
            expected = new Expected(expected.atLeast(), expected.atMost(), number, true);
            engine.write(
                    new WriteBatch().put(FlowRecord.of(Keys.utf8(MARKER + number), 0, Keys.utf8("m".repeat(2_000)))),
                    WriteOptions.SYNC);
            expected = new Expected(expected.atLeast(), expected.atMost(), number + 1, false);
        }

        private void checkpoint(Engine engine) {
            Path target = Path.of("/data/copy" + copies++).toAbsolutePath();
            copy = new Copy(target, expected.atLeast(), expected.markers(), false);
            engine.checkpoint(target);
            copy = new Copy(target, expected.atLeast(), expected.markers(), true);
        }
    }

    private int commitsIn(TreeMap<String, String> found, int markers, int atLeast, int atMost) {
        TreeMap<String, String> content = new TreeMap<>(found);
        for (int i = 0; i < markers; i++) {
            assertThat(content.remove(marker(i))).as(marker(i)).isNotNull();
        }
        for (int commits = atMost; commits >= atLeast; commits--) {
            if (model.state(commits).equals(content)) {
                return commits;
            }
        }
        throw new AssertionError("not the content after " + atLeast + " to " + atMost + " commits and " + markers
                + " markers; differs from the first in " + CrashModel.difference(model.state(atLeast), content));
    }

    private static String marker(int number) {
        return MARKER + number + "@0";
    }

    /** All that may follow on a crash of the model's run that has left {@code disk}. */
    void explore(FaultyFileSystem disk, int atLeast, int atMost, String story) {
        explore(new Crashed(disk, new Expected(atLeast, atMost, 0, false), null, story), 0);
    }

    private void explore(Crashed from, int depth) {
        Work work = new Work(from, depth);
        try {
            checkCopy(from);
            work.run();
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError(from.story() + ": " + e, e);
        }
        for (Crashed next : work.crashed) {
            explore(next, depth + 1);
        }
    }

    /** A directory with a manifest is a whole copy, and one that was announced is there. */
    private void checkCopy(Crashed from) {
        Copy copy = from.copy();
        if (copy == null) {
            return;
        }
        FaultyFileSystem disk = from.disk().copy();
        boolean there = disk.exists(copy.directory().resolve("MANIFEST"));
        assertThat(there || !copy.finished()).as("the copy is there").isTrue();
        if (there) {
            try (Engine engine = EngineOpening.open(
                    config.toBuilder().dataDir(copy.directory()).build(), disk)) {
                commitsIn(CrashModel.contentOf(engine), copy.markers(), copy.commits(), copy.commits());
            }
        }
    }
}
