package io.flowdb.data.repository.query;

import io.flowdb.data.core.Conditions;
import io.flowdb.data.repository.query.QueryText.Kind;
import io.flowdb.data.repository.query.QueryText.Word;
import io.flowdb.json.Filter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.Sort;

/**
 * Parser of the language that {@link io.flowdb.data.repository.Query} describes. The result is a function of the bound values, so
 * values never meet the parser. Threads: one.
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
     * A parsed query.
     *
     * @param predicate null for all
     */
    record Parsed(@Nullable Predicate predicate, Sort sort, List<String> parameters) {}

    private final QueryText words;
    private final Conditions<?> conditions;
    private final List<String> parameters = new ArrayList<>();

    private PredicateParser(String query, Conditions<?> conditions) {
        this.words = new QueryText(query);
        this.conditions = conditions;
    }

    /** Throws {@link IllegalArgumentException} with the position of what is wrong. */
    static Parsed parse(String query, Conditions<?> conditions) {
        PredicateParser parser = new PredicateParser(query, conditions);
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
        return words.peek().is("order");
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
        String property = property();
        if (ignoreCase) {
            words.require(")");
            if (!conditions.isText(property)) {
                throw words.failure("'" + property + "' is no text, so ignorecase does not apply");
            }
        }
        if (words.takeIf("is")) {
            return is(property);
        }
        if (words.takeIf("exists")) {
            return values -> conditions.isNotNull(property);
        }
        boolean negated = words.takeIf("not");
        Predicate condition = negated ? named(property, ignoreCase) : comparisonOrNamed(property, ignoreCase);
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
            throw words.failure(String.valueOf(e.getMessage()));
        }
        return words.take().text();
    }

    private Predicate is(String property) {
        boolean negated = words.takeIf("not");
        if (words.takeIf("null")) {
            return negated ? values -> conditions.isNotNull(property) : values -> conditions.isNull(property);
        }
        words.require("empty");
        conditions.isEmpty(property); // throws if it cannot be
        return negated ? values -> Filter.not(conditions.isEmpty(property)) : values -> conditions.isEmpty(property);
    }

    private Predicate comparisonOrNamed(String property, boolean ignoreCase) {
        if (words.takeIf("=")) {
            return equal(property, ignoreCase);
        }
        if (words.takeIf("!=") || words.takeIf("<>")) {
            Predicate equal = equal(property, ignoreCase);
            return values -> Filter.not(equal.filter(values));
        }
        BiFunction<String, @Nullable Object, Filter> comparison = comparison();
        if (comparison == null) {
            return named(property, ignoreCase);
        }
        refuse(ignoreCase, "a comparison");
        return with(value(), value -> comparison.apply(property, value));
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
                value -> ignoreCase ? conditions.eqIgnoreCase(property, value) : conditions.eq(property, value));
    }

    private Predicate named(String property, boolean ignoreCase) {
        if (words.takeIf("in")) {
            return with(
                    value(),
                    value -> ignoreCase ? conditions.inIgnoreCase(property, value) : conditions.in(property, value));
        }
        if (words.takeIf("between")) {
            refuse(ignoreCase, "between");
            return between(property);
        }
        if (words.takeIf("like")) {
            return with(value(), value -> conditions.like(property, value, ignoreCase));
        }
        if (words.takeIf("contains")) {
            return with(value(), value -> conditions.contains(property, value, ignoreCase));
        }
        if (words.takeIf("starts", "with")) {
            return with(value(), value -> conditions.startsWith(property, value, ignoreCase));
        }
        if (words.takeIf("ends", "with")) {
            return with(value(), value -> conditions.endsWith(property, value, ignoreCase));
        }
        if (words.takeIf("matches")) {
            return with(value(), value -> conditions.regex(property, value, ignoreCase));
        }
        throw words.failure("an operator expected after '" + property + "'");
    }

    private Predicate between(String property) {
        Value low = value();
        if (!words.takeIf("and")) {
            return with(
                    low, value -> value instanceof Range<?> range ? conditions.in(property, range) : conditions.none());
        }
        Value high = value();
        return values -> conditions.between(property, low.in(values), high.in(values));
    }

    private static Predicate with(Value value, Function<@Nullable Object, Filter> condition) {
        return values -> condition.apply(value.in(values));
    }

    private void refuse(boolean ignoreCase, String what) {
        if (ignoreCase) {
            throw words.failure(what + " has no form that ignores case");
        }
    }

    private Value value() {
        if (words.takeIf("(")) {
            List<Value> list = new ArrayList<>();
            while (!words.takeIf(")")) {
                if (!list.isEmpty()) {
                    words.require(",");
                }
                list.add(value());
            }
            return list.size() == 1 ? list.get(0) : values -> all(list, values);
        }
        if (words.takeIf("-")) {
            BigDecimal number = number(words.take());
            return values -> number.negate();
        }
        return single(words.take());
    }

    private static List<@Nullable Object> all(List<Value> list, Values values) {
        List<@Nullable Object> all = new ArrayList<>();
        list.forEach(value -> all.add(value.in(values)));
        return all;
    }

    private Value single(Word word) {
        switch (word.kind()) {
            case PARAMETER -> {
                parameters.add(word.text());
                return values -> values.get(word.text());
            }
            case TEXT -> {
                return values -> word.text();
            }
            case NUMBER -> {
                BigDecimal number = number(word);
                return values -> number;
            }
            default -> {
                if (word.is("true") || word.is("false")) {
                    boolean truth = word.is("true");
                    return values -> truth;
                }
                if (word.is("null")) {
                    return values -> null;
                }
                throw new IllegalArgumentException("a value expected at position " + word.position() + ", found '"
                        + word.text() + "'; text stands in quotes");
            }
        }
    }

    private static BigDecimal number(Word word) {
        try {
            return new BigDecimal(word.text());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "a number expected at position " + word.position() + ", found '" + word.text() + "'", e);
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
