package io.flowdb;

import io.flowdb.testing.FaultyFileSystem;
import io.flowdb.testing.FaultyFileSystem.Loss;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A list of steps and what they must leave. The steps are run once with nothing between them, once each with a flush, a
 * compaction and a reopening after every step; each run is then checked by every form of read before a flush, after it,
 * after a compaction, after reopening and after a kill.
 */
final class EngineScenario {
    /** Time at the first step, in microseconds. */
    static final long START = 1_000_000;

    private static final Path DIRECTORY = Path.of("/data/db").toAbsolutePath();

    private final AtomicLong clock = new AtomicLong();
    private final List<Consumer<Engine>> steps = new ArrayList<>();
    private final List<FlowRecord> absent = new ArrayList<>();
    private final Config.Builder config = Config.builder()
            .dataDir(DIRECTORY)
            .memtableSize(64 << 10)
            .walSegmentSize(64 << 10)
            .maxFrozenMemtables(64)
            .blockSize(512)
            .autoBackground(false)
            .clockMicros(clock::get);

    private enum Between {
        NOTHING,
        FLUSH,
        COMPACTION,
        REOPENING
    }

    /** Adds a step. */
    EngineScenario step(Consumer<Engine> step) {
        steps.add(step);
        return this;
    }

    /** Adds a put. */
    EngineScenario put(String key, long ts, String value) {
        return step(e -> e.write(FlowRecord.of(key, ts, value)));
    }

    /** Lets time pass. */
    EngineScenario passMicros(long micros) {
        return step(e -> clock.addAndGet(micros));
    }

    /** Sets the default time to live. */
    EngineScenario defaultTtl(Duration ttl) {
        config.defaultTtl(ttl);
        return this;
    }

    /** Names a version that must not be found. */
    EngineScenario lacks(String key, long ts) {
        absent.add(FlowRecord.of(key, ts, ""));
        return this;
    }

    /** Runs the steps in all ways; each must leave exactly {@code expected}. */
    void leaves(FlowRecord... expected) {
        ReadForms forms = new ReadForms(List.of(expected), absent);
        for (Between between : Between.values()) {
            new Run(between, forms).run();
        }
    }

    /** One way to run the steps. */
    private final class Run {
        private final FaultyFileSystem files = new FaultyFileSystem();
        private final Config settings = config.build();
        private final Between between;
        private final ReadForms forms;
        private Engine engine;

        Run(Between between, ReadForms forms) {
            this.between = between;
            this.forms = forms;
            this.engine = EngineOpening.open(settings, files);
        }

        void run() {
            clock.set(START);
            for (Consumer<Engine> step : steps) {
                step.accept(engine);
                afterStep();
            }
            String after = "with " + between + " after each step, ";
            forms.check(engine, after + "before flush");
            checkCopy(after + "before flush and killed");
            engine.flush();
            forms.check(engine, after + "after flush");
            checkCopy(after + "after flush and killed");
            engine.compact();
            forms.check(engine, after + "after compaction");
            engine.gc();
            forms.check(engine, after + "after gc");
            checkCopy(after + "after compaction and killed");
            reopen();
            forms.check(engine, after + "after reopening");
            engine.close();
        }

        private void afterStep() {
            if (between == Between.FLUSH) {
                engine.flush();
            } else if (between == Between.COMPACTION) {
                engine.flush();
                engine.compact();
            } else if (between == Between.REOPENING) {
                reopen();
            }
        }

        private void reopen() {
            engine.close();
            engine = EngineOpening.open(settings, files);
        }

        private void checkCopy(String state) {
            try (Engine copy = EngineOpening.open(settings, files.afterPowerCut(Loss.ALL, new Random(1)))) {
                forms.check(copy, state);
            }
        }
    }
}
