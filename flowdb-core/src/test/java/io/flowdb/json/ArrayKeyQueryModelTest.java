package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Conditions on the elements of keys that are arrays, on such keys as a whole, and on the paths of a compound index
 * beside them, find what a walk over a map of Java values finds. {@code -Dflowdb.test.seed} repeats a run.
 */
class ArrayKeyQueryModelTest {
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final List<Object> SINGLE = List.of(true, false, -1, 0, 1, 2.5, "", "a", "ab", "abc", "b");
    private static final List<String> PATHS = List.of("id", "id.0", "id.0", "id.1", "id.2", "id.0.0", "v", "w");

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);

    /** A document as Java values. */
    private record Row(Object id, Object v, Object w) {
        /** The value at one of the paths, null if there is none. */
        @Nullable
        Object at(String path) {
            String[] steps = path.split("\\.");
            Object value = steps[0].equals("id") ? id : steps[0].equals("v") ? v : w;
            for (int i = 1; i < steps.length; i++) {
                int position = Integer.parseInt(steps[i]);
                value = value instanceof List<?> list && position < list.size() ? list.get(position) : null;
            }
            return value;
        }
    }

    /** A filter and what it means. */
    private record Meaning(Filter filter, Predicate<Row> test) {}

    private static int kind(Object value) {
        return value instanceof Boolean ? 1 : value instanceof Number ? 2 : value instanceof String ? 3 : 4;
    }

    private static int compare(Object a, Object b) {
        if (kind(a) != kind(b)) {
            return Integer.compare(kind(a), kind(b));
        }
        if (a instanceof List<?> x && b instanceof List<?> y) {
            for (int i = 0; i < Math.min(x.size(), y.size()); i++) {
                int order = compare(x.get(i), y.get(i));
                if (order != 0) {
                    return order;
                }
            }
            return Integer.compare(x.size(), y.size());
        }
        return a instanceof Number x
                ? Double.compare(x.doubleValue(), ((Number) b).doubleValue())
                : a instanceof String x ? x.compareTo((String) b) : Boolean.compare((Boolean) a, (Boolean) b);
    }

    private Object value(int depth) {
        if (depth == 0 || random.nextInt(4) > 0) {
            return SINGLE.get(random.nextInt(SINGLE.size()));
        }
        return array(depth - 1);
    }

    private List<Object> array(int depth) {
        List<Object> array = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            array.add(value(depth));
        }
        return array;
    }

    private Object key() {
        return random.nextInt(4) == 0 ? value(0) : array(1);
    }

    /** Holds for the value or, if that is an array, for one of its elements. */
    private static Meaning on(String path, Filter filter, Predicate<Object> test) {
        return new Meaning(filter, row -> {
            Object value = row.at(path);
            return value != null
                    && (test.test(value)
                            || value instanceof List<?> list && list.stream().anyMatch(test));
        });
    }

    private Meaning condition() {
        String path = PATHS.get(random.nextInt(PATHS.size()));
        Object a = value(1);
        Object b = value(1);
        return switch (random.nextInt(9)) {
            case 0 -> on(path, Filter.lt(path, a), x -> kind(x) == kind(a) && compare(x, a) < 0);
            case 1 -> on(path, Filter.ge(path, a), x -> kind(x) == kind(a) && compare(x, a) >= 0);
            case 2 -> on(path, Filter.between(path, a, b), x -> compare(x, a) >= 0 && compare(x, b) <= 0);
            case 3 -> on(path, Filter.in(path, List.of(a, b)), x -> compare(x, a) == 0 || compare(x, b) == 0);
            case 4 -> on(path, Filter.startsWith(path, "a"), x -> x instanceof String s && s.startsWith("a"));
            case 5 ->
                on(path, Filter.range(path, KeyRange.prefix("a")), x -> x instanceof String s && s.startsWith("a"));
            case 6 -> on(path, Filter.in(path, List.of()), x -> false);
            default -> on(path, Filter.eq(path, a), x -> compare(x, a) == 0);
        };
    }

    private Meaning filter(int depth) {
        if (depth == 0 || random.nextInt(4) == 0) {
            return condition();
        }
        List<Meaning> parts = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            parts.add(filter(depth - 1));
        }
        List<Filter> filters = parts.stream().map(Meaning::filter).toList();
        return random.nextInt(3) > 0
                ? new Meaning(
                        Filter.and(filters),
                        row -> parts.stream().allMatch(p -> p.test().test(row)))
                : new Meaning(
                        Filter.or(filters),
                        row -> parts.stream().anyMatch(p -> p.test().test(row)));
    }

    private void change(DocumentOperations to, TreeMap<Object, Row> rows, int times) {
        for (int i = 0; i < times; i++) {
            Row row = new Row(key(), value(1), value(0));
            if (random.nextInt(8) == 0) {
                to.delete("s", row.id());
                rows.remove(row.id());
            } else {
                to.put("s", MAPPER.<JsonNode>valueToTree(row));
                rows.put(row.id(), row);
            }
        }
    }

    private void check(DocumentOperations from, TreeMap<Object, Row> rows, int times) {
        for (int i = 0; i < times; i++) {
            Meaning meaning = filter(2);
            List<String> wanted = rows.values().stream()
                    .filter(meaning.test())
                    .map(row -> MAPPER.valueToTree(row.id()).toString())
                    .toList();
            assertThat(from.query("s").where(meaning.filter()).collect())
                    .extracting(document -> document.get("id").toString())
                    .as("seed %s, %s", seed, meaning.filter())
                    .isEqualTo(wanted);
            assertThat(from.query("s").where(meaning.filter()).count())
                    .as("seed %s, %s", seed, meaning.filter())
                    .isEqualTo(wanted.size());
        }
    }

    @Test
    void query_onElementsOfKeys_findsWhatAWalkFinds() {
        for (int round = 0; round < 30; round++) {
            try (JsonDB db = JsonDB.on(new MemoryStore())) {
                StoreSchema schema = StoreSchema.of("s", "id");
                db.createObjectStore(random.nextBoolean() ? schema : schema.withIndex("by_v_w", "v", "w"));
                TreeMap<Object, Row> rows = new TreeMap<>(ArrayKeyQueryModelTest::compare);
                change(db, rows, 60);
                check(db, rows, 60);
                try (JsonTransaction own = db.transaction(TransactionMode.READ_WRITE, "s")) {
                    change(own, rows, 20);
                    check(own, rows, 30);
                }
            }
        }
    }

    /** A condition on the first element of the key was no range of keys: the whole store was read for it. */
    @Test
    void query_onLeadingElements_readsTheirRangeOnly() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore(StoreSchema.of("s", "id"));
            for (int i = 0; i < 1000; i++) {
                db.put("s", MAPPER.<JsonNode>valueToTree(new Row(List.of("c" + i % 10, i), 1, 1)));
            }
            assertThat(read(db, Filter.eq("id.0", "c3"))).isEqualTo(100);
            assertThat(read(db, Filter.in("id.0", List.of("c3", "c5", "none")))).isEqualTo(200);
            assertThat(read(db, Filter.gt("id.0", "c7"))).isEqualTo(200);
            assertThat(read(db, Filter.eq("id.0", "c3").and(Filter.lt("id.1", 100))))
                    .isEqualTo(10);
            assertThat(read(db, Filter.eq("id.0", "c3").and(Filter.eq("id.1", 13))))
                    .isEqualTo(1);
            assertThat(read(db, Filter.eq("id.0", "c3").or(Filter.startsWith("id.0", "c4"))))
                    .isEqualTo(200);
            assertThat(read(db, Filter.eq("id", List.of("c3", 13)).and(Filter.eq("id.0", "c3"))))
                    .isEqualTo(1);
        }
    }

    /**
     * A key that is an array, or one element of it, may equal a value: all documents with arrays for keys were read to
     * see, also beside a condition that an index answers with one entry.
     */
    @Test
    void query_onAKeyAmongArrays_readsOnlyWhatTheKeysDecide() {
        try (JsonDB db = JsonDB.on(new MemoryStore())) {
            db.createObjectStore(StoreSchema.of("s", "id").withUniqueIndex("by_v", "v"));
            for (int i = 0; i < 1000; i++) {
                db.put("s", MAPPER.<JsonNode>valueToTree(new Row(List.of("c" + i % 10, i), i, 1)));
            }
            assertThat(read(db, Filter.eq("id", List.of("c3", 13)))).isEqualTo(1);
            assertThat(read(db, Filter.eq("id", 5))).isEqualTo(1);
            assertThat(read(db, Filter.eq("id", "c3").and(Filter.eq("w", 1)))).isEqualTo(100);
            assertThat(read(db, Filter.eq("id", List.of("nobody")))).isZero();
            Explain both = db.query("s")
                    .whereEq("id", List.of("c3", 13))
                    .whereEq("v", 13)
                    .explain();
            assertThat(both.entriesRead() + both.documentsRead()).isEqualTo(2);
            assertThat(both.rowsReturned()).isEqualTo(1);
        }
    }

    private static long read(JsonDB db, Filter filter) {
        return db.query("s").where(filter).explain().documentsRead();
    }
}
