package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.ModelTarget.Change;
import io.flowdb.ModelTarget.Form;
import io.flowdb.ModelTarget.Upkeep;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.Op;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * T-15: one list of random operations is given to a {@link ModelDatabase} and to several engines, each with settings of
 * its own: puts, batches, deletes, range deletes, patches, time to live, snapshots held open, flush, compaction, gc and
 * reopening. All must give the model's answer to every read, and so the same answers as each other.
 *
 * <p>The seed is in the test's name; {@code -Dflowdb.test.seed=N} runs one seed alone. {@code flowdb.test.modelSeeds},
 * {@code flowdb.test.modelSteps} and {@code flowdb.test.modelOptionSets} set how much is done.
 */
class EngineModelTest {
    private static final int STEPS = Integer.getInteger("flowdb.test.modelSteps", 10_000);
    private static final int OPTION_SETS = Integer.getInteger("flowdb.test.modelOptionSets", 2);
    private static final int CHECKS = 4;

    @TempDir
    Path dir;

    static List<Long> seeds() {
        Long one = Long.getLong("flowdb.test.seed");
        if (one != null) {
            return List.of(one);
        }
        List<Long> seeds = new ArrayList<>();
        for (int i = 0; i < Integer.getInteger("flowdb.test.modelSeeds", 3); i++) {
            seeds.add(System.nanoTime() + i * 7919L);
        }
        return seeds;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void operations_random_answerLikeTheModelWhateverTheSettings(long seed) {
        List<ModelEngine> engines = new ArrayList<>();
        try {
            Random settings = new Random(seed);
            /* The one setting that changes answers: the same for all. */
            Duration defaultTtl =
                    settings.nextBoolean() ? Duration.ofNanos(1_000L * (1 + settings.nextInt(3_000))) : null;
            for (int i = 0; i < OPTION_SETS; i++) {
                engines.add(new ModelEngine(dir.resolve("db" + i), settings, defaultTtl));
            }
            new Run(seed, new ModelDatabase(defaultTtl), engines).run();
        } finally {
            engines.forEach(ModelEngine::close);
        }
    }

    /** One seed's run. */
    private static final class Run {
        private final long seed;
        private final Random random;
        private final ModelDatabase model;
        private final List<ModelEngine> engines;
        private int step;
        private String what = "";

        Run(long seed, ModelDatabase model, List<ModelEngine> engines) {
            this.seed = seed;
            this.random = new Random(seed);
            this.model = model;
            this.engines = engines;
        }

        void run() {
            for (step = 1; step <= STEPS; step++) {
                step();
                if (step % (STEPS / CHECKS) == 0) {
                    checkAll();
                }
            }
            same("reopen", t -> {
                t.reopen();
                return "";
            });
            checkAll();
        }

        private void checkAll() {
            ReadForms forms = new ReadForms(model.alive(), model.expired(), 4);
            same("every form of read", t -> {
                t.checkAll("seed " + seed + ", step " + step, forms);
                return "";
            });
        }

        /** Does the same to the model and to every engine; what they return must be equal. */
        private void same(String name, Function<ModelTarget, Object> action) {
            what = name;
            Object expected = action.apply(model);
            for (ModelEngine engine : engines) {
                Object found;
                try {
                    found = action.apply(engine);
                } catch (RuntimeException | AssertionError e) {
                    throw new AssertionError("seed " + seed + ", step " + step + ", " + what + " of " + engine, e);
                }
                assertThat(found)
                        .as("seed %d, step %d, %s of %s", seed, step, what, engine)
                        .isEqualTo(expected);
            }
        }

        private void change(String name, Consumer<ModelTarget> action) {
            same(name, t -> {
                action.accept(t);
                return "";
            });
        }

        private void step() {
            int dice = random.nextInt(1000);
            if (dice < 380) {
                put();
            } else if (dice < 560) {
                commit();
            } else if (dice < 600) {
                patch();
            } else if (dice < 640) {
                long micros = random.nextInt(100);
                change("pass", t -> t.pass(micros));
            } else if (dice < 800) {
                byte[] key = key();
                long ts = ts();
                same("get", t -> t.get(key, ts));
                same("getLatest", t -> t.getLatest(key));
            } else if (dice < 920) {
                Query query = query();
                Form form = Form.values()[random.nextInt(Form.values().length)];
                same(form + " " + query, t -> t.query(query, form));
            } else if (dice < 975) {
                snapshot();
            } else {
                maintain();
            }
        }

        private void put() {
            List<FlowRecord> records = new ArrayList<>();
            for (int n = random.nextInt(5); n >= 0; n--) {
                records.add(new FlowRecord(key(), ts(), expiry(), value()));
            }
            Duration ttl = random.nextInt(8) == 0 ? Duration.ofNanos(1_000L * (1 + random.nextInt(400))) : null;
            change("put", t -> t.put(records, ttl));
        }

        private void commit() {
            List<Change> changes = new ArrayList<>();
            for (int n = random.nextInt(3) == 0 ? random.nextInt(6) : 0; n >= 0; n--) {
                int dice = random.nextInt(20);
                if (dice < 5) {
                    changes.add(new Change(Op.PUT, key(), ts(), expiry(), value()));
                } else if (dice < 19) {
                    changes.add(new Change(Op.DELETE, key(), ts(), 0, new byte[0]));
                } else {
                    byte[] start = random.nextInt(6) == 0 ? new byte[0] : key();
                    changes.add(new Change(Op.DELETE_RANGE, start, 0, 0, key()));
                }
            }
            change("commit", t -> t.commit(changes));
        }

        private void patch() {
            byte[] key = key();
            long ts = ts();
            Patch patch = random.nextBoolean()
                    ? Patch.value(value())
                    : Patch.ttl(Duration.ofNanos(1_000L * (1 + random.nextInt(400))));
            Patch chosen = random.nextInt(3) == 0 ? patch.withTtl(Duration.ofDays(1)) : patch;
            same("patch", t -> t.patch(key, ts, chosen));
        }

        private void snapshot() {
            int count = model.pinnedCount();
            int dice = random.nextInt(10);
            if (count == 0 || dice == 0 && count < 5) {
                change("pin", ModelTarget::pin);
                return;
            }
            int number = random.nextInt(count);
            if (dice == 1) {
                change("unpin", t -> t.unpin(number));
            } else if (dice < 6) {
                Query query = query();
                same("snapshot " + number + " " + query, t -> t.querySnapshot(number, query));
            } else {
                byte[] key = key();
                long ts = ts();
                same("get of snapshot " + number, t -> t.getFromSnapshot(number, key, ts));
            }
        }

        private void maintain() {
            int dice = random.nextInt(50);
            if (dice == 0) {
                change("reopen", ModelTarget::reopen);
            } else if (dice < 4) {
                change("gc", t -> t.maintain(Upkeep.GC));
            } else if (dice < 10) {
                change("flush", t -> t.maintain(Upkeep.FLUSH));
                change("compact", t -> t.maintain(Upkeep.COMPACT));
            } else {
                change("flush", t -> t.maintain(Upkeep.FLUSH));
            }
        }

        private Query query() {
            Query query = Query.all();
            switch (random.nextInt(5)) {
                case 0 -> {
                    byte[] key = key();
                    query = Query.prefix(Arrays.copyOf(key, 1 + random.nextInt(Math.min(3, key.length))));
                }
                case 1 -> query = Query.keyRange(key(), key());
                case 2 -> {
                    query = query.fromKey(key(), random.nextBoolean());
                    query = random.nextBoolean() ? query.toKey(key(), random.nextBoolean()) : query;
                }
                case 3 -> query = Query.key(key());
                default -> query = Query.all();
            }
            if (random.nextInt(3) == 0) {
                query = query.fromTs(ts() - 1, random.nextBoolean());
                query = random.nextBoolean() ? query.toTs(ts(), random.nextBoolean()) : query;
            }
            query = random.nextBoolean() ? query.reverse() : query;
            query = random.nextInt(3) == 0 ? query.limit(random.nextInt(10)) : query;
            return random.nextInt(3) == 0
                    ? query.options(new ReadOptions(random.nextBoolean(), random.nextBoolean()))
                    : query;
        }

        private byte[] value() {
            int length = random.nextInt(50) == 0 ? random.nextInt(9_000) : random.nextInt(60);
            return ("v" + random.nextInt() + "x".repeat(length)).getBytes(StandardCharsets.UTF_8);
        }

        private long expiry() {
            return random.nextInt(10) == 0 ? ModelTarget.START + random.nextInt(STEPS * 4) : FlowRecord.NEVER;
        }

        private long ts() {
            int dice = random.nextInt(12);
            return dice == 0 ? -1_000_000_000_000L : dice == 1 ? Long.MAX_VALUE - 1 : random.nextInt(4);
        }

        private byte[] key() {
            int number = random.nextInt(40);
            return switch (random.nextInt(7)) {
                case 0 -> Keys.utf8("a" + number);
                case 1 -> Keys.utf8("user/" + number);
                case 2 -> Keys.utf8("z\u00ff" + number);
                case 3 -> new byte[] {(byte) 0xff, (byte) (number - 20)};
                case 4 -> Arrays.copyOf(new byte[] {0, (byte) number}, 1 + number % 4);
                case 5 -> Keys.utf8("long" + "k".repeat(300) + number);
                default -> Keys.utf8("key_0000" + number);
            };
        }
    }
}
