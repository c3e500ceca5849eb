package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.TestDatabase;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.springframework.core.convert.converter.Converter;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.convert.PropertyValueConverter;
import org.springframework.data.convert.ReadingConverter;
import org.springframework.data.convert.ValueConversionContext;
import org.springframework.data.convert.ValueConverter;
import org.springframework.data.convert.WritingConverter;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Windows by keyset against one query, sorted by optional, converted and several values. Rows were left out, or came
 * again and again: where an {@code Optional} holds NaN, where a converter writes numbers and text, and where a list has
 * null or a list as an element.
 */
class WindowValuesModelTest {

    private static final int ROUNDS = 12;

    record Temperature(double degrees) {}

    record Point(int x, int y) {}

    @WritingConverter
    enum WriteTemperature implements Converter<Temperature, Double> {
        INSTANCE;

        @Override
        public Double convert(Temperature temperature) {
            return temperature.degrees();
        }
    }

    @ReadingConverter
    enum ReadTemperature implements Converter<Double, Temperature> {
        INSTANCE;

        @Override
        public Temperature convert(Double degrees) {
            return new Temperature(degrees);
        }
    }

    @WritingConverter
    enum WritePoint implements Converter<Point, List<Integer>> {
        INSTANCE;

        @Override
        public List<Integer> convert(Point point) {
            return List.of(point.x(), point.y());
        }
    }

    @ReadingConverter
    enum ReadPoint implements Converter<List<?>, Point> {
        INSTANCE;

        @Override
        public Point convert(List<?> parts) {
            return new Point(((Number) parts.get(0)).intValue(), ((Number) parts.get(1)).intValue());
        }
    }

    /** Numbers as numbers, other text as text. */
    static final class NumberOrText
            implements PropertyValueConverter<String, Object, ValueConversionContext<FlowDbPersistentProperty>> {
        @Override
        public String read(Object stored, ValueConversionContext<FlowDbPersistentProperty> context) {
            return stored.toString();
        }

        @Override
        public Object write(String value, ValueConversionContext<FlowDbPersistentProperty> context) {
            return value.matches("\\d+") ? (Object) Long.valueOf(value) : value;
        }
    }

    /** JSON of any kind, as text in Java. */
    static final class AsJson
            implements PropertyValueConverter<String, JsonNode, ValueConversionContext<FlowDbPersistentProperty>> {
        @Override
        public String read(JsonNode stored, ValueConversionContext<FlowDbPersistentProperty> context) {
            return stored.toString();
        }

        @Override
        public JsonNode write(String value, ValueConversionContext<FlowDbPersistentProperty> context) {
            return JsonMapper.shared().readTree(value);
        }
    }

    record Inner(Optional<Double> ratio, @Nullable List<String> tags) {}

    @ObjectStore("rows")
    record Row(
            @Id Long id,
            @Indexed Optional<Double> ratio,
            Optional<Object> maybe,
            @Nullable Object any,

            @ValueConverter(AsJson.class) @Nullable String json,

            @ValueConverter(NumberOrText.class) @Nullable String mixed,

            @Nullable Temperature temperature,
            Optional<Temperature> felt,
            @Nullable Point point,
            @Nullable List<@Nullable String> tags,
            @Nullable List<@Nullable Double> weights,
            double @Nullable [] numbers,
            @Nullable Set<String> set,
            Optional<List<String>> texts,
            @Nullable List<Optional<Integer>> options,
            @Nullable List<@Nullable Object> objects,
            @Nullable Inner inner) {}

    private static final List<String> SORTED_BY = List.of(
            "ratio",
            "maybe",
            "any",
            "json",
            "mixed",
            "temperature",
            "felt",
            "point",
            "tags",
            "weights",
            "numbers",
            "set",
            "texts",
            "options",
            "objects",
            "inner.ratio",
            "inner.tags");

    @ObjectStore("grids")
    record Grid(
            @Id long id,
            List<List<Integer>> cells,
            Optional<List<String[]>> words,
            Set<Point> points,
            @Nullable Object any,

            @ValueConverter(AsJson.class) @Nullable String json) {}

    private static TestDatabase database() {
        return TestDatabase.with(
                List.of(WriteTemperature.INSTANCE, ReadTemperature.INSTANCE, WritePoint.INSTANCE, ReadPoint.INSTANCE),
                Row.class,
                Grid.class);
    }

    @Test
    void windows_sortedByOptionalConvertedAndSeveralValues_areWhole() {
        long seed = Long.getLong("flowdb.test.seed", System.nanoTime());
        System.out.println("windows_sortedByOptionalConvertedAndSeveralValues_areWhole seed " + seed);
        Random random = new Random(seed);
        try (TestDatabase database = database()) {
            FlowDbTemplate template = database.template();
            for (int round = 0; round < ROUNDS; round++) {
                template.deleteAll(Row.class);
                template.insertAll(rows(random));
                for (String property : SORTED_BY) {
                    for (Sort.Direction direction : Sort.Direction.values()) {
                        Sort.NullHandling nulls = pick(random, Sort.NullHandling.values());
                        Sort sort = Sort.by(new Sort.Order(direction, property, nulls));
                        check(template, sort, 1 + random.nextInt(4), seed);
                        Sort.Order other = new Sort.Order(
                                pick(random, Sort.Direction.values()), SORTED_BY.get(random.nextInt(SORTED_BY.size())));
                        check(template, sort.and(Sort.by(other)), 1 + random.nextInt(4), seed);
                    }
                }
            }
        }
    }

    private static List<Row> rows(Random random) {
        List<Row> rows = new ArrayList<>();
        int count = random.nextInt(20);
        for (long id = 1; id <= count; id++) {
            rows.add(new Row(
                    id,
                    Optional.ofNullable(fraction(random)),
                    Optional.ofNullable(any(random)),
                    any(random),
                    pick(random, "1", "2.5", "true", "\"a\"", "[]", "[1,null]", null),
                    pick(random, "1", "2", "10", "x", "y", null),
                    temperature(random),
                    Optional.ofNullable(temperature(random)),
                    random.nextInt(4) == 0 ? null : new Point(random.nextInt(2), random.nextInt(2)),
                    list(random, () -> pick(random, "a", "b", null)),
                    list(random, () -> fraction(random)),
                    pick(random, new double[0], new double[] {1}, new double[] {1, Double.NaN}, null),
                    pick(random, Set.of(), Set.of("a"), Set.of("b"), null),
                    Optional.ofNullable(list(random, () -> pick(random, "a", "b"))),
                    list(random, () -> pick(random, Optional.<Integer>empty(), Optional.of(1), Optional.of(2))),
                    list(random, () -> pick(random, "a", 1, true, null, 2.5)),
                    random.nextInt(4) == 0
                            ? null
                            : new Inner(
                                    Optional.ofNullable(fraction(random)),
                                    list(random, () -> pick(random, "a", "b")))));
        }
        return rows;
    }

    private static @Nullable Temperature temperature(Random random) {
        Double degrees = fraction(random);
        return degrees == null ? null : new Temperature(degrees);
    }

    private static @Nullable Double fraction(Random random) {
        return pick(random, 1.0, 2.5, -1.0, 0.0, Double.NaN, Double.POSITIVE_INFINITY, null);
    }

    private static @Nullable Object any(Random random) {
        return pick(random, 1, 2L, "a", "", true, 1.5, new BigDecimal("1e30"), List.of(), List.of(1, "x"), null);
    }

    @SafeVarargs
    private static <T extends @Nullable Object> T pick(Random random, T... values) {
        return values[random.nextInt(values.length)];
    }

    private static <T extends @Nullable Object> @Nullable List<T> list(Random random, Supplier<T> element) {
        if (random.nextInt(6) == 0) {
            return null;
        }
        List<T> list = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            list.add(element.get());
        }
        return list;
    }

    private static void check(FlowDbTemplate template, Sort sort, int size, long seed) {
        List<Long> wanted = template.query(Row.class).sort(sort.and(Sort.by("id"))).all().stream()
                .map(Row::id)
                .toList();
        assertThat(walk(template, sort, size, ScrollPosition.keyset()))
                .as("seed %d, forward by %s", seed, sort)
                .isEqualTo(wanted);
        assertThat(walk(template, sort, size, ScrollPosition.keyset().backward()))
                .as("seed %d, backward by %s", seed, sort)
                .isEqualTo(wanted);
    }

    private static List<Long> walk(FlowDbTemplate template, Sort sort, int size, KeysetScrollPosition start) {
        List<Long> seen = new ArrayList<>();
        KeysetScrollPosition position = start;
        for (int windows = 0; windows < 30; windows++) {
            Window<Row> window =
                    template.query(Row.class).sort(sort).limit(size).scroll(position);
            List<Long> ids = window.getContent().stream().map(Row::id).toList();
            seen.addAll(position.scrollsForward() ? seen.size() : 0, ids);
            if (!window.hasNext()) {
                return seen;
            }
            int last = position.scrollsForward() ? window.size() - 1 : 0;
            position = sent((KeysetScrollPosition) window.positionAt(last));
        }
        throw new AssertionError("windows without end by " + sort + ": " + seen);
    }

    /** What a client gives back that got it as JSON. */
    @SuppressWarnings("unchecked")
    private static KeysetScrollPosition sent(KeysetScrollPosition position) {
        JsonMapper mapper = new JsonMapper();
        Map<String, Object> keys = mapper.readValue(mapper.writeValueAsString(position.getKeys()), LinkedHashMap.class);
        return ScrollPosition.of(keys, position.getDirection());
    }

    @Test
    void windows_sortedByListsOfLists_areRefused() {
        try (TestDatabase database = database()) {
            for (String property : List.of("cells", "words")) {
                assertRefused(() -> scroll(database, property), property);
            }
        }
    }

    /** None is left out unnoticed, whichever comes first. */
    @Test
    void windows_thatMeetAListWithinAListOrAnObject_areRefused() {
        String object = "{\"a\":1}";
        List<Object> uncomparable = List.of(
                List.of(1, List.of(5)),
                Map.of("a", 1),
                List.of(Map.of("a", 1), 1),
                Arrays.asList(null, List.of()),
                Map.of());
        for (Object value : uncomparable) {
            try (TestDatabase database = database()) {
                for (long id = 1; id <= 5; id++) {
                    Object any = id == 3 ? value : pick(new Random(id), id, "x", List.of(2), true);
                    String json = id == 3 ? object : Long.toString(id);
                    database.template().insert(new Grid(id, List.of(), Optional.empty(), Set.of(), any, json));
                }
                assertRefused(() -> scroll(database, "any"), "any");
                assertRefused(() -> scroll(database, "json"), "json");
            }
        }
        try (TestDatabase database = database()) {
            Grid grid = new Grid(1, List.of(), Optional.empty(), Set.of(new Point(1, 2)), null, object);
            database.template().insert(grid);
            assertRefused(() -> scroll(database, "points"), "points");
        }
    }

    private static void assertRefused(org.assertj.core.api.ThrowableAssert.ThrowingCallable windows, String property) {
        assertThatThrownBy(windows)
                .isInstanceOf(InvalidDataAccessApiUsageException.class)
                .hasMessageContaining("'" + property + "' holds objects, or lists within lists");
    }

    private static void scroll(TestDatabase database, String property) {
        ScrollPosition position = ScrollPosition.keyset();
        for (int windows = 0; windows < 10; windows++) {
            Window<Grid> window = database.template()
                    .query(Grid.class)
                    .sort(Sort.by(property))
                    .limit(1)
                    .scroll(position);
            if (!window.hasNext()) {
                return;
            }
            position = window.positionAt(0);
        }
    }

    @Test
    void window_fromAPositionWithAListWithinAList_isRefused() {
        try (TestDatabase database = database()) {
            KeysetScrollPosition position = ScrollPosition.forward(Map.of("any", List.of(List.of(1)), "id", 1));
            assertRefused(
                    () -> database.template()
                            .query(Grid.class)
                            .sort(Sort.by("any"))
                            .limit(1)
                            .scroll(position),
                    "any");
        }
    }
}
