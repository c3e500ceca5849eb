package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.OrderedStore;
import io.flowdb.error.ConflictException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.internal.json.DocumentCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Documents that expire, against a map with a clock: every read gives those that are alive, at its moment or at that of
 * the begin of its transaction, and a unique value belongs to at most one of them.
 */
class ExpiryLawTest {
    private static final StoreSchema SCHEMA = StoreSchema.of("s", "id")
            .withUniqueIndex("u", "u")
            .withIndex("vw", "v", "w")
            .withMultiEntryIndex("m", "m");

    private record Entry(JsonNode document, long expireAt) {}

    private final AtomicLong clock = new AtomicLong(1_000_000_000_000_000L);
    private final TreeMap<Long, Entry> model = new TreeMap<>();
    private Random random;
    private StoreSchema schema;
    private String what;

    @Test
    void documents_thatExpire_areGoneFromEveryRead() {
        long base = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("documents_thatExpire_areGoneFromEveryRead seed " + base);
        for (int round = 0; round < 60; round++) {
            run(base + round, JsonDB.on(new MemoryStore(clock::get), JsonLimits.DEFAULT, clock::get), () -> {});
        }
    }

    @Test
    void documents_thatExpireOnTheEngine_areGoneFromEveryRead() {
        long base = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("documents_thatExpireOnTheEngine_areGoneFromEveryRead seed " + base);
        for (int round = 0; round < 8; round++) {
            try (JsonDB db = JsonDB.open(
                    Config.builder().inMemory(true).clockMicros(clock::get).build())) {
                Engine engine = db.engine().orElseThrow();
                run(base + round, db, () -> {
                    switch (random.nextInt(40)) {
                        case 0 -> engine.flush();
                        case 1 -> engine.compact();
                        case 2 -> engine.gc();
                        default -> {}
                    }
                });
            }
        }
    }

    private void run(long seed, JsonDB db, Runnable maintenance) {
        random = new Random(seed);
        what = "seed " + seed;
        model.clear();
        schema = random.nextBoolean() ? SCHEMA : SCHEMA.withTtl(Duration.ofNanos(40_000));
        db.createObjectStore(schema);
        for (int step = 0; step < 150; step++) {
            clock.addAndGet(random.nextInt(8));
            if (random.nextInt(4) == 0) {
                transaction(db);
            } else {
                write(db, model, clock.get());
            }
            maintenance.run();
            check(db, model, clock.get());
        }
        assertThat(db.verifyIndexes("s").problems()).as(what).isEmpty();
    }

    /** Writes, while the clock goes on, and perhaps others write; the model follows if it commits. */
    private void transaction(JsonDB db) {
        TreeMap<Long, Entry> own = new TreeMap<>(model);
        long begin = clock.get();
        boolean interrupted = random.nextInt(3) == 0;
        Isolation isolation = random.nextBoolean() ? Isolation.SNAPSHOT : Isolation.SERIALIZABLE;
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, isolation, List.of("s"))) {
            own.values().removeIf(entry -> entry.expireAt <= begin);
            TreeMap<Long, Entry> base = new TreeMap<>(own);
            for (int i = random.nextInt(4); i >= 0; i--) {
                clock.addAndGet(random.nextInt(12));
                write(t, own, begin);
                check(t, own, begin);
            }
            if (interrupted) {
                for (int i = random.nextInt(3); i >= 0; i--) {
                    clock.addAndGet(random.nextInt(30));
                    write(db, model, clock.get());
                }
            }
            try {
                t.commit();
                base.keySet().stream().filter(id -> !own.containsKey(id)).forEach(model::remove);
                own.forEach((id, entry) -> {
                    if (entry != base.get(id)) {
                        model.put(id, entry);
                    }
                });
            } catch (ConflictException | UniqueViolationException e) {
                assertThat(interrupted).as(what + " " + e).isTrue();
            }
        }
        assertThat(db.verifyIndexes("s").problems()).as(what).isEmpty();
        check(db, model, clock.get());
    }

    private void write(DocumentOperations db, TreeMap<Long, Entry> to, long now) {
        long id = random.nextInt(10);
        Entry entry = to.get(id);
        boolean alive = entry != null && entry.expireAt > now;
        switch (random.nextInt(8)) {
            case 0 -> {
                assertThat(db.delete("s", id)).as(what).isEqualTo(alive);
                to.remove(id);
            }
            case 1 -> {
                ObjectNode patch = DocumentCodec.MAPPER.createObjectNode().put("w", random.nextInt(3));
                JsonNode patched = db.patch("s", id, patch);
                assertThat(patched != null).as(what).isEqualTo(alive);
                if (patched != null) {
                    to.put(
                            id,
                            new Entry(patched, schema.ttl() == null ? entry.expireAt : expireAt(PutOptions.DEFAULT)));
                }
            }
            case 2 -> {
                long alike = to.subMap(id, id + 3).values().stream()
                        .filter(e -> e.expireAt > now)
                        .count();
                assertThat(deleteRange(db, KeyRange.bound(id, id + 3, false, true)))
                        .as(what)
                        .isEqualTo(alike);
                to.subMap(id, id + 3).clear();
            }
            default -> put(db, to, now, id);
        }
    }

    /** Deletes in one commit or, where commits can be made small, perhaps with the index entries after it. */
    private long deleteRange(DocumentOperations db, KeyRange range) {
        if (db instanceof JsonDB outside && outside.store() instanceof MemoryStore store && random.nextBoolean()) {
            OrderedStore.Limits before = store.limits;
            store.limits = new OrderedStore.Limits(65_535, 256 << 20, 300);
            try {
                return db.deleteRange("s", range);
            } finally {
                store.limits = before;
            }
        }
        return db.deleteRange("s", range);
    }

    private void put(DocumentOperations db, TreeMap<Long, Entry> to, long now, long id) {
        ObjectNode document = document(id);
        PutOptions options = switch (random.nextInt(4)) {
            case 0 -> PutOptions.withoutExpiry();
            case 1 -> PutOptions.DEFAULT;
            default -> PutOptions.ttl(Duration.ofNanos(1000L * (1 + random.nextInt(60))));
        };
        boolean taken = document.has("u")
                && to.entrySet().stream()
                        .anyMatch(e -> e.getKey() != id
                                && e.getValue().expireAt > now
                                && document.get("u")
                                        .equals(e.getValue().document.get("u")));
        if (taken && db instanceof JsonTransaction) {
            return; // it would only be told at the commit
        }
        try {
            db.put("s", document, options);
            assertThat(taken).as(what).isFalse();
            to.put(id, new Entry(document, expireAt(options)));
        } catch (UniqueViolationException e) {
            assertThat(taken).as(what).isTrue();
        }
    }

    private long expireAt(PutOptions options) {
        Duration ttl = options.ttl() != null ? options.ttl() : schema.ttl();
        return ttl == null || options.neverExpires() ? Long.MAX_VALUE : clock.get() + ttl.toNanos() / 1000;
    }

    private ObjectNode document(long id) {
        ObjectNode document = DocumentCodec.MAPPER.createObjectNode().put("id", (int) id);
        if (random.nextInt(3) > 0) {
            document.put("u", random.nextInt(4));
        }
        document.put("v", random.nextInt(3)).put("w", random.nextInt(3));
        ArrayNode elements = document.putArray("m");
        for (int i = random.nextInt(3); i > 0; i--) {
            elements.add(random.nextInt(3));
        }
        return document;
    }

    private void check(DocumentOperations db, TreeMap<Long, Entry> expected, long now) {
        List<JsonNode> all = alive(expected, now, document -> true);
        long id = random.nextInt(10);
        int x = random.nextInt(6);
        List<JsonNode> one = alive(expected, now, d -> d.get("id").intValue() == id);
        assertThat(db.count("s")).as(what).isEqualTo(all.size());
        assertThat(db.exists("s", id)).as(what).isEqualTo(!one.isEmpty());
        assertThat(db.getAll("s", List.of(id))).as(what).isEqualTo(one);
        assertThat(db.getWithMeta("s", id).isPresent()).as(what).isEqualTo(!one.isEmpty());
        assertThat(db.getAll("s", KeyRange.all(), 99)).as(what).isEqualTo(all);
        assertThat(db.getAllKeys("s", KeyRange.lowerBound(id), 99)).as(what).hasSize((int)
                all.stream().filter(d -> d.get("id").intValue() >= id).count());
        assertThat(db.count("s", KeyRange.upperBound(id)))
                .as(what)
                .isEqualTo(
                        all.stream().filter(d -> d.get("id").intValue() <= id).count());
        Predicate<JsonNode> hasU = d -> d.path("u").asInt(-1) == x;
        assertThat(db.getByIndex("s", "u", x)).as(what).isEqualTo(alive(expected, now, hasU));
        assertThat(db.query("s").whereIn("u", List.of(x, 99)).collect())
                .as(what)
                .isEqualTo(alive(expected, now, hasU));
        assertThat(db.query("s").whereEq("v", x).count())
                .as(what)
                .isEqualTo(alive(expected, now, d -> d.get("v").intValue() == x).size());
        assertThat(db.query("s").whereEq("m", x).collect())
                .as(what)
                .isEqualTo(alive(expected, now, d -> d.get("m").valueStream().anyMatch(e -> e.intValue() == x)));
        assertThat(db.query("s").where(Filter.isNull("u")).count())
                .as(what)
                .isEqualTo(alive(expected, now, d -> !d.has("u")).size());
        assertThat(db.query("s").orderBy("v", Direction.DESC).limit(3).collect())
                .as(what)
                .isEqualTo(all.stream()
                        .sorted(Comparator.comparing(d -> -d.get("v").intValue()))
                        .limit(3)
                        .toList());
        assertThat(db.query("s").distinct("w")).as(what).hasSize((int)
                all.stream().map(d -> d.get("w")).distinct().count());
        List<JsonNode> walked = new ArrayList<>();
        try (JsonCursor cursor = db.openCursor("s", "vw", KeyRange.all(), CursorDirection.NEXT)) {
            while (cursor.next()) {
                walked.add(cursor.value());
            }
        }
        assertThat(walked).as(what).containsExactlyInAnyOrderElementsOf(all);
    }

    private static List<JsonNode> alive(TreeMap<Long, Entry> of, long now, Predicate<JsonNode> filter) {
        return of.values().stream()
                .filter(entry -> entry.expireAt > now)
                .map(Entry::document)
                .filter(filter)
                .toList();
    }
}
