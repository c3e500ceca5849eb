package io.flowdb.data.repository.query;

import io.flowdb.data.core.Conditions;
import io.flowdb.data.repository.query.QueryText.Kind;
import io.flowdb.data.repository.query.QueryText.Word;
import io.flowdb.json.Filter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.Sort;

/**
 * Parser of the language that {@link io.flowdb.data.repository.Query} describes. The result is a function of the bound
 * values, so values never meet the parser. Threads: one.
 */
final class PredicateParser {

    /** The values of one call, by the parameter as it is written: {@code :name}, {@code ?1}. */
    @FunctionalInterface
    interface Values {
        @Nullable
        Object get(String parameter);
    }

    /** Makes a filter of the values of a call. */
    @FunctionalInterface
    interface Predicate {
        Filter filter(Values values);
    }

    /** Makes one value of those of a call. */
    @FunctionalInterface
    interface Value {
        @Nullable
        Object in(Values values);
    }

    /**
     * What a condition compares with.
     *
     * @param first where it begins
     * @param literal whether it is the same in every call
     * @param type of a parameter; null where it is none, or not known
     * @param elements of a list that is written out
     */
    private record Operand(
            Word first,
            boolean literal,
            Value value,
            @Nullable ResolvableType type,
            List<Operand> elements) {

        static Operand literal(Word first, Value value) {
            return new Operand(first, true, value, null, List.of());
        }
    }

    /** Which types of parameters a condition takes, in words and as a test. */
    private record Fitting(String expected, java.util.function.Predicate<ResolvableType> test) {}

    private static final Fitting TEXT = new Fitting("a parameter of text", ParameterTypes::isText);

    private static final Fitting TEXTS = new Fitting("a parameter of texts", ParameterTypes::isTexts);

    /**
     * A parsed query.
     *
     * @param predicate null for all
     */
    record Parsed(@Nullable Predicate predicate, Sort sort, List<String> parameters) {}

    /** A list of null, which is not the null of a list that is not given. */
    private static final Value LIST_OF_NULL = values -> Collections.singletonList(null);

    private final QueryText words;
    private final Conditions<?> conditions;
    private final ParameterTypes types;
    private final Function<String, @Nullable ResolvableType> typeOf;
    private final List<String> parameters = new ArrayList<>();

    private PredicateParser(
            QueryText words, Conditions<?> conditions, Function<String, @Nullable ResolvableType> typeOf) {
        this.words = words;
        this.conditions = conditions;
        this.types = new ParameterTypes(conditions);
        this.typeOf = typeOf;
    }

    /**
     * Throws {@link IllegalArgumentException} with the position of what is wrong, and what was expected there.
     *
     * @param typeOf the type of a parameter as it is written, or null if that is not known
     */
    static Parsed parse(QueryText words, Conditions<?> conditions, Function<String, @Nullable ResolvableType> typeOf) {
        PredicateParser parser = new PredicateParser(words, conditions, typeOf);
        Predicate predicate = null;
        if (parser.words.peek().kind() != Kind.END && !parser.atOrder()) {
            predicate = parser.or();
        }
        Sort sort = parser.atOrder() ? parser.order() : Sort.unsorted();
        if (parser.words.peek().kind() != Kind.END) {
            throw parser.words.failure("'and', 'or' or 'order by' expected");
        }
        return new Parsed(predicate, sort, List.copyOf(parser.parameters));
    }

    private boolean atOrder() {
        return words.isNext("order", "by");
    }

    private Predicate or() {
        List<Predicate> any = new ArrayList<>(List.of(and()));
        while (words.takeIf("or")) {
            any.add(and());
        }
        return any.size() == 1 ? any.get(0) : values -> Filter.or(filters(any, values));
    }

    private Predicate and() {
        List<Predicate> all = new ArrayList<>(List.of(not()));
        while (words.takeIf("and")) {
            all.add(not());
        }
        return all.size() == 1 ? all.get(0) : values -> Filter.and(filters(all, values));
    }

    private static List<Filter> filters(List<Predicate> predicates, Values values) {
        return predicates.stream().map(p -> p.filter(values)).toList();
    }

    private Predicate not() {
        if (words.takeIf("not")) {
            Predicate negated = not();
            return values -> Filter.not(negated.filter(values));
        }
        if (words.takeIf("(")) {
            Predicate inner = or();
            words.require(")");
            return inner;
        }
        return condition();
    }

    private Predicate condition() {
        boolean ignoreCase = words.takeIf("ignorecase", "(");
        Word at = words.peek();
        String property = property();
        if (ignoreCase) {
            if (!conditions.isText(property)) {
                throw words.failure("a property of text expected", at);
            }
            checkText(property, at);
            words.require(")");
        }
        if (words.takeIf("is")) {
            return is(property, at);
        }
        if (words.takeIf("exists")) {
            return values -> conditions.isNotNull(property);
        }
        boolean negated = words.takeIf("not");
        Predicate condition = negated ? named(property, at, ignoreCase) : comparisonOrNamed(property, at, ignoreCase);
        return negated ? values -> Filter.not(condition.filter(values)) : condition;
    }

    private String property() {
        Word word = words.peek();
        if (word.kind() != Kind.NAME) {
            throw words.failure("a property expected");
        }
        try {
            conditions.fieldPath(word.text());
        } catch (RuntimeException e) {
            throw words.failure("a property expected (" + e.getMessage() + ")");
        }
        return words.take().text();
    }

    private Predicate is(String property, Word at) {
        boolean negated = words.takeIf("not");
        if (words.takeIf("null")) {
            return negated ? values -> conditions.isNotNull(property) : values -> conditions.isNull(property);
        }
        if (!words.takeIf("empty")) {
            throw words.failure("'null' or 'empty' expected");
        }
        check(at, "a text or a collection", () -> conditions.isEmpty(property));
        return negated ? values -> Filter.not(conditions.isEmpty(property)) : values -> conditions.isEmpty(property);
    }

    private Predicate comparisonOrNamed(String property, Word at, boolean ignoreCase) {
        if (words.takeIf("=")) {
            return equal(property, ignoreCase);
        }
        if (words.takeIf("!=") || words.takeIf("<>")) {
            Predicate equal = equal(property, ignoreCase);
            return values -> Filter.not(equal.filter(values));
        }
        Word operator = words.peek();
        BiFunction<String, @Nullable Object, Filter> comparison = comparison();
        if (comparison == null) {
            return named(property, at, ignoreCase);
        }
        refuse(ignoreCase, operator);
        return with(value(), fitting(property), value -> comparison.apply(property, value));
    }

    private @Nullable BiFunction<String, @Nullable Object, Filter> comparison() {
        if (words.takeIf("<=")) {
            return conditions::le;
        }
        if (words.takeIf(">=")) {
            return conditions::ge;
        }
        if (words.takeIf("<")) {
            return conditions::lt;
        }
        return words.takeIf(">") ? conditions::gt : null;
    }

    private Predicate equal(String property, boolean ignoreCase) {
        return with(
                value(),
                ignoreCase ? TEXT : fitting(property),
                value -> ignoreCase ? conditions.eqIgnoreCase(property, value) : conditions.eq(property, value));
    }

    private Predicate named(String property, Word at, boolean ignoreCase) {
        Word operator = words.peek();
        if (words.takeIf("in")) {
            return in(property, ignoreCase);
        }
        if (words.takeIf("between")) {
            refuse(ignoreCase, operator);
            return between(property);
        }
        if (words.takeIf("contains")) {
            if (!conditions.isCollection(property)) {
                checkText(property, at);
            }
            return with(
                    value(), content(property, ignoreCase), value -> conditions.contains(property, value, ignoreCase));
        }
        return textual(property, at, ignoreCase);
    }

    private Fitting content(String property, boolean ignoreCase) {
        if (!conditions.isCollection(property)) {
            return TEXT;
        }
        return ignoreCase
                ? TEXTS
                : new Fitting(
                        "a parameter comparable with the elements of '" + property + "'",
                        type -> types.fitContent(property, type));
    }

    private Predicate textual(String property, Word at, boolean ignoreCase) {
        if (words.takeIf("like")) {
            checkText(property, at);
            return with(value(), TEXT, value -> conditions.like(property, value, ignoreCase));
        }
        if (words.takeIf("starts", "with")) {
            checkText(property, at);
            return with(value(), TEXT, value -> conditions.startsWith(property, value, ignoreCase));
        }
        if (words.takeIf("ends", "with")) {
            checkText(property, at);
            return with(value(), TEXT, value -> conditions.endsWith(property, value, ignoreCase));
        }
        if (words.takeIf("matches")) {
            checkText(property, at);
            Fitting fitting = new Fitting("a parameter of text or a Pattern", ParameterTypes::isTextOrPattern);
            return with(value(), fitting, value -> conditions.regex(property, value, ignoreCase));
        }
        throw words.failure("an operator expected after '" + property + "'");
    }

    private Predicate in(String property, boolean ignoreCase) {
        Operand list = list();
        list.elements().forEach(element -> checkType(element, ignoreCase ? TEXT : fitting(property)));
        Fitting fitting =
                ignoreCase ? TEXTS : new Fitting(fitting(property).expected(), type -> types.fitValues(property, type));
        return with(
                list,
                fitting,
                value -> ignoreCase ? conditions.inIgnoreCase(property, value) : conditions.in(property, value));
    }

    private Fitting fitting(String property) {
        return new Fitting("a parameter comparable with '" + property + "'", type -> types.fitValue(property, type));
    }

    private void checkText(String property, Word at) {
        check(at, "a property of text", () -> conditions.like(property, null, false));
    }

    private Predicate between(String property) {
        Operand low = value();
        if (!low.literal() && !words.valueAfter("and")) {
            Fitting fitting = new Fitting("a parameter of type Range", ParameterTypes::isRange);
            checkType(low, fitting);
            Fitting bounds = new Fitting(
                    "a Range of values comparable with '" + property + "'", type -> types.fitRange(property, type));
            return with(
                    low, bounds, range -> range == null ? conditions.none() : conditions.in(property, range(range)));
        }
        words.require("and");
        Operand high = value();
        checkType(low, fitting(property));
        checkType(high, fitting(property));
        checkLiteral(low, value -> conditions.ge(property, value));
        checkLiteral(high, value -> conditions.le(property, value));
        return values -> conditions.between(
                property, low.value().in(values), high.value().in(values));
    }

    private static Range<?> range(Object value) {
        if (value instanceof Range<?> range) {
            return range;
        }
        throw new InvalidDataAccessApiUsageException("'between' takes two values or a Range, not a "
                + value.getClass().getName() + " alone");
    }

    private Predicate with(Operand operand, Fitting fitting, Function<@Nullable Object, Filter> condition) {
        checkType(operand, fitting);
        checkLiteral(operand, condition);
        return values -> condition.apply(operand.value().in(values));
    }

    /** A parameter that can never fit shows here, too. */
    private void checkType(Operand operand, Fitting fitting) {
        ResolvableType type = operand.type();
        if (type != null && !fitting.test().test(type)) {
            throw words.failure(
                    fitting.expected() + " expected (it is a " + ParameterTypes.describe(type) + ")", operand.first());
        }
    }

    /** A literal that does not fit shows here, and not in the first call. */
    private void checkLiteral(Operand operand, Function<@Nullable Object, Filter> condition) {
        if (operand.literal()) {
            check(
                    operand.first(),
                    "another value",
                    () -> condition.apply(operand.value().in(parameter -> null)));
        }
    }

    private void check(Word at, String expected, Supplier<Filter> condition) {
        try {
            condition.get().predicate(); // which compiles regular expressions
        } catch (RuntimeException e) { // conversion, regular expressions and Spring each have their own
            throw words.failure(expected + " expected (" + e.getMessage() + ")", at);
        }
    }

    private void refuse(boolean ignoreCase, Word operator) {
        if (ignoreCase) {
            throw words.failure("an operator that ignores case expected", operator);
        }
    }

    /** One value or several; a list of null alone is one. */
    private Operand list() {
        Word first = words.peek();
        return words.takeIf("(", "null", ")") ? Operand.literal(first, LIST_OF_NULL) : value();
    }

    private Operand value() {
        Word first = words.peek();
        if (words.takeIf("(")) {
            List<Operand> list = new ArrayList<>();
            while (!words.takeIf(")")) {
                if (!list.isEmpty() && !words.takeIf(",")) {
                    throw words.failure("',' or ')' expected");
                }
                list.add(value());
            }
            boolean literal = list.stream().allMatch(Operand::literal);
            return list.size() == 1
                    ? list.get(0)
                    : new Operand(first, literal, values -> all(list, values), null, list);
        }
        if (words.takeIf("-")) {
            BigDecimal number = number().negate();
            return Operand.literal(first, values -> number);
        }
        return single();
    }

    private static List<@Nullable Object> all(List<Operand> list, Values values) {
        List<@Nullable Object> all = new ArrayList<>();
        list.forEach(operand -> all.add(operand.value().in(values)));
        return all;
    }

    private Operand single() {
        Word word = words.peek();
        switch (word.kind()) {
            case PARAMETER -> {
                words.take();
                parameters.add(word.text());
                return new Operand(
                        word, false, values -> values.get(word.text()), typeOf.apply(word.text()), List.of());
            }
            case TEXT -> {
                words.take();
                return Operand.literal(word, values -> word.text());
            }
            case NUMBER -> {
                BigDecimal number = number();
                return Operand.literal(word, values -> number);
            }
            default -> {
                if (words.takeIf("true") || words.takeIf("false")) {
                    boolean truth = word.is("true");
                    return Operand.literal(word, values -> truth);
                }
                if (words.takeIf("null")) {
                    return Operand.literal(word, values -> null);
                }
                String hint = word.kind() == Kind.NAME ? " (text stands in quotes)" : "";
                throw words.failure("a value expected" + hint);
            }
        }
    }

    private BigDecimal number() {
        try {
            BigDecimal number = new BigDecimal(words.peek().text());
            words.take();
            return number;
        } catch (NumberFormatException e) {
            throw words.failure("a number expected");
        }
    }

    private Sort order() {
        words.require("order");
        words.require("by");
        List<Sort.Order> orders = new ArrayList<>();
        do {
            boolean ignoreCase = words.takeIf("ignorecase", "(");
            Sort.Order order = Sort.Order.by(property());
            if (ignoreCase) {
                words.require(")");
                order = order.ignoreCase();
            }
            if (words.takeIf("desc")) {
                order = order.with(Sort.Direction.DESC);
            } else {
                words.takeIf("asc");
            }
            if (words.takeIf("nulls", "first")) {
                order = order.nullsFirst();
            } else if (words.takeIf("nulls", "last")) {
                order = order.nullsLast();
            }
            orders.add(order);
        } while (words.takeIf(","));
        return Sort.by(orders);
    }
}
