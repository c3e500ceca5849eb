package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.error.ConflictException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a transaction was told must still be so when it commits, whichever way it asked: by key, by any kind of index,
 * by query, by cursor, or by what a write gave back.
 */
class ReadValidationLawTest {
    private static final StoreSchema SCHEMA = StoreSchema.of("s", "id")
            .withIndex("v", "v")
            .withIndex("vw", "v", "w")
            .withUniqueIndex("u", "u")
            .withUniqueIndex("uw", "w", "u")
            .withMultiEntryIndex("m", "m");

    private final Random random = new Random();

    /** A read; it asks the same each time. */
    private interface Read extends Function<DocumentOperations, Object> {}

    @Test
    void commit_afterAReadThatWouldGiveSomethingElseNow_conflicts() {
        long base = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("commit_afterAReadThatWouldGiveSomethingElseNow_conflicts seed " + base);
        int conflicts = 0;
        int commits = 0;
        for (int round = 0; round < 3_000; round++) {
            random.setSeed(base + round);
            JsonDB db = JsonDB.on(new MemoryStore());
            db.createObjectStore(SCHEMA);
            for (int i = random.nextInt(12); i > 0; i--) {
                write().accept(db);
            }
            List<Consumer<DocumentOperations>> own = writes(random.nextInt(3));
            Read read = read();
            try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
                own.forEach(write -> write.accept(t));
                Object told = read.apply(t);
                t.put("s", DocumentCodec.MAPPER.createObjectNode().put("id", 100));
                writes(1 + random.nextInt(2)).forEach(write -> write.accept(db));
                Object now = now(db, own, read);
                try {
                    t.commit();
                    commits++;
                    assertThat(told).as("seed " + (base + round)).isEqualTo(now);
                } catch (ConflictException e) {
                    conflicts++;
                } catch (UniqueViolationException e) {
                    assertThat(own).as("seed " + (base + round)).isNotEmpty();
                }
            }
            assertThat(db.verifyIndexes("s").problems())
                    .as("seed " + (base + round))
                    .isEmpty();
        }
        assertThat(conflicts).isGreaterThan(300);
        assertThat(commits).isGreaterThan(300);
    }

    private static Object now(JsonDB db, List<Consumer<DocumentOperations>> own, Read read) {
        try (JsonTransaction t = db.transaction(TransactionMode.READ_WRITE, "s")) {
            own.forEach(write -> write.accept(t));
            return read.apply(t);
        }
    }

    private List<Consumer<DocumentOperations>> writes(int count) {
        return Stream.generate(this::write).limit(count).toList();
    }

    private Consumer<DocumentOperations> write() {
        long id = random.nextInt(8);
        int kind = random.nextInt(10);
        ObjectNode document = DocumentCodec.MAPPER.createObjectNode().put("id", id);
        for (String name : List.of("v", "w", "u")) {
            switch (random.nextInt(6)) {
                case 0 -> {}
                case 1 -> document.putNull(name);
                case 2 -> document.putArray(name).add(random.nextInt(3));
                default -> document.put(name, random.nextInt(4));
            }
        }
        ArrayNode elements = document.putArray("m");
        for (int i = random.nextInt(3); i > 0; i--) {
            elements.add(random.nextInt(4));
        }
        return db -> {
            if (kind == 0) {
                db.deleteRange("s", KeyRange.bound(id, id + 2, false, true));
            } else if (kind < 3) {
                db.delete("s", id);
            } else {
                try {
                    db.put("s", document.deepCopy());
                } catch (UniqueViolationException e) {
                    assertThat(e.index()).startsWith("u");
                }
            }
        };
    }

    private Read read() {
        long x = random.nextInt(5);
        long y = x + random.nextInt(3);
        List<Read> reads = new ArrayList<>(List.of(
                db -> Optional.ofNullable(db.get("s", x)),
                db -> db.exists("s", x),
                db -> db.getAll("s", Arrays.asList(x, y)),
                db -> db.count("s"),
                db -> db.count("s", KeyRange.bound(x, y, false, true)),
                db -> db.getAllKeys("s", KeyRange.lowerBound(x), (int) y),
                db -> db.getByIndex("s", "v", x),
                db -> db.getByIndex("s", "v", null),
                db -> db.rangeByIndex("s", "v", x, y),
                db -> db.getByIndex("s", "u", x),
                db -> db.getByIndex("s", "u", KeyRange.lowerBound(x)),
                db -> db.getByIndex("s", "uw", List.of(x, y)),
                db -> db.getByIndex("s", "uw", List.of(x)),
                db -> db.getByIndex("s", "vw", List.of(x, y)),
                db -> db.getByIndex("s", "vw", List.of(x)),
                db -> db.getByIndex("s", "m", x),
                db -> db.getByIndex("s", "m", KeyRange.bound(x, y, false, false))));
        reads.addAll(List.of(
                db -> db.delete("s", x + 50),
                db -> Optional.ofNullable(db.update("s", x, document -> null)),
                db -> cursor(db, "v", CursorDirection.NEXTUNIQUE, (int) y),
                db -> cursor(db, "vw", CursorDirection.PREV, (int) y),
                db -> cursor(db, "u", CursorDirection.PREV, (int) y),
                db -> cursor(db, "m", CursorDirection.PREVUNIQUE, (int) y)));
        List<UnaryOperator<JsonQuery>> conditions = List.of(
                query -> query.whereEq("v", x),
                query -> query.whereRange("v", x, y + 1),
                query -> query.whereIn("u", List.of(x, y)),
                query -> query.whereEq("w", x).whereEq("u", y),
                query -> query.whereEq("v", x).whereRange("w", 0, y),
                query -> query.whereIn("m", List.of(x, y)),
                query -> query.where(Filter.isNull("v")),
                query -> query.where(Filter.ne("v", x)),
                query -> query.where(Filter.or(Filter.eq("u", x), Filter.eq("v", y))),
                query -> query.whereRange("id", x, y + 1),
                query -> query.whereEq("id", x),
                query -> query);
        List<Function<JsonQuery, Object>> results = List.of(
                JsonQuery::collect,
                JsonQuery::count,
                JsonQuery::exists,
                query -> query.first().map(JsonNode::toString),
                query -> query.orderBy("v", Direction.DESC).limit(2).collect(),
                query -> query.orderBy("u", Direction.ASC).offset(1).limit(1).collect(),
                query -> query.distinct("v"),
                query -> query.aggregate("w"),
                query -> query.groupBy("v", "u"),
                query -> query.stream().limit(2).toList());
        UnaryOperator<JsonQuery> condition = conditions.get(random.nextInt(conditions.size()));
        Function<JsonQuery, Object> result = results.get(random.nextInt(results.size()));
        Read byQuery = db -> result.apply(condition.apply(db.query("s")));
        return random.nextBoolean() ? byQuery : reads.get(random.nextInt(reads.size()));
    }

    private static Object cursor(DocumentOperations db, String index, CursorDirection direction, int steps) {
        List<Object> seen = new ArrayList<>();
        try (JsonCursor cursor = db.openCursor("s", index, KeyRange.all(), direction)) {
            for (int i = 0; i < steps && cursor.next(); i++) {
                seen.add(Arrays.asList(cursor.key(), cursor.primaryKey(), cursor.value()));
            }
        }
        return seen;
    }
}
