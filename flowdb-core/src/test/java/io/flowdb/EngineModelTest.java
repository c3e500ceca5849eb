package io.flowdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.internal.base.Keys;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random operations on an engine and on a {@link TreeMap}; both must give the same answers to every form of read, whatever is in memory or in
 * tables, before and after reopening. The seed is in the test's name; {@code -Dflowdb.test.seed=N} runs one seed alone.
 */
class EngineModelTest {
    private static final int STEPS = Integer.getInteger("flowdb.test.modelSteps", 4_000);

    @TempDir
    Path dir;

    /** Key and ts of a version, in engine order. */
    private record Version(String key, long ts) implements Comparable<Version> {
        @Override
        public int compareTo(Version o) {
            int order = Arrays.compareUnsigned(Keys.utf8(key), Keys.utf8(o.key));
            return order != 0 ? order : Long.compare(ts, o.ts);
        }
    }

    /** What the model knows of a version. */
    private record Stored(String value, long expireAt) {}

    static List<Long> seeds() {
        Long one = Long.getLong("flowdb.test.seed");
        if (one != null) {
            return List.of(one);
        }
        List<Long> seeds = new ArrayList<>();
        for (int i = 0; i < Integer.getInteger("flowdb.test.modelSeeds", 8); i++) {
            seeds.add(System.nanoTime() + i * 7919L);
        }
        return seeds;
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void operations_random_answerLikeTheModel(long seed) {
        new Run(seed, dir.resolve("db" + seed)).run();
    }

    /** One seed's run. */
    private static final class Run {
        private final Random random;
        private final Path path;
        private final AtomicLong clock = new AtomicLong(1_000_000);
        private final TreeMap<Version, Stored> model = new TreeMap<>();
        private final List<Pinned> pinned = new ArrayList<>();
        private final Config config;
        private Engine engine;

        /** A snapshot and what it must show. */
        private record Pinned(Snapshot snapshot, TreeMap<Version, Stored> model, long now) {}

        Run(long seed, Path path) {
            this.random = new Random(seed);
            this.path = path;
            this.config = Config.builder()
                    .dataDir(path)
                    .memtableSize(64 << 10)
                    .blockSize(512 << random.nextInt(5))
                    .blockCacheCapacity(random.nextBoolean() ? 0 : 64 << 10)
                    .bloomBitsPerKey(random.nextInt(3) * 6)
                    .compression(random.nextBoolean() ? Compression.LZ4 : Compression.NONE)
                    .walSyncMode(SyncMode.interval(java.time.Duration.ofSeconds(5)))
                    .autoBackground(random.nextBoolean())
                    .maxFrozenMemtables(50)
                    .clockMicros(clock::get)
                    .build();
            this.engine = Engine.open(config);
        }

        void run() {
            for (int i = 0; i < STEPS; i++) {
                step();
            }
            checkAll(engine, model, clock.get());
            reopen();
            checkAll(engine, model, clock.get());
            engine.close();
        }

        private void step() {
            int dice = random.nextInt(1000);
            if (dice < 500) {
                put();
            } else if (dice < 650) {
                Version v = version();
                if (random.nextBoolean()) {
                    engine.delete(v.key(), v.ts());
                } else {
                    engine.deleteBatch(List.of(FlowRecord.of(v.key(), v.ts(), "")));
                }
                model.remove(v);
            } else if (dice < 670) {
                deleteRange();
            } else if (dice < 700) {
                clock.addAndGet(random.nextInt(100));
            } else if (dice < 880) {
                checkPoint();
            } else if (dice < 970) {
                checkQuery(engine::query, model, clock.get());
            } else if (dice < 980) {
                engine.flush();
            } else if (dice < 985) {
                pinned.add(new Pinned(engine.snapshot(), new TreeMap<>(model), clock.get()));
            } else if (dice < 994) {
                checkSnapshots();
            } else if (dice < 999) {
                maintain();
            } else {
                reopen();
            }
        }

        private void put() {
            int n = 1 + random.nextInt(5);
            List<FlowRecord> records = new ArrayList<>();
            for (int i = 0; i < n; i++) {
                Version v = version();
                long expireAt = random.nextInt(10) == 0 ? clock.get() + random.nextInt(200) : FlowRecord.NEVER;
                String value = "v" + random.nextInt() + "x".repeat(random.nextInt(60));
                records.add(FlowRecord.of(v.key(), v.ts(), value).withExpireAt(expireAt));
                model.put(v, new Stored(value, expireAt));
            }
            engine.writeBatch(records);
        }

        private void deleteRange() {
            String a = key();
            String b = key();
            engine.deleteRange(a, b);
            if (new Version(a, 0).compareTo(new Version(b, 0)) < 0) {
                model.subMap(new Version(a, Long.MIN_VALUE), new Version(b, Long.MIN_VALUE))
                        .clear();
            }
        }

        private void checkPoint() {
            Version v = version();
            assertThat(engine.get(v.key(), v.ts()).map(FlowRecord::valueText))
                    .isEqualTo(alive(model, v, clock.get()).map(Stored::value));
            Optional<String> latest = model
                    .subMap(new Version(v.key(), Long.MIN_VALUE), true, new Version(v.key(), Long.MAX_VALUE), true)
                    .descendingMap()
                    .values()
                    .stream()
                    .filter(s -> s.expireAt() > clock.get())
                    .findFirst()
                    .map(Stored::value);
            assertThat(engine.getLatest(v.key()).map(FlowRecord::valueText)).isEqualTo(latest);
        }

        private void checkSnapshots() {
            if (pinned.isEmpty()) {
                return;
            }
            Pinned p = pinned.get(random.nextInt(pinned.size()));
            checkQuery(query -> collect(p.snapshot(), query), p.model(), p.now());
            Version v = version();
            assertThat(p.snapshot().get(Keys.utf8(v.key()), v.ts()).map(FlowRecord::valueText))
                    .isEqualTo(alive(p.model(), v, p.now()).map(Stored::value));
            if (random.nextInt(3) == 0) {
                p.snapshot().close();
                pinned.remove(p);
            }
        }

        private void maintain() {
            if (random.nextInt(4) == 0) {
                engine.gc();
            } else {
                engine.flush();
                engine.compact();
            }
        }

        private void reopen() {
            pinned.forEach(p -> p.snapshot().close());
            pinned.clear();
            engine.close();
            engine = Engine.open(config);
        }

        private static List<FlowRecord> collect(Snapshot snapshot, Query query) {
            List<FlowRecord> found = new ArrayList<>();
            try (RecordScan scan = snapshot.scan(query)) {
                scan.forEachRemaining(found::add);
            }
            return found;
        }

        private void checkQuery(
                java.util.function.Function<Query, List<FlowRecord>> run, TreeMap<Version, Stored> expected, long now) {
            Query query = query();
            assertThat(run.apply(query).stream().map(Run::show).toList())
                    .as("%s", query)
                    .isEqualTo(select(expected, query, now));
        }

        private void checkAll(Engine opened, TreeMap<Version, Stored> expected, long now) {
            for (Query query : List.of(Query.all(), Query.all().reverse())) {
                assertThat(opened.query(query).stream().map(Run::show).toList())
                        .isEqualTo(select(expected, query, now));
            }
        }

        private Query query() {
            Query query = Query.all();
            switch (random.nextInt(4)) {
                case 0 -> query = Query.prefix(key().substring(0, 1 + random.nextInt(2)));
                case 1 -> query = Query.keyRange(key(), key());
                case 2 -> {
                    query = query.fromKey(Keys.utf8(key()), random.nextBoolean());
                    query = query.toKey(Keys.utf8(key()), random.nextBoolean());
                }
                default -> query = random.nextBoolean() ? query : Query.key(Keys.utf8(key()));
            }
            if (random.nextInt(3) == 0) {
                query = query.fromTs(random.nextInt(6) - 1, random.nextBoolean());
                query = query.toTs(random.nextInt(6), random.nextBoolean());
            }
            query = random.nextBoolean() ? query.reverse() : query;
            return random.nextInt(3) == 0 ? query.limit(random.nextInt(10)) : query;
        }

        private static List<String> select(TreeMap<Version, Stored> model, Query query, long now) {
            List<String> found = new ArrayList<>();
            var walk = query.reversed() ? model.descendingMap() : model;
            walk.forEach((v, s) -> {
                byte[] key = Keys.utf8(v.key());
                boolean inKeys = (query.startKey() == null || Arrays.compareUnsigned(key, query.startKey()) >= 0)
                        && (query.endKey() == null || Arrays.compareUnsigned(key, query.endKey()) < 0);
                boolean inTime = v.ts() >= query.minTs() && v.ts() <= query.maxTs();
                if (inKeys && inTime && s.expireAt() > now && found.size() < query.limit()) {
                    found.add(v.key() + "@" + v.ts() + "=" + s.value() + "!" + s.expireAt());
                }
            });
            return found;
        }

        private static String show(FlowRecord r) {
            return r.keyText() + "@" + r.ts() + "=" + r.valueText() + "!" + r.expireAt();
        }

        private static Optional<Stored> alive(TreeMap<Version, Stored> model, Version v, long now) {
            return Optional.ofNullable(model.get(v)).filter(s -> s.expireAt() > now);
        }

        private String key() {
            String prefix = List.of("a", "user/", "z\u00ff", "key_0000").get(random.nextInt(4));
            return prefix + random.nextInt(40);
        }

        private Version version() {
            return new Version(key(), random.nextInt(4));
        }
    }
}
