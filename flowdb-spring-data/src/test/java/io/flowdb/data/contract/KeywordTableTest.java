package io.flowdb.data.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.data.TestDatabase;
import io.flowdb.data.contract.Item.Place;
import io.flowdb.data.contract.Item.Status;
import java.lang.reflect.Method;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.springframework.data.domain.Range;

/**
 * Each derived query gives what the same predicate gives over a list: every keyword, on each kind of property, with
 * values that are there, that are not, and null; with and without regard to case.
 */
class KeywordTableTest {

    private static final List<String> NAMES = Arrays.asList(
            null, "", "a", "A", "ab", "Ab", "AB", "b%", "a_b", "a\\b", "äÖ", "ÄÖ", "x\ny", "hello world", "Zebra", "ß");
    private static final List<String> TAGS = List.of("red", "Red", "blue", "");

    private static TestDatabase database;
    private static ItemRepository repository;
    private static final List<Item> ITEMS = new ArrayList<>();
    private static final long SEED = Long.getLong("flowdb.test.seed", System.nanoTime());
    private static final Random RANDOM = new Random(SEED);

    private final Map<String, BiPredicate<Item, Object[]>> expected = new TreeMap<>();

    @BeforeAll
    static void store() {
        database = TestDatabase.with(Item.class);
        repository = database.repository(ItemRepository.class);
        for (int i = 0; i < 300; i++) {
            ITEMS.add(item(i));
        }
        repository.saveAll(ITEMS);
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static Item item(int i) {
        return new Item(
                String.format(Locale.ROOT, "%04d", i),
                pick(NAMES),
                orNull(RANDOM.nextInt(10)),
                orNull(BigDecimal.valueOf(RANDOM.nextInt(20), 1)),
                orNull(RANDOM.nextBoolean()),
                orNull(Status.values()[RANDOM.nextInt(3)]),
                orNull(LocalDate.of(2026, 1, 1).plusDays(RANDOM.nextInt(10))),
                orNull(Instant.ofEpochSecond(RANDOM.nextInt(10), RANDOM.nextInt(2) * 500_000_000L)),
                orNull(TAGS.subList(0, RANDOM.nextInt(TAGS.size()))),
                orNull(new UUID(0, RANDOM.nextInt(5))),
                orNull(new Place(pick(NAMES), orNull(RANDOM.nextInt(5)))));
    }

    private static <T> T pick(List<T> values) {
        return values.get(RANDOM.nextInt(values.size()));
    }

    private static <T> T orNull(T value) {
        return RANDOM.nextInt(5) == 0 ? null : value;
    }

    @TestFactory
    Stream<DynamicTest> derivedQuery_anyValues_equalsPredicate() {
        text();
        textPatterns();
        numbers();
        others();
        combinations();
        List<DynamicTest> tests = new ArrayList<>();
        for (Method method : ItemRepository.class.getDeclaredMethods()) {
            String name = method.getName() + "(" + Arrays.toString(method.getParameterTypes()) + ")";
            tests.add(DynamicTest.dynamicTest(name, () -> check(method)));
        }
        assertThat(tests).hasSizeGreaterThan(70);
        return tests.stream();
    }

    private void check(Method method) throws Exception {
        BiPredicate<Item, Object[]> predicate = expected.get(key(method));
        assertThat(predicate).as("a predicate for %s", key(method)).isNotNull();
        for (int round = 0; round < 30; round++) {
            Object[] arguments = new Object[method.getParameterCount()];
            for (int i = 0; i < arguments.length; i++) {
                arguments[i] = argument(method, i);
            }
            List<?> found = (List<?>) method.invoke(repository, arguments);
            List<Item> wanted = new ArrayList<>();
            for (Item item : ITEMS) {
                if (predicate.test(item, arguments)) {
                    wanted.add(item);
                }
            }
            assertThat(found)
                    .as("seed %s, %s%s", SEED, method.getName(), Arrays.deepToString(arguments))
                    .isEqualTo(wanted);
        }
    }

    /** The name, with the kind of the parameter where a name is overloaded. */
    private static String key(Method method) {
        boolean overloaded = Arrays.stream(ItemRepository.class.getDeclaredMethods())
                        .filter(m -> m.getName().equals(method.getName()))
                        .count()
                > 1;
        return overloaded
                ? method.getName()
                        + Arrays.stream(method.getParameterTypes())
                                .map(Class::getSimpleName)
                                .toList()
                : method.getName();
    }

    private void text() {
        expect("findByName", (i, a) -> Objects.equals(i.name(), a[0]));
        expect("findByNameIs", (i, a) -> Objects.equals(i.name(), a[0]));
        expect("findByNameIgnoreCase", (i, a) -> same(i.name(), a[0]));
        expect("findByNameNot", (i, a) -> !Objects.equals(i.name(), a[0]));
        expect("findByNameNotIgnoreCase", (i, a) -> !same(i.name(), a[0]));
        expect("findByNameIsNull", (i, a) -> i.name() == null);
        expect("findByNameIsNotNull", (i, a) -> i.name() != null);
        expect("findByNameIsEmpty", (i, a) -> i.name() == null || i.name().isEmpty());
        expect("findByNameIsNotEmpty", (i, a) -> i.name() != null && !i.name().isEmpty());
        expect("findByNameExists[]", (i, a) -> i.name() != null);
        expect("findByNameExists[Boolean]", (i, a) -> (i.name() != null) == !Boolean.FALSE.equals(a[0]));
        expect("findByNameGreaterThan", (i, a) -> compare(i.name(), a[0], c -> c > 0));
        expect(
                "findByNameBetween",
                (i, a) -> compare(i.name(), a[0], c -> c >= 0) && compare(i.name(), a[1], c -> c <= 0));
        expect("findByNameIn[Collection]", (i, a) -> ((Collection<?>) a[0]).contains(i.name()));
        expect(
                "findByNameIn[String[]]",
                (i, a) -> Arrays.asList((Object[]) a[0]).contains(i.name()));
        expect(
                "findByNameInIgnoreCase",
                (i, a) -> ((Collection<?>) a[0]).stream().anyMatch(v -> same(i.name(), v)));
        expect("findByNameNotIn", (i, a) -> !((Collection<?>) a[0]).contains(i.name()));
    }

    private void textPatterns() {
        expect("findByNameLike", (i, a) -> like(i.name(), a[0], 0));
        expect("findByNameLikeIgnoreCase", (i, a) -> like(i.name(), a[0], Pattern.CASE_INSENSITIVE));
        expect("findByNameNotLike", (i, a) -> !like(i.name(), a[0], 0));
        expect("findByNameStartingWith", (i, a) -> texts(i.name(), a[0], String::startsWith));
        expect("findByNameStartingWithIgnoreCase", (i, a) -> texts(fold(i.name()), fold(a[0]), String::startsWith));
        expect("findByNameEndingWith", (i, a) -> texts(i.name(), a[0], String::endsWith));
        expect("findByNameEndingWithIgnoreCase", (i, a) -> texts(fold(i.name()), fold(a[0]), String::endsWith));
        expect("findByNameContaining", (i, a) -> texts(i.name(), a[0], String::contains));
        expect("findByNameContainingIgnoreCase", (i, a) -> texts(fold(i.name()), fold(a[0]), String::contains));
        expect("findByNameNotContaining", (i, a) -> !texts(i.name(), a[0], String::contains));
        expect("findByNameMatchesRegex", (i, a) -> found(i.name(), a[0], 0));
        expect("findByNameMatchesIgnoreCase", (i, a) -> found(i.name(), a[0], Pattern.CASE_INSENSITIVE));
        expect(
                "findByNameRegex",
                (i, a) -> a[0] != null
                        && i.name() != null
                        && ((Pattern) a[0]).matcher(i.name()).find());
    }

    private void numbers() {
        expect("findByAge", (i, a) -> Objects.equals(i.age(), a[0]));
        expect("findByAgeNot", (i, a) -> !Objects.equals(i.age(), a[0]));
        expect("findByAgeIsNull", (i, a) -> i.age() == null);
        expect("findByAgeLessThan", (i, a) -> compare(i.age(), a[0], c -> c < 0));
        expect("findByAgeLessThanEqual", (i, a) -> compare(i.age(), a[0], c -> c <= 0));
        expect("findByAgeGreaterThan", (i, a) -> compare(i.age(), a[0], c -> c > 0));
        expect("findByAgeGreaterThanEqual", (i, a) -> i.age() != null && i.age() >= (Long) a[0]);
        expect("findByAgeBetween[Integer, Integer]", (i, a) -> within(i.age(), a[0], a[1]));
        expect(
                "findByAgeBetween[Range]",
                (i, a) -> i.age() != null && a[0] != null && ((Range<Integer>) a[0]).contains(i.age()));
        expect("findByAgeIn", (i, a) -> ((Collection<?>) a[0]).contains(i.age()));
        expect("findByAgeNotIn", (i, a) -> !((Collection<?>) a[0]).contains(i.age()));
        expect(
                "findByAgeGreaterThanAndAgeLessThan",
                (i, a) -> i.age() != null && i.age() > (Integer) a[0] && i.age() < (Integer) a[1]);
        expect("findByPrice", (i, a) -> numbersEqual(i.price(), (BigDecimal) a[0]));
        expect("findByPriceGreaterThan", (i, a) -> compare(i.price(), a[0], c -> c > 0));
    }

    private void others() {
        expect("findByActiveTrue", (i, a) -> Boolean.TRUE.equals(i.active()));
        expect("findByActiveFalse", (i, a) -> Boolean.FALSE.equals(i.active()));
        expect("findByActive", (i, a) -> Objects.equals(i.active(), a[0]));
        expect("findByActiveIsNot", (i, a) -> !Objects.equals(i.active(), a[0]));
        expect("findByStatus", (i, a) -> i.status() == a[0]);
        expect("findByStatusNot", (i, a) -> i.status() != a[0]);
        expect("findByStatusIn[Collection]", (i, a) -> ((Collection<?>) a[0]).contains(i.status()));
        expect(
                "findByStatusIn[Status[]]",
                (i, a) -> Arrays.asList((Object[]) a[0]).contains(i.status()));
        expect("findByDayBefore", (i, a) -> compare(i.day(), a[0], c -> c < 0));
        expect("findByDayAfter", (i, a) -> compare(i.day(), a[0], c -> c > 0));
        expect("findByDayBetween", (i, a) -> within(i.day(), a[0], a[1]));
        expect("findByAtAfter", (i, a) -> compare(i.at(), a[0], c -> c > 0));
        expect("findByAtLessThanEqual", (i, a) -> compare(i.at(), a[0], c -> c <= 0));
        expect("findByUid", (i, a) -> Objects.equals(i.uid(), a[0]));
        expect(
                "findByTagsContaining[String]",
                (i, a) -> i.tags() != null && a[0] != null && i.tags().contains(a[0]));
        expect(
                "findByTagsContaining[Collection]",
                (i, a) -> i.tags() != null
                        ? i.tags().containsAll((Collection<?>) a[0]) && !((Collection<?>) a[0]).contains(null)
                        : ((Collection<?>) a[0]).isEmpty());
        expect(
                "findByTagsNotContaining",
                (i, a) -> i.tags() == null || a[0] == null || !i.tags().contains(a[0]));
        expect("findByTagsIsEmpty", (i, a) -> i.tags() == null || i.tags().isEmpty());
        expect("findByTagsIsNotEmpty", (i, a) -> i.tags() != null && !i.tags().isEmpty());
        expect("findByTags", (i, a) -> Objects.equals(i.tags(), a[0]));
        expect(
                "findByPlaceCity",
                (i, a) -> Objects.equals(i.place() == null ? null : i.place().city(), a[0]));
        expect("findByPlaceCityIsNull", (i, a) -> i.place() == null || i.place().city() == null);
        expect(
                "findByPlace_FloorGreaterThan",
                (i, a) -> i.place() != null && compare(i.place().floor(), a[0], c -> c > 0));
    }

    private void combinations() {
        expect("findByNameAndAge", (i, a) -> Objects.equals(i.name(), a[0]) && Objects.equals(i.age(), a[1]));
        expect("findByNameOrAge", (i, a) -> Objects.equals(i.name(), a[0]) || Objects.equals(i.age(), a[1]));
        expect(
                "findByNameAndAgeOrStatusAndActive",
                (i, a) -> Objects.equals(i.name(), a[0]) && Objects.equals(i.age(), a[1])
                        || i.status() == a[2] && Objects.equals(i.active(), a[3]));
        expect(
                "findByNameAndPlaceCityAllIgnoreCase",
                (i, a) -> same(i.name(), a[0])
                        && same(i.place() == null ? null : i.place().city(), a[1]));
        expect(
                "findByStatusAndAgeGreaterThanEqual",
                (i, a) -> i.status() == a[0] && i.age() != null && i.age() >= (Integer) a[1]);
    }

    private void expect(String method, BiPredicate<Item, Object[]> predicate) {
        assertThat(expected.put(method, predicate)).as(method).isNull();
    }

    private static Object argument(Method method, int index) {
        Class<?> type = method.getParameterTypes()[index];
        String generic = method.getGenericParameterTypes()[index].getTypeName();
        if (type == String.class && method.getName().contains("Like")) {
            return pick(Arrays.asList(
                    null, "a%", "%b", "%b%", "a_", "_", "%", "a\\_b", "ab", "", "a%b", "x%y", "%ö", "b\\%"));
        }
        if (type == String.class && method.getName().contains("Matches")) {
            return pick(Arrays.asList(null, "a", "^a", "b$", "[A-Z]+", "o.*o", "", "ä"));
        }
        if (type == String.class) {
            return pick(method.getName().contains("Tags") ? List.of("red", "Red", "x", "") : NAMES);
        }
        if (type == Pattern.class) {
            return pick(Arrays.asList(null, Pattern.compile("A"), Pattern.compile("a", 2), Pattern.compile("a_", 16)));
        }
        if (type == Range.class) {
            return pick(Arrays.asList(
                    Range.open(2, 5),
                    Range.closed(2, 5),
                    Range.rightOpen(2, 5),
                    Range.unbounded(),
                    Range.leftUnbounded(Range.Bound.inclusive(4)),
                    Range.rightUnbounded(Range.Bound.exclusive(4)),
                    null));
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return several(type, generic, method.getName());
        }
        return single(type);
    }

    private static Object several(Class<?> type, String generic, String name) {
        if (name.equals("findByTags")) {
            return pick(Arrays.asList(null, List.of(), List.of("red"), List.of("red", "Red"), List.of("Red", "red")));
        }
        List<Object> values = new ArrayList<>();
        int size = RANDOM.nextInt(4);
        for (int i = 0; i < size; i++) {
            values.add(
                    name.contains("Tags")
                            ? pick(TAGS)
                            : generic.contains("Status")
                                    ? single(Status.class)
                                    : generic.contains("Integer") ? single(Integer.class) : pick(NAMES));
        }
        if (type == String[].class) {
            return values.toArray(new String[0]);
        }
        if (type == Status[].class) {
            return values.toArray(new Status[0]);
        }
        return RANDOM.nextBoolean() ? values : new java.util.LinkedHashSet<>(values);
    }

    private static Object single(Class<?> type) {
        if (type == int.class) {
            return RANDOM.nextInt(-1, 11);
        }
        if (type == long.class) {
            return RANDOM.nextLong(-1, 11);
        }
        Object value = Map.<Class<?>, Object>of(
                        Integer.class, RANDOM.nextInt(-1, 11),
                        BigDecimal.class,
                                new BigDecimal(RANDOM.nextInt(20))
                                        .movePointLeft(1)
                                        .setScale(RANDOM.nextInt(1, 4)),
                        Boolean.class, RANDOM.nextBoolean(),
                        Status.class, Status.values()[RANDOM.nextInt(3)],
                        LocalDate.class, LocalDate.of(2026, 1, 1).plusDays(RANDOM.nextInt(12) - 1),
                        Instant.class, Instant.ofEpochSecond(RANDOM.nextInt(10), RANDOM.nextInt(2) * 500_000_000L),
                        UUID.class, new UUID(0, RANDOM.nextInt(6)))
                .get(type);
        return orNull(Objects.requireNonNull(value, type.getName()));
    }

    private static boolean same(Object a, Object b) {
        return Objects.equals(fold(a), fold(b));
    }

    private static String fold(Object text) {
        return text == null ? null : text.toString().toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT);
    }

    private static boolean texts(String value, Object argument, BiPredicate<String, String> test) {
        return value != null && argument != null && test.test(value, argument.toString());
    }

    private static boolean found(String value, Object regex, int flags) {
        int all = flags == 0 ? 0 : flags | Pattern.UNICODE_CASE;
        return value != null
                && regex != null
                && Pattern.compile(regex.toString(), all).matcher(value).find();
    }

    private static boolean like(String value, Object pattern, int flags) {
        if (value == null || pattern == null) {
            return false;
        }
        StringBuilder regex = new StringBuilder();
        String text = pattern.toString();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                regex.append(Pattern.quote(String.valueOf(text.charAt(++i))));
            } else {
                regex.append(c == '%' ? ".*" : c == '_' ? "." : Pattern.quote(String.valueOf(c)));
            }
        }
        return Pattern.compile(regex.toString(), flags | Pattern.DOTALL | Pattern.UNICODE_CASE)
                .matcher(value)
                .matches();
    }

    @SuppressWarnings("unchecked")
    private static <T> boolean compare(Comparable<T> value, Object argument, Function<Integer, Boolean> test) {
        return value != null && argument != null && test.apply(value.compareTo((T) argument));
    }

    private static <T> boolean within(Comparable<T> value, Object low, Object high) {
        return compare(value, low, c -> c >= 0) && compare(value, high, c -> c <= 0);
    }

    private static boolean numbersEqual(BigDecimal a, BigDecimal b) {
        return a == null || b == null ? a == b : a.compareTo(b) == 0;
    }
}
