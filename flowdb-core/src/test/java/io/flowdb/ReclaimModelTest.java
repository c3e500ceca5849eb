package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Compactions that are due for what has expired or is deleted, after random operations: readers and snapshots see what
 * a map says, and the compactions come to an end. {@code -Dflowdb.test.seed=N} runs one seed alone.
 */
class ReclaimModelTest {
    private static final int STEPS = 3_000;
    private static final int KEYS = 40;

    /** One after the other; a merge of much deleted data may be followed by rewrites of what it made. */
    private static final int MOST_DUE = 50;

    static LongStream seeds() {
        Long one = Long.getLong("flowdb.test.seed");
        return one != null ? LongStream.of(one) : new Random().longs(3);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void reads_afterCompactionsThatAreDue_seeWhatTheModelHas(long seed) {
        AtomicLong clock = new AtomicLong(1_000);
        Config config = Config.builder()
                .inMemory(true)
                .autoBackground(false)
                .maxFrozenMemtables(64)
                .blockSize(512)
                .compactionThreshold(seed % 2 == 0 ? 1_000 : 3)
                .clockMicros(clock::get)
                .build();
        try (Engine engine = Engine.open(config)) {
            Run run = new Run(engine, clock, new Random(seed));
            for (int step = 0; step < STEPS; step++) {
                run.step();
                if (step % 10 == 0) {
                    run.check("step " + step + ", seed " + seed);
                }
            }
            run.pins.forEach(p -> p.snapshot().close());
        }
    }

    /** A snapshot and what it has to show. */
    private record Pinned(Snapshot snapshot, List<FlowRecord> expected) {}

    private static final class Run {
        private final Engine engine;
        private final AtomicLong clock;
        private final Random random;
        private final TreeMap<String, FlowRecord> model = new TreeMap<>();
        private final List<Pinned> pins = new ArrayList<>();

        Run(Engine engine, AtomicLong clock, Random random) {
            this.engine = engine;
            this.clock = clock;
            this.random = random;
        }

        private String key() {
            return String.format("key%02d", random.nextInt(KEYS));
        }

        private List<FlowRecord> alive() {
            return model.values().stream()
                    .filter(r -> r.expireAt() > clock.get())
                    .toList();
        }

        void step() {
            int dice = random.nextInt(100);
            if (dice < 60) {
                put();
            } else if (dice < 66) {
                String key = key();
                engine.delete(key, 0);
                model.remove(key);
            } else if (dice < 68) {
                String from = key();
                String to = key();
                engine.deleteRange(from, to);
                if (from.compareTo(to) < 0) {
                    model.subMap(from, to).clear();
                }
            } else if (dice < 80) {
                clock.addAndGet(random.nextInt(40));
            } else if (dice < 85) {
                engine.flush();
            } else if (dice < 94) {
                compactDue();
            } else if (dice < 95) {
                engine.compact();
            } else if (dice < 96) {
                engine.gc();
            } else {
                pinOrUnpin();
            }
        }

        private void put() {
            String key = key();
            FlowRecord record = FlowRecord.of(key, 0, "v".repeat(random.nextInt(200)) + random.nextInt());
            if (random.nextInt(5) > 0) {
                int micros = 1 + random.nextInt(200);
                engine.write(record, Duration.ofNanos(1_000L * micros));
                record = record.withExpireAt(clock.get() + micros);
            } else {
                engine.write(record);
            }
            model.put(key, record);
        }

        private void compactDue() {
            int due = 0;
            while (engine.compactDue()) {
                due++;
                assertThat(due).as("compactions due one after the other").isLessThan(MOST_DUE);
            }
        }

        private void pinOrUnpin() {
            if (pins.size() < 2) {
                pins.add(new Pinned(engine.snapshot(), alive()));
            } else {
                pins.remove(random.nextInt(pins.size())).snapshot().close();
            }
        }

        void check(String when) {
            assertThat(engine.query(Query.all())).as(when).isEqualTo(alive());
            for (Pinned pin : pins) {
                try (RecordScan scan = pin.snapshot().scan(Query.all())) {
                    assertThat(scan.stream().toList()).as("snapshot, " + when).isEqualTo(pin.expected());
                }
            }
        }
    }
}
