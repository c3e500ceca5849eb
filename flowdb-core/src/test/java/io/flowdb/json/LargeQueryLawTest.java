package io.flowdb.json;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.Config;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Queries over thousands of documents, so that candidates are large, walks in an order are tried and given up, and
 * documents without entries are merged in, find what filtering, sorting and slicing a list of rows finds.
 * {@code -Dflowdb.test.seed} repeats a run.
 */
class LargeQueryLawTest {
    private static final int DOCUMENTS = 3_000;
    private static final List<String> PATHS = List.of("a", "b", "c", "d");

    private final long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final TreeMap<Integer, Row> rows = new TreeMap<>();

    /** A document: a value is a number, absent (null) or an object (OBJECT). */
    private record Row(
            int id,
            @Nullable Integer a,
            @Nullable Integer b,
            @Nullable Integer c,
            @Nullable Integer d) {
        static final int OBJECT = Integer.MAX_VALUE;

        @Nullable
        Integer at(String path) {
            return switch (path) {
                case "id" -> Integer.valueOf(id);
                case "a" -> a;
                case "b" -> b;
                case "c" -> c;
                default -> d;
            };
        }

        ObjectNode document() {
            ObjectNode document = DocumentCodec.MAPPER.createObjectNode().put("id", id);
            for (String path : PATHS) {
                Integer value = at(path);
                if (value != null && value == OBJECT) {
                    document.putObject(path);
                } else if (value != null) {
                    document.put(path, value);
                }
            }
            return document;
        }
    }

    private record Meaning(Filter filter, Predicate<Row> test) {}

    private record Order(String path, boolean descending) {}

    /** Few values for "a", many for "d"; now and then none, or no key. */
    private Row row(int id, int absentOf) {
        Integer[] values = new Integer[4];
        int[] most = {3, 12, 300, 3_000};
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextInt(absentOf) == 0
                    ? random.nextBoolean() ? null : Integer.valueOf(Row.OBJECT)
                    : Integer.valueOf(random.nextInt(most[i]));
        }
        // What "d" is goes with "a" in part, so that a walk in its order meets what a filter wants early or late.
        boolean related = values[3] != null && values[3] != Row.OBJECT && values[0] != null && random.nextInt(8) > 0;
        if (related && values[0] != Row.OBJECT) {
            values[3] = values[0] * 3_000 + values[3];
        }
        return new Row(id, values[0], values[1], values[2], values[3]);
    }

    private StoreSchema schema() {
        StoreSchema schema = StoreSchema.of("s", "id");
        for (int i = 1 + random.nextInt(4); i > 0; i--) {
            List<String> paths = new ArrayList<>(PATHS);
            Collections.shuffle(paths, random);
            schema = schema.withIndex(new IndexSchema("i" + i, paths.subList(0, 1 + random.nextInt(2)), false, false));
        }
        return schema;
    }

    private Meaning condition() {
        String path = random.nextInt(6) == 0 ? "id" : PATHS.get(random.nextInt(PATHS.size()));
        int x = random.nextInt(random.nextBoolean() ? 12 : 3_000);
        Predicate<Row> isNumber = row -> row.at(path) != null && row.at(path) != Row.OBJECT;
        return switch (random.nextInt(5)) {
            case 0 -> new Meaning(Filter.lt(path, x), isNumber.and(row -> row.at(path) < x));
            case 1 -> new Meaning(Filter.ge(path, x), isNumber.and(row -> row.at(path) >= x));
            case 2 ->
                new Meaning(
                        Filter.in(path, List.of(x, x + 1)),
                        isNumber.and(row -> row.at(path) - x == 0 || row.at(path) - x == 1));
            case 3 -> new Meaning(Filter.exists(path), row -> row.at(path) != null);
            default -> new Meaning(Filter.eq(path, x), isNumber.and(row -> row.at(path) == x));
        };
    }

    private Meaning filter(int depth) {
        if (depth == 0 || random.nextInt(3) == 0) {
            return condition();
        }
        List<Meaning> parts = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            parts.add(filter(depth - 1));
        }
        List<Filter> filters = parts.stream().map(Meaning::filter).toList();
        return random.nextBoolean()
                ? new Meaning(
                        Filter.and(filters),
                        row -> parts.stream().allMatch(p -> p.test().test(row)))
                : new Meaning(
                        Filter.or(filters),
                        row -> parts.stream().anyMatch(p -> p.test().test(row)));
    }

    private List<Integer> expected(Predicate<Row> test, List<Order> orders, int offset, int limit) {
        Comparator<Row> comparator = Comparator.comparingInt(row -> 0);
        for (Order order : orders) {
            Comparator<Row> next = Comparator.comparingInt(row -> {
                Integer value = row.at(order.path);
                return value == null ? Integer.MIN_VALUE : value;
            });
            comparator = comparator.thenComparing(order.descending ? next.reversed() : next);
        }
        return rows.values().stream()
                .filter(test)
                .sorted(comparator)
                .skip(offset)
                .limit(limit)
                .map(Row::id)
                .toList();
    }

    private void check(DocumentOperations from, int times) {
        for (int i = 0; i < times; i++) {
            Meaning meaning = filter(2 + random.nextInt(2));
            List<Order> orders = new ArrayList<>();
            for (int j = random.nextInt(3); j > 0; j--) {
                orders.add(new Order(PATHS.get(random.nextInt(PATHS.size())), random.nextBoolean()));
            }
            int offset = random.nextInt(4) == 0 ? random.nextInt(20) : 0;
            int limit = random.nextInt(4) == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(20);
            JsonQuery query = from.query("s").where(meaning.filter()).offset(offset);
            orders.forEach(order -> query.orderBy(order.path, order.descending ? Direction.DESC : Direction.ASC));
            if (limit < Integer.MAX_VALUE || random.nextBoolean()) {
                query.limit(limit);
            }
            List<Integer> wanted = expected(meaning.test(), orders, offset, limit);
            String what = "seed " + seed + " " + meaning.filter() + " orders " + orders + " offset " + offset
                    + " limit " + limit;
            assertThat(ids(query.collect()))
                    .as(() -> what + "\n" + query.explain())
                    .isEqualTo(wanted);
            assertThat(ids(query.stream().toList())).as(what).isEqualTo(wanted);
            assertThat(query.count()).as(what).isEqualTo(wanted.size());
        }
    }

    private static List<Integer> ids(List<JsonNode> documents) {
        return documents.stream().map(document -> document.get("id").intValue()).toList();
    }

    @Test
    void queries_overThousandsOfDocuments_equalFilterSortSlice() {
        System.out.println("large query law seed " + seed);
        for (int round = 0; round < 6; round++) {
            rows.clear();
            int absentOf = round % 3 == 0 ? 4 : 200;
            try (JsonDB db = JsonDB.open(Config.builder().inMemory(true).build())) {
                db.createObjectStore(schema());
                for (int i = 0; i < DOCUMENTS; i++) {
                    rows.put(i, row(i, absentOf));
                }
                db.putAll("s", rows.values().stream().map(Row::document).toList());
                check(db, 25);
                try (JsonTransaction own = db.transaction(TransactionMode.READ_WRITE, "s")) {
                    for (int i = 0; i < 300; i++) {
                        Row row = row(random.nextInt(DOCUMENTS + 100), absentOf);
                        own.put("s", row.document());
                        rows.put(row.id(), row);
                    }
                    check(own, 10);
                }
            }
        }
    }
}
