package io.flowdb.benchmarks.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The small measuring tools: medians, random numbers, timed runs, the version model, sizes, JSON. */
class MeasureTest {
    private static final long TEN_MILLIS = 10_000_000;

    @Test
    void median_oddAndEvenCounts_areTheMiddleAndTheMeanOfTheMiddleTwo() {
        assertThat(Median.of(List.of(9.0, 1.0, 5.0))).isEqualTo(5);
        assertThat(Median.of(List.of(4.0, 1.0, 3.0, 100.0))).isEqualTo(3.5);
    }

    @Test
    void median_missingFigures_areLeftOut() {
        assertThat(Median.of(List.of(Double.NaN, 7.0))).isEqualTo(7);
        assertThat(Median.of(List.of(Double.NaN))).isNaN();
    }

    @Test
    void random_boundedNumbers_coverTheRangeEvenly() {
        Random64 random = new Random64(1);
        int[] counts = new int[10];
        for (int i = 0; i < 100_000; i++) {
            counts[random.nextInt(10)]++;
        }

        assertThat(java.util.Arrays.stream(counts).boxed()).allMatch(count -> count > 9_500 && count < 10_500);
    }

    @Test
    void random_sameSeed_repeats() {
        Random64 one = new Random64(42);
        Random64 two = new Random64(42);

        for (int i = 0; i < 100; i++) {
            assertThat(one.nextLong()).isEqualTo(two.nextLong());
        }
    }

    @Test
    void timedRun_severalThreads_sumsCallsAndTimesEachNth() throws Exception {
        TimedRun run = TimedRun.run(4, Long.MAX_VALUE / 2, 10, (thread, timer) -> {
            for (int i = 0; i < 100; i++) {
                timer.end(timer.begin());
            }
        });

        assertThat(run.calls()).isEqualTo(400);
        assertThat(run.histogram().count()).isEqualTo(40);
        assertThat(run.callsPerSecond()).isPositive();
    }

    @Test
    void timedRun_untilExpired_takesAtLeastThatLong() throws Exception {
        TimedRun run = TimedRun.run(2, TEN_MILLIS, 1, (thread, timer) -> {
            while (!timer.expired()) {
                timer.end(timer.begin());
            }
        });

        assertThat(run.nanos()).isGreaterThanOrEqualTo(TEN_MILLIS);
    }

    @Test
    void timedRun_oneThreadFails_throwsItsFailureAfterAllEnded() {
        AtomicInteger ended = new AtomicInteger();

        assertThatThrownBy(() -> TimedRun.run(3, TEN_MILLIS, 1, (thread, timer) -> {
                    try {
                        if (thread == 1) {
                            throw new WrongAnswerException("record 7");
                        }
                        Thread.sleep(20);
                    } finally {
                        ended.incrementAndGet();
                    }
                }))
                .hasRootCauseInstanceOf(WrongAnswerException.class);
        assertThat(ended).hasValue(3);
    }

    @Test
    void versionModel_beginAndCommit_bracketTheAnswer() {
        VersionModel model = new VersionModel(5);
        assertThat(model.nextPresent(0)).isEqualTo(5);
        assertThat(model.begin(2)).isEqualTo(1);
        assertThat(model.committed(2)).isZero();
        assertThat(model.begun(2)).isEqualTo(1);

        model.commit(2);

        assertThat(model.committed(2)).isEqualTo(1);
        assertThat(model.nextPresent(0)).isEqualTo(2);
        assertThat(model.previousPresent(4)).isEqualTo(2);
        model.delete(2);
        assertThat(model.previousPresent(4)).isEqualTo(-1);
    }

    @Test
    void directories_treeOfFiles_isSummedAndRemoved(@TempDir Path dir) throws Exception {
        Path tree = dir.resolve("a");
        Files.createDirectories(tree.resolve("b"));
        Files.write(tree.resolve("x"), new byte[100]);
        Files.write(tree.resolve("b").resolve("y"), new byte[23]);

        assertThat(Directories.sizeBytes(tree)).isEqualTo(123);
        Directories.remove(tree);
        assertThat(tree).doesNotExist();
        Directories.remove(tree);
    }

    /** At the end of an interrupted run its threads still write: the removal ended with the first new file. */
    @Test
    void removeBesideWriters_filesThatComeMeanwhile_areRemovedToo(@TempDir Path dir) throws Exception {
        Path tree = Files.createDirectories(dir.resolve("a").resolve("b"));
        for (int i = 0; i < 1_000; i++) {
            Files.createFile(tree.resolve("old" + i));
        }
        AtomicInteger created = new AtomicInteger();
        Thread writer = new Thread(() -> {
            try {
                while (true) {
                    Files.createFile(tree.resolve("new" + created.incrementAndGet()));
                    Thread.sleep(1);
                }
            } catch (IOException | InterruptedException e) {
                // the directory is gone
            }
        });
        writer.start();
        while (created.get() < 3) {
            Thread.onSpinWait();
        }
        Directories.removeBesideWriters(dir.resolve("a"), Duration.ofSeconds(20));
        writer.join();
        assertThat(dir.resolve("a")).doesNotExist();
    }

    @Test
    void scratchDirectory_closed_isGone(@TempDir Path dir) throws Exception {
        Path path;
        try (ScratchDirectory scratch = ScratchDirectory.below(dir.resolve("new"), "x-")) {
            path = scratch.path();
            Files.write(path.resolve("file"), new byte[1]);
        }

        assertThat(path).doesNotExist();
    }

    @Test
    void writeMeter_bytesWritten_areDividedByUserBytes(@TempDir Path dir) throws Exception {
        WriteMeter meter = new WriteMeter();
        Files.write(dir.resolve("file"), new byte[300_000]);
        meter.addUserBytes(100_000);

        if (WrittenBytes.now().isPresent()) {
            assertThat(meter.amplification()).isBetween(3.0, 3.5);
        } else {
            assertThat(meter.amplification()).isNaN();
        }
    }

    @Test
    void jsonLine_allKindsOfFields_areOneObject() {
        String line = new JsonLine()
                .text("a", "b\"c\\")
                .number("whole", 12)
                .number("large", 1e12)
                .number("part", 0.12345)
                .number("none", Double.NaN)
                .flag("f", true)
                .toString();

        assertThat(line)
                .isEqualTo(
                        "{\"a\":\"b\\\"c\\\\\",\"whole\":12,\"large\":1000000000000,\"part\":0.123,\"none\":null,\"f\":true}");
    }
}
