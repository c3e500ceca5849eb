package io.flowdb.json;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * A condition on documents; composable and immutable.
 *
 * <p>Paths are dotted. Values are keys as in {@link DocumentOperations}, compared in key order. A comparison or a test
 * of text holds for a value if it holds for the value itself or, if that is an array, for one of its elements. An
 * absent value satisfies no comparison; {@code ne} and {@code notIn} are the negations of {@code eq} and {@code in}, so
 * an absent value satisfies them. {@code lt}, {@code le}, {@code gt} and {@code ge} hold only for values of the kind of
 * their operand (numbers for a number, text for text and so on); {@code between} and {@code range} follow key order
 * across kinds.
 *
 * <p>{@code and} of filters made by {@code and} is one filter of all their parts, and {@code or} likewise, so a chain
 * of them is not nested. Filters nested deeper than 100, and those of more than 1,000,000 filters, are refused by
 * queries: {@link io.flowdb.error.InvalidQueryException}. A filter that stands in several places counts in each of
 * them.
 */
public sealed interface Filter {

    /**
     * Whether a document satisfies this filter, as a query would find it; made once, cheap to ask often. Threads: any.
     */
    default Predicate<JsonNode> predicate() {
        Condition condition = Condition.of(this);
        return condition::test;
    }

    /** Equal to {@code value}; null stands for JSON null. */
    static Filter eq(String path, @Nullable Object value) {
        return new Compare(path, Comparison.EQ, value);
    }

    /** Not {@link #eq}. */
    static Filter ne(String path, @Nullable Object value) {
        return not(eq(path, value));
    }

    /** Less. */
    static Filter lt(String path, Object value) {
        return new Compare(path, Comparison.LT, value);
    }

    /** Less or equal. */
    static Filter le(String path, Object value) {
        return new Compare(path, Comparison.LE, value);
    }

    /** Greater. */
    static Filter gt(String path, Object value) {
        return new Compare(path, Comparison.GT, value);
    }

    /** Greater or equal. */
    static Filter ge(String path, Object value) {
        return new Compare(path, Comparison.GE, value);
    }

    /** From {@code low} to {@code high}, both included. */
    static Filter between(String path, Object low, Object high) {
        return new InRange(path, KeyRange.bound(low, high, false, false));
    }

    /** In a key range. */
    static Filter range(String path, KeyRange range) {
        return new InRange(path, range);
    }

    /** Equal to one of {@code values}. */
    static Filter in(String path, Collection<?> values) {
        return new In(path, Collections.unmodifiableList(new ArrayList<>(Objects.requireNonNull(values, "values"))));
    }

    /** Not {@link #in}. */
    static Filter notIn(String path, Collection<?> values) {
        return not(in(path, values));
    }

    /** The path leads to a value, JSON null included. */
    static Filter exists(String path) {
        return new Exists(path);
    }

    /** The path leads nowhere or to JSON null. */
    static Filter isNull(String path) {
        return new IsNull(path);
    }

    /** Not {@link #isNull}. */
    static Filter isNotNull(String path) {
        return not(isNull(path));
    }

    /** Text that starts with {@code prefix}. */
    static Filter startsWith(String path, String prefix) {
        return new Text(path, TextMatch.STARTS_WITH, prefix, false);
    }

    /** Text that ends with {@code suffix}. */
    static Filter endsWith(String path, String suffix) {
        return new Text(path, TextMatch.ENDS_WITH, suffix, false);
    }

    /** Text that contains {@code value}, or an array with an element equal to {@code value}. */
    static Filter contains(String path, Object value) {
        return new Contains(path, value);
    }

    /**
     * Text equal to {@code text}, whatever the case of letters: code point by code point, by lower case of upper case,
     * in every language alike.
     */
    static Filter eqIgnoreCase(String path, String text) {
        return new Text(path, TextMatch.EQUALS, text, true);
    }

    /** Text that starts with {@code prefix}, whatever the case of letters. */
    static Filter startsWithIgnoreCase(String path, String prefix) {
        return new Text(path, TextMatch.STARTS_WITH, prefix, true);
    }

    /** Text that ends with {@code suffix}, whatever the case of letters. */
    static Filter endsWithIgnoreCase(String path, String suffix) {
        return new Text(path, TextMatch.ENDS_WITH, suffix, true);
    }

    /** Text that contains {@code part}, whatever the case of letters. */
    static Filter containsIgnoreCase(String path, String part) {
        return new Text(path, TextMatch.CONTAINS, part, true);
    }

    /**
     * Text like {@code pattern}, all of it: {@code %} is any text, {@code _} any one character, {@code \} makes the
     * next one literal. A literal beginning is a range of an index. A pattern that ends with {@code \} is refused by
     * queries: {@link io.flowdb.error.InvalidQueryException}.
     */
    static Filter like(String path, String pattern) {
        return new Like(path, pattern, false);
    }

    /** As {@link #like}, whatever the case of letters. */
    static Filter likeIgnoreCase(String path, String pattern) {
        return new Like(path, pattern, true);
    }

    /**
     * Text in which {@code regex} (see {@link java.util.regex.Pattern}) is found; at most 1,000 characters, and one
     * match may take at most a bounded number of steps, beyond which the query fails with
     * {@link io.flowdb.error.InvalidQueryException}.
     */
    static Filter regex(String path, String regex) {
        return new Regex(path, regex);
    }

    /** All of {@code filters}; true if there are none. */
    static Filter and(Filter... filters) {
        return and(List.of(Objects.requireNonNull(filters, "filters")));
    }

    /** All of {@code filters}; true if there are none. */
    static Filter and(Collection<? extends Filter> filters) {
        return new And(flat(filters, filter -> filter instanceof And and ? and.filters() : null));
    }

    /** One of {@code filters} at least; false if there are none. */
    static Filter or(Filter... filters) {
        return or(List.of(Objects.requireNonNull(filters, "filters")));
    }

    /** One of {@code filters} at least; false if there are none. */
    static Filter or(Collection<? extends Filter> filters) {
        return new Or(flat(filters, filter -> filter instanceof Or or ? or.filters() : null));
    }

    /**
     * Filters with the parts of inner ones in their place; what several inner ones have in common, once, as it would
     * double with each level.
     */
    private static List<Filter> flat(
            Collection<? extends Filter> filters, Function<Filter, @Nullable List<Filter>> partsOf) {
        List<Filter> flat = new ArrayList<>(filters.size());
        int inner = 0;
        for (Filter filter : filters) {
            List<Filter> parts = partsOf.apply(Objects.requireNonNull(filter, "filter"));
            flat.addAll(parts == null ? List.of(filter) : parts);
            inner += parts == null ? 0 : 1;
        }
        if (inner > 1) {
            Set<Filter> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            flat.removeIf(filter -> !seen.add(filter));
        }
        return List.copyOf(flat);
    }

    /** Not {@code filter}. */
    static Filter not(Filter filter) {
        return new Not(filter);
    }

    /** This and {@code other}. */
    default Filter and(Filter other) {
        return and(List.of(this, other));
    }

    /** This or {@code other}. */
    default Filter or(Filter other) {
        return or(List.of(this, other));
    }

    /** How {@link Compare} compares. */
    enum Comparison {
        /** Equal. */
        EQ,
        /** Less. */
        LT,
        /** Less or equal. */
        LE,
        /** Greater. */
        GT,
        /** Greater or equal. */
        GE
    }

    /** How {@link Text} matches. */
    enum TextMatch {
        /** The whole text. */
        EQUALS,
        /** The beginning. */
        STARTS_WITH,
        /** The end. */
        ENDS_WITH,
        /** Any part. */
        CONTAINS
    }

    /** Compares with one value. */
    record Compare(
            String path, Comparison comparison, @Nullable Object value) implements Filter {}

    /** Lies in a key range. */
    record InRange(String path, KeyRange range) implements Filter {
        public InRange {
            Objects.requireNonNull(range, "range");
        }
    }

    /** Equals one of several values; an element may be null. */
    record In(String path, List<?> values) implements Filter {}

    /** Is there, JSON null included. */
    record Exists(String path) implements Filter {}

    /** Is absent or JSON null. */
    record IsNull(String path) implements Filter {}

    /** Is text that matches. */
    record Text(String path, TextMatch match, String text, boolean ignoreCase) implements Filter {
        public Text {
            Objects.requireNonNull(match, "match");
            Objects.requireNonNull(text, "text");
        }
    }

    /** Is text with this part or an array with this element. */
    record Contains(String path, Object value) implements Filter {}

    /** Is text like a pattern. */
    record Like(String path, String pattern, boolean ignoreCase) implements Filter {
        public Like {
            Objects.requireNonNull(pattern, "pattern");
        }
    }

    /** Is text in which a regular expression is found. */
    record Regex(String path, String regex) implements Filter {
        public Regex {
            Objects.requireNonNull(regex, "regex");
        }
    }

    /** All hold. */
    record And(List<Filter> filters) implements Filter {}

    /** One holds. */
    record Or(List<Filter> filters) implements Filter {}

    /** Does not hold. */
    record Not(Filter filter) implements Filter {
        public Not {
            Objects.requireNonNull(filter, "filter");
        }
    }
}
