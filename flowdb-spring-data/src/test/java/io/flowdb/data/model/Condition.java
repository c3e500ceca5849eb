package io.flowdb.data.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.Range.Bound;

/**
 * One condition of a derived query: how it stands in the name, what it takes, and what it means by Spring Data's
 * reference and the keyword table of the documentation.
 *
 * @param name property, keyword and {@code IgnoreCase}
 * @param parameters types of its parameters, as source
 * @param arguments values for these
 * @param test whether an entity satisfies it with such values
 */
record Condition(String name, List<String> parameters, Function<Random, List<@Nullable Object>> arguments, Test test) {

    /** What a condition means. */
    interface Test {
        boolean holds(Specimen specimen, List<@Nullable Object> arguments);
    }

    static final List<String> PATTERNS =
            List.of("", "%", "_", "a%", "%b", "A_", "a\\_b", "a\\%%", "ab", "%\\\\%", "Ö%", "%Ö");
    static final List<String> EXPRESSIONS = List.of("", "a", "^A", "b$", "[ab]{2}", "\\s", "^$", "ö");

    /**
     * @param caseless whether the whole method ignores case, so that its name says nothing of it here and ranges of
     *     text are out
     */
    static Condition random(Random random, boolean caseless, boolean existsTakesFlag) {
        Property property = Property.ALL.get(random.nextInt(Property.ALL.size()));
        int choice = random.nextInt(10);
        if (choice < 2) {
            return zeroArguments(random, property, existsTakesFlag);
        }
        if (choice < 4 && property.isText()) {
            return text(random, property, caseless);
        }
        if (choice == 4 && (property.isText() || property.several())) {
            return containing(random, property, caseless);
        }
        if (choice < 7 && !(caseless && property.isText())) {
            return random.nextInt(3) == 0 ? between(random, property) : range(random, property);
        }
        return random.nextBoolean() ? equality(random, property, caseless) : in(random, property, caseless);
    }

    private static Condition zeroArguments(Random random, Property p, boolean existsTakesFlag) {
        if (p.type() == Boolean.class && random.nextBoolean()) {
            boolean wanted = random.nextBoolean();
            String keyword = (random.nextBoolean() ? "Is" : "") + (wanted ? "True" : "False");
            return without(p, keyword, (s, a) -> Objects.equals(p.of(s), wanted));
        }
        if ((p.isText() || p.several()) && random.nextBoolean()) {
            boolean not = random.nextBoolean();
            return without(p, not ? "IsNotEmpty" : "IsEmpty", (s, a) -> not != isEmpty(p.of(s)));
        }
        if (random.nextInt(4) == 0) {
            Test there = (s, a) -> (p.of(s) != null) == (a.isEmpty() || Boolean.TRUE.equals(a.get(0)));
            return existsTakesFlag
                    ? new Condition(
                            p.nameInMethod() + "Exists", List.of("boolean"), r -> List.of(r.nextBoolean()), there)
                    : without(p, "Exists", there);
        }
        boolean not = random.nextBoolean();
        return without(p, not ? "IsNotNull" : "Null", (s, a) -> not == (p.of(s) != null));
    }

    private static Condition without(Property p, String keyword, Test test) {
        return new Condition(p.nameInMethod() + keyword, List.of(), r -> List.of(), test);
    }

    static boolean isEmpty(@Nullable Object value) {
        return value == null || value.equals("") || value instanceof Collection<?> c && c.isEmpty();
    }

    private static Condition one(
            Property p, String keyword, String parameter, Function<Random, @Nullable Object> argument, Test test) {
        return new Condition(
                p.nameInMethod() + keyword, List.of(parameter), r -> Arrays.asList(argument.apply(r)), test);
    }

    private static Condition text(Random random, Property p, boolean caseless) {
        boolean named = !caseless && random.nextInt(3) == 0;
        boolean ignore = caseless || named;
        boolean not = random.nextBoolean();
        String suffix = named ? "IgnoreCase" : "";
        Function<Random, @Nullable Object> pattern = r -> r.nextInt(8) == 0 ? null : pick(PATTERNS, r);
        switch (random.nextInt(4)) {
            case 0:
                return one(
                        p,
                        (not ? "NotLike" : "IsLike") + suffix,
                        "String",
                        pattern,
                        (s, a) -> not
                                != matches(
                                        p,
                                        s,
                                        a.get(0),
                                        (v, w) -> Values.like(Values.fold(v, ignore), Values.fold(w, ignore))));
            case 1:
                return one(
                        p,
                        "StartingWith" + suffix,
                        "String",
                        p::value,
                        (s, a) -> matches(
                                p, s, a.get(0), (v, w) -> Values.fold(v, ignore).startsWith(Values.fold(w, ignore))));
            case 2:
                return one(
                        p,
                        "EndsWith" + suffix,
                        "CharSequence",
                        p::value,
                        (s, a) -> matches(
                                p, s, a.get(0), (v, w) -> Values.fold(v, ignore).endsWith(Values.fold(w, ignore))));
            default:
                int flags = ignore ? Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE : 0;
                return one(
                        p,
                        "Matches" + suffix,
                        "String",
                        r -> pick(EXPRESSIONS, r),
                        (s, a) -> matches(
                                p,
                                s,
                                a.get(0),
                                (v, w) -> Pattern.compile(w, flags).matcher(v).find()));
        }
    }

    /** How a text and an argument meet. */
    interface Match {
        boolean test(String text, String argument);
    }

    static boolean matches(Property p, Specimen s, @Nullable Object argument, Match match) {
        return argument != null && Values.any(p.of(s), v -> match.test((String) v, argument.toString()));
    }

    private static Condition containing(Random random, Property p, boolean caseless) {
        boolean named = !caseless && p.isText() && random.nextInt(3) == 0;
        boolean ignore = (caseless && p.isText()) || named;
        boolean not = random.nextBoolean();
        String keyword = (not ? "NotContaining" : "Contains") + (named ? "IgnoreCase" : "");
        if (!p.several()) {
            return one(
                    p,
                    keyword,
                    "String",
                    p::value,
                    (s, a) -> not
                            != matches(
                                    p,
                                    s,
                                    a.get(0),
                                    (v, w) -> Values.fold(v, ignore).contains(Values.fold(w, ignore))));
        }
        if (random.nextBoolean()) {
            return one(p, keyword, p.typeName(), p::value, (s, a) -> not != hasElement(p, s, a.get(0), ignore));
        }
        String several = "java.util.Collection<" + p.typeName() + ">";
        return one(p, keyword, several, r -> list(p, r), (s, a) -> not != hasAll(p, s, (List<?>) a.get(0), ignore));
    }

    static boolean hasElement(Property p, Specimen s, @Nullable Object element, boolean ignore) {
        return element != null && Values.any(p.of(s), v -> Values.equal(v, element, ignore));
    }

    static boolean hasAll(Property p, Specimen s, @Nullable List<?> elements, boolean ignore) {
        return elements != null && elements.stream().allMatch(element -> hasElement(p, s, element, ignore));
    }

    private static Condition range(Random random, Property p) {
        int way = random.nextInt(4);
        String[] keywords = {"IsLessThan", "LessThanEqual", "GreaterThan", "GreaterThanEqual"};
        String keyword = random.nextInt(4) > 0 || way % 2 == 1 ? keywords[way] : way == 0 ? "Before" : "IsAfter";
        return one(p, keyword, p.typeName(), p::value, (s, a) -> Values.any(p.of(s), v -> inRange(v, way, a.get(0))));
    }

    static boolean inRange(Object value, int way, @Nullable Object bound) {
        if (bound == null || !Values.comparable(value, bound)) {
            return false;
        }
        int order = Values.compare(value, bound);
        return way == 0 ? order < 0 : way == 1 ? order <= 0 : way == 2 ? order > 0 : order >= 0;
    }

    /** Both bounds hold, for a collection perhaps not for the same element. */
    private static Condition between(Random random, Property p) {
        if (random.nextBoolean()) {
            List<String> types = List.of(p.typeName(), p.typeName());
            return new Condition(
                    p.nameInMethod() + "Between",
                    types,
                    r -> Arrays.asList(p.value(r), p.value(r)),
                    (s, a) -> Values.any(p.of(s), v -> inRange(v, 3, a.get(0)))
                            && Values.any(p.of(s), v -> inRange(v, 1, a.get(1))));
        }
        String range = "org.springframework.data.domain.Range<" + p.typeName() + ">";
        return one(
                p,
                "IsBetween",
                range,
                r -> Range.of(bound(p, r), bound(p, r)),
                (s, a) -> inRange(p, s, (Range<?>) a.get(0)));
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Bound<Comparable> bound(Property p, Random r) {
        Object value = p.value(r);
        return value == null
                ? Bound.unbounded()
                : r.nextBoolean() ? Bound.inclusive((Comparable) value) : Bound.exclusive((Comparable) value);
    }

    static boolean inRange(Property p, Specimen s, Range<?> range) {
        Bound<?> low = range.getLowerBound();
        Bound<?> high = range.getUpperBound();
        return p.of(s) != null
                && (!low.isBounded()
                        || Values.any(
                                p.of(s),
                                v -> inRange(
                                        v,
                                        low.isInclusive() ? 3 : 2,
                                        low.getValue().orElseThrow())))
                && (!high.isBounded()
                        || Values.any(
                                p.of(s),
                                v -> inRange(
                                        v,
                                        high.isInclusive() ? 1 : 0,
                                        high.getValue().orElseThrow())));
    }

    private static Condition equality(Random random, Property p, boolean caseless) {
        boolean named = !caseless && p.isText() && random.nextInt(3) == 0;
        boolean ignore = (caseless && p.isText()) || named;
        boolean not = random.nextInt(3) == 0;
        String keyword = not
                ? (random.nextBoolean() ? "Not" : "IsNot")
                : List.of("", "Is", "Equals").get(random.nextInt(3));
        return one(
                p,
                keyword + (named ? "IgnoreCase" : ""),
                p.typeName(),
                p::value,
                (s, a) -> not != equal(p, s, a.get(0), ignore));
    }

    static boolean equal(Property p, Specimen s, @Nullable Object value, boolean ignore) {
        return value == null ? p.of(s) == null : Values.any(p.of(s), v -> Values.equal(v, value, ignore));
    }

    private static Condition in(Random random, Property p, boolean caseless) {
        boolean named = !caseless && p.isText() && random.nextInt(3) == 0;
        boolean ignore = (caseless && p.isText()) || named;
        boolean not = random.nextInt(3) == 0;
        String keyword = (not ? "NotIn" : "In") + (named ? "IgnoreCase" : "");
        boolean array = random.nextInt(3) == 0;
        String type = array ? p.typeName() + "[]" : "java.util.Collection<" + p.typeName() + ">";
        Function<Random, @Nullable Object> values = r -> array ? array(p, list(p, r)) : list(p, r);
        return one(
                p,
                keyword,
                type,
                values,
                (s, a) -> not != elements(a.get(0)).stream().anyMatch(value -> equal(p, s, value, ignore)));
    }

    static List<?> elements(@Nullable Object values) {
        return values == null ? List.of() : values instanceof Object[] array ? Arrays.asList(array) : (List<?>) values;
    }

    private static @Nullable List<@Nullable Object> list(Property p, Random random) {
        if (random.nextInt(10) == 0) {
            return null;
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(p.value(random));
        }
        return list;
    }

    private static @Nullable Object array(Property p, @Nullable List<?> values) {
        return values == null
                ? null
                : values.toArray((Object[]) java.lang.reflect.Array.newInstance(p.type(), values.size()));
    }

    static <E> E pick(List<E> values, Random random) {
        return values.get(random.nextInt(values.size()));
    }
}
