package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.SyncMode;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.internal.json.KeyWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * T-60: random data, random schemas, random queries: what the database answers equals what a plain sorted map answers,
 * with and without indexes, inside and outside transactions.
 */
class DocumentLawTest {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final String[] PATHS = {"a", "b", "c.d", "e", "tags", "c.list.0"};

    /** What a database should hold: documents by encoded key. */
    private static final class Model {
        final TreeMap<byte[], ObjectNode> documents = new TreeMap<>(Arrays::compareUnsigned);

        List<JsonNode> query(Predicate<JsonNode> filter, List<Order> orders, long offset, long limit) {
            List<ObjectNode> rows = new ArrayList<>(documents.values());
            rows.removeIf(filter.negate());
            Comparator<ObjectNode> comparator = (x, y) -> 0;
            for (Order order : orders) {
                Comparator<ObjectNode> next =
                        Comparator.comparing(row -> sortKey(find(row, order.path)), Arrays::compareUnsigned);
                comparator = comparator.thenComparing(order.descending ? next.reversed() : next);
            }
            rows.sort(comparator);
            return new ArrayList<>(
                    rows.subList((int) Math.min(rows.size(), offset), (int) Math.min(rows.size(), offset + limit)));
        }
    }

    private record Order(String path, boolean descending) {}

    private record Clause(Filter filter, Predicate<JsonNode> model) {}

    @TempDir
    Path directory;

    /** Where the data lies. */
    private enum Placement {
        MEMTABLE,
        TABLES,
        BOTH
    }

    @Test
    void queries_onTheEngineInMemtableTablesAndBoth_equalFilterSortSlice() {
        long base = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("queries_onTheEngineInMemtableTablesAndBoth_equalFilterSortSlice first seed " + base);
        for (int round = 0; round < 12; round++) {
            checkOnEngine(base + round, Placement.values()[round % 3]);
        }
    }

    private void checkOnEngine(long seed, Placement placement) {
        Config config = Config.builder()
                .dataDir(directory.resolve("r" + seed))
                .memtableSize(placement == Placement.MEMTABLE ? 8 << 20 : 64 << 10)
                .walSyncMode(SyncMode.interval(Duration.ofSeconds(1)))
                .build();
        Random random = new Random(seed);
        Model model = new Model();
        try (JsonDB db = JsonDB.open(config)) {
            db.createObjectStore(randomSchema(random));
            change(random, db, model, 100);
            place(db, placement);
            change(random, db, model, 50);
            place(db, placement == Placement.BOTH ? Placement.MEMTABLE : placement);
            checkQueries(seed, random, db, model, 30);
            checkInTransaction(seed, random, db, model);
            place(db, placement);
            change(random, db, model, 50);
        }
        try (JsonDB db = JsonDB.open(config)) {
            assertThat(db.count("s")).isEqualTo(model.documents.size());
            checkQueries(seed, random, db, model, 30);
            checkInTransaction(seed, random, db, model);
            assertThat(db.verifyIndexes("s").problems()).as("seed %d", seed).isEmpty();
            assertThat(db.count("s")).isEqualTo(model.documents.size());
        }
    }

    private static void place(JsonDB db, Placement placement) {
        if (placement != Placement.MEMTABLE) {
            db.engine().orElseThrow().flush();
        }
        if (placement == Placement.TABLES) {
            db.engine().orElseThrow().compact();
        }
    }

    private void checkInTransaction(long seed, Random random, JsonDB db, Model model) {
        db.inTransaction(TransactionMode.READ_WRITE, List.of("s"), transaction -> {
            checkQueries(seed, random, transaction, model, 10);
            change(random, transaction, model, 50);
            checkQueries(seed, random, transaction, model, 30);
            return null;
        });
    }

    private void checkQueries(long seed, Random random, DocumentOperations db, Model model, int count) {
        for (int i = 0; i < count; i++) {
            checkQuery(seed, random, db, model);
        }
    }

    @Test
    void queries_randomDataAndIndexes_equalFilterSortSlice() {
        long base = Long.getLong("flowdb.test.seed", System.nanoTime());
        for (int round = 0; round < 60; round++) {
            long seed = base + round;
            checkRound(seed);
        }
        System.out.println("queries_randomDataAndIndexes_equalFilterSortSlice first seed " + base);
    }

    private void checkRound(long seed) {
        Random random = new Random(seed);
        JsonDB db = JsonDB.on(new MemoryStore());
        StoreSchema schema = randomSchema(random);
        boolean indexesFirst = random.nextBoolean();
        db.createObjectStore(indexesFirst ? schema : schema.withIndexes(List.of()));
        Model model = new Model();
        change(random, db, model, 150);
        if (!indexesFirst) {
            db.applySchemas(List.of(schema), SchemaMode.UPDATE);
        }
        change(random, db, model, 50);
        assertThat(db.verifyIndexes("s").problems()).as("seed %d", seed).isEmpty();
        assertThat(db.count("s")).isEqualTo(model.documents.size());
        for (int i = 0; i < 60; i++) {
            checkQuery(seed, random, db, model);
        }
        try (JsonTransaction transaction = db.transaction(TransactionMode.READ_WRITE, "s")) {
            change(random, transaction, model, 60);
            for (int i = 0; i < 40; i++) {
                checkQuery(seed, random, transaction, model);
            }
            assertThat(transaction.count("s")).isEqualTo(model.documents.size());
            Savepoint savepoint = transaction.savepoint();
            Model copy = new Model();
            copy.documents.putAll(model.documents);
            change(random, transaction, copy, 30);
            transaction.rollbackTo(savepoint);
            for (int i = 0; i < 20; i++) {
                checkQuery(seed, random, transaction, model);
            }
            transaction.commit();
        }
        assertThat(db.verifyIndexes("s").problems()).as("seed %d", seed).isEmpty();
        assertThat(db.count("s")).isEqualTo(model.documents.size());
        for (int i = 0; i < 30; i++) {
            checkQuery(seed, random, db, model);
        }
        for (int i = 0; i < 4; i++) {
            checkDelete(seed, random, db, model);
        }
    }

    private void checkDelete(long seed, Random random, DocumentOperations db, Model model) {
        Clause clause = clause(random, 1);
        Order order = new Order(path(random), random.nextBoolean());
        int offset = random.nextInt(3);
        int limit = 1 + random.nextInt(10);
        List<JsonNode> expected = model.query(clause.model, List.of(order), offset, limit);
        long deleted = db.query("s")
                .where(clause.filter)
                .orderBy(order.path, order.descending ? Direction.DESC : Direction.ASC)
                .offset(offset)
                .limit(limit)
                .delete();
        assertThat(deleted).as("seed %d", seed).isEqualTo(expected.size());
        expected.forEach(row -> model.documents.remove(KeyWriter.encode(row.get("id"))));
        assertThat(ids(db.query("s").collect())).isEqualTo(ids(new ArrayList<>(model.documents.values())));
        assertThat(db.count("s")).isEqualTo(model.documents.size());
    }

    private static StoreSchema randomSchema(Random random) {
        StoreSchema schema = StoreSchema.of("s", "id");
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            List<String> paths = new ArrayList<>(List.of(PATHS));
            Collections.shuffle(paths, random);
            if (random.nextInt(4) == 0) {
                schema = schema.withMultiEntryIndex("m" + i, paths.get(0));
            } else {
                paths = paths.subList(0, 1 + random.nextInt(3));
                if (random.nextInt(3) == 0) {
                    paths.set(0, "u");
                }
                boolean unique = paths.get(0).equals("u") && random.nextBoolean();
                schema = schema.withIndex(new IndexSchema("i" + i, paths, unique, false));
            }
        }
        return schema;
    }

    private void change(Random random, DocumentOperations db, Model model, int steps) {
        for (int i = 0; i < steps; i++) {
            Object key = random.nextInt(5) == 0 ? "k" + random.nextInt(30) : (Object) (long) random.nextInt(100);
            byte[] encoded = KeyWriter.encode(key);
            if (random.nextInt(5) == 0) {
                assertThat(db.delete("s", key)).isEqualTo(model.documents.remove(encoded) != null);
            } else {
                ObjectNode document = document(random, key);
                try {
                    db.put("s", document);
                    model.documents.put(encoded, document);
                } catch (UniqueViolationException e) {
                    assertThat(e.index()).startsWith("i");
                }
            }
        }
    }

    private static ObjectNode document(Random random, Object key) {
        ObjectNode document = NODES.objectNode();
        document.set("id", key instanceof String s ? NODES.stringNode(s) : NODES.numberNode((Long) key));
        for (String name : List.of("a", "b", "e", "tags")) {
            if (random.nextInt(8) > 0) {
                document.set(name, value(random, name.equals("tags") ? 2 : random.nextInt(20) == 0 ? 1 : 0));
            }
        }
        if (random.nextInt(4) > 0) {
            ObjectNode inner = document.putObject("c");
            inner.set("d", value(random, 0));
            ArrayNode list = inner.putArray("list");
            for (int i = random.nextInt(3); i > 0; i--) {
                list.add(value(random, 0));
            }
        }
        if (random.nextInt(3) > 0) {
            document.put("u", random.nextInt(10_000_000));
        }
        return document;
    }

    private static JsonNode value(Random random, int arrays) {
        if (arrays > 0 && random.nextInt(4) > 0) {
            ArrayNode array = NODES.arrayNode();
            for (int i = random.nextInt(4); i > 0; i--) {
                array.add(value(random, arrays - 1));
            }
            return array;
        }
        return switch (random.nextInt(8)) {
            case 0 -> NODES.nullNode();
            case 1 -> NODES.booleanNode(random.nextBoolean());
            case 2 -> NODES.stringNode(random.nextBoolean() ? "x" : "xy" + random.nextInt(3));
            case 3 -> random.nextInt(4) == 0 ? NODES.objectNode() : NODES.numberNode(random.nextInt(6));
            case 4 -> NODES.numberNode(new java.math.BigDecimal(random.nextInt(12)).movePointLeft(1));
            default -> NODES.numberNode(random.nextInt(6));
        };
    }

    private void checkQuery(long seed, Random random, DocumentOperations db, Model model) {
        List<Clause> clauses = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            clauses.add(clause(random, 2));
        }
        List<Order> orders = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            orders.add(new Order(random.nextInt(8) == 0 ? "id" : path(random), random.nextBoolean()));
        }
        long offset = random.nextInt(3) == 0 ? random.nextInt(6) : 0;
        long limit = random.nextBoolean() ? random.nextInt(12) : 1_000_000;
        Map<String, JsonQuery> queries = new LinkedHashMap<>();
        for (String purpose : List.of("collect", "count", "explain")) {
            JsonQuery query = db.query("s").offset(offset);
            clauses.forEach(clause -> query.where(clause.filter));
            orders.forEach(order -> query.orderBy(order.path, order.descending ? Direction.DESC : Direction.ASC));
            if (limit < 1_000_000 || random.nextBoolean()) {
                query.limit(limit);
            }
            queries.put(purpose, query);
        }
        List<JsonNode> expected = model.query(
                document -> clauses.stream().allMatch(clause -> clause.model.test(document)), orders, offset, limit);
        List<JsonNode> actual = queries.get("collect").collect();
        String what = "seed " + seed + " clauses "
                + clauses.stream().map(Clause::filter).toList() + " orders " + orders + " offset " + offset + " limit "
                + limit;
        assertThat(ids(actual))
                .as(() -> what + "\n" + queries.get("explain").explain())
                .isEqualTo(ids(expected));
        assertThat(queries.get("count").count()).as(what).isEqualTo(expected.size());
        assertThat(queries.get("count").exists()).as(what).isEqualTo(!expected.isEmpty());
        assertThat(queries.get("count").first().map(row -> row.get("id").toString()))
                .as(what)
                .isEqualTo(
                        expected.stream().findFirst().map(row -> row.get("id").toString()));
    }

    private static List<String> ids(List<? extends JsonNode> documents) {
        return documents.stream().map(document -> document.get("id").toString()).toList();
    }

    private static String path(Random random) {
        return random.nextInt(6) == 0 ? "u" : PATHS[random.nextInt(PATHS.length)];
    }

    private static Clause clause(Random random, int depth) {
        return clause(random, depth, random.nextInt(8) == 0 ? "id" : path(random));
    }

    private static Clause clause(Random random, int depth, String path) {
        Object x = operand(random);
        Object y = operand(random);
        if (random.nextInt(4) == 0) {
            return rarerClause(random, path, x, y);
        }
        switch (random.nextInt(depth > 0 ? 13 : 10)) {
            case 0, 1, 2 -> {
                return new Clause(Filter.eq(path, x), any(path, v -> compare(v, x) == 0));
            }
            case 3 -> {
                return new Clause(
                        Filter.range(path, KeyRange.bound(x, y, false, true)),
                        any(path, v -> compare(v, x) >= 0 && compare(v, y) < 0));
            }
            case 4 -> {
                return new Clause(
                        Filter.in(path, List.of(x, y, x)), any(path, v -> compare(v, x) == 0 || compare(v, y) == 0));
            }
            case 5 -> {
                return new Clause(Filter.ge(path, x), any(path, v -> sameKind(v, x) && compare(v, x) >= 0));
            }
            case 6 -> {
                return new Clause(Filter.lt(path, x), any(path, v -> sameKind(v, x) && compare(v, x) < 0));
            }
            case 7 -> {
                return new Clause(Filter.exists(path), document -> find(document, path) != null);
            }
            case 8 -> {
                return new Clause(
                        Filter.startsWith(path, "xy"),
                        any(path, v -> v.isString() && v.stringValue().startsWith("xy")));
            }
            case 9 -> {
                return new Clause(
                        Filter.isNull(path),
                        document -> find(document, path) == null
                                || find(document, path).isNull());
            }
            case 10 -> {
                Clause inner = clause(random, depth - 1);
                return new Clause(Filter.not(inner.filter), inner.model.negate());
            }
            case 11 -> {
                List<Clause> parts = random.nextBoolean() ? parts(random, depth - 1) : onOnePath(random, path);
                return new Clause(
                        Filter.or(parts.stream().map(Clause::filter).toList()),
                        document -> parts.stream().anyMatch(part -> part.model.test(document)));
            }
            default -> {
                List<Clause> parts = parts(random, depth - 1);
                return new Clause(
                        Filter.and(parts.stream().map(Clause::filter).toList()),
                        document -> parts.stream().allMatch(part -> part.model.test(document)));
            }
        }
    }

    /** Mostly two, but also one, three or none. */
    private static List<Clause> parts(Random random, int depth) {
        List<Clause> parts = new ArrayList<>();
        for (int i = random.nextBoolean() ? 2 : random.nextInt(4); i > 0; i--) {
            parts.add(clause(random, depth));
        }
        return parts;
    }

    /** Up to six, most of them on one path. */
    private static List<Clause> onOnePath(Random random, String path) {
        List<Clause> parts = new ArrayList<>();
        for (int i = 2 + random.nextInt(5); i > 0; i--) {
            parts.add(clause(random, 0, random.nextInt(4) == 0 ? path(random) : path));
        }
        return parts;
    }

    private static Clause rarerClause(Random random, String path, Object x, Object y) {
        return switch (random.nextInt(10)) {
            case 0 ->
                new Clause(
                        Filter.ne(path, x), any(path, v -> compare(v, x) == 0).negate());
            case 1 ->
                new Clause(
                        Filter.notIn(path, List.of(x, y)),
                        any(path, v -> compare(v, x) == 0 || compare(v, y) == 0).negate());
            case 2 -> new Clause(Filter.gt(path, x), any(path, v -> sameKind(v, x) && compare(v, x) > 0));
            case 3 -> new Clause(Filter.le(path, x), any(path, v -> sameKind(v, x) && compare(v, x) <= 0));
            case 4 -> new Clause(Filter.between(path, x, y), any(path, v -> compare(v, x) >= 0 && compare(v, y) <= 0));
            case 5 -> new Clause(Filter.contains(path, x), document -> contains(find(document, path), x));
            case 6 ->
                new Clause(
                        Filter.endsWith(path, "y1"),
                        any(path, v -> v.isString() && v.stringValue().endsWith("y1")));
            case 7 ->
                new Clause(
                        Filter.regex(path, "^x(y[01])?$"),
                        any(path, v -> v.isString() && v.stringValue().matches("x(y[01])?")));
            case 8 ->
                new Clause(
                        Filter.like(path, "x%_"),
                        any(path, v -> v.isString() && v.stringValue().matches("x.+")));
            default ->
                new Clause(
                        Filter.isNotNull(path),
                        document -> find(document, path) != null
                                && !find(document, path).isNull());
        };
    }

    private static boolean contains(JsonNode value, Object operand) {
        if (value != null && value.isArray()) {
            for (JsonNode element : value) {
                if (compare(element, operand) == 0) {
                    return true;
                }
            }
        }
        return value != null
                && value.isString()
                && operand instanceof String part
                && value.stringValue().contains(part);
    }

    private static Object operand(Random random) {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextBoolean() ? "x" : "xy" + random.nextInt(3);
            case 1 -> random.nextInt(12) / 10.0;
            case 2 -> random.nextInt(3) == 0 ? List.of(random.nextInt(6)) : (Object) random.nextBoolean();
            default -> random.nextInt(6);
        };
    }

    private static boolean sameKind(JsonNode value, Object operand) {
        return switch (value.getNodeType()) {
            case NUMBER -> operand instanceof Number;
            case STRING -> operand instanceof String;
            case BOOLEAN -> operand instanceof Boolean;
            case ARRAY -> operand instanceof List;
            default -> false;
        };
    }

    /** Compares through key bytes, whose order has a test of its own; objects compare with nothing. */
    private static int compare(JsonNode value, Object operand) {
        return Arrays.compareUnsigned(sortKey(value), KeyWriter.encode(operand));
    }

    private static byte[] sortKey(JsonNode value) {
        KeyWriter writer = new KeyWriter();
        if (value == null) {
            return KeyWriter.encode(null);
        }
        return writer.addJson(value) ? writer.toBytes() : new byte[] {(byte) 0x70};
    }

    private static boolean isKey(JsonNode value) {
        return new KeyWriter().addJson(value);
    }

    private static Predicate<JsonNode> any(String path, Predicate<JsonNode> test) {
        return document -> {
            JsonNode value = find(document, path);
            if (value == null) {
                return false;
            }
            if (isKey(value) && test.test(value)) {
                return true;
            }
            if (value.isArray()) {
                for (JsonNode element : value) {
                    if (isKey(element) && test.test(element)) {
                        return true;
                    }
                }
            }
            return false;
        };
    }

    private static JsonNode find(JsonNode document, String path) {
        JsonNode node = document;
        for (String step : path.split("\\.")) {
            node = node == null ? null : step.equals("0") ? node.get(0) : node.get(step);
        }
        return node;
    }
}
