package io.flowdb.data.model;

import io.flowdb.data.model.Specimen.Kind;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.Comparator;
import java.util.UUID;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Sort.NullHandling;

/** What the documentation says of values: when two are equal, which is less, which match. No code of FlowDB is used. */
final class Values {

    private Values() {}

    /**
     * Numbers by value; NaN and infinities after them, by name; enums by name; UUIDs unsigned; text by UTF-16; else as
     * {@code compareTo}.
     */
    @SuppressWarnings({"unchecked", "rawtypes"})
    static int compare(Object a, Object b) {
        if (isOdd(a) || isOdd(b)) {
            return isOdd(a) && isOdd(b) ? a.toString().compareTo(b.toString()) : Boolean.compare(isOdd(a), isOdd(b));
        }
        if (a instanceof Number x && b instanceof Number y) {
            return decimal(x).compareTo(decimal(y));
        }
        if (a instanceof Kind x && b instanceof Kind y) {
            return x.name().compareTo(y.name());
        }
        if (a instanceof UUID && b instanceof UUID) {
            return a.toString().compareTo(b.toString());
        }
        return ((Comparable) a).compareTo(b);
    }

    /** Exact, and of a fraction in binary what it is printed as. */
    private static BigDecimal decimal(Number number) {
        return new BigDecimal(number.toString());
    }

    /** Stored as text. */
    private static boolean isOdd(Object value) {
        return value instanceof Double d && !Double.isFinite(d);
    }

    /** Whether a range with the bound {@code b} is asked of {@code a}: only of values of the same kind. */
    static boolean comparable(Object a, Object b) {
        return isOdd(a) == isOdd(b);
    }

    static boolean equal(Object a, Object b, boolean ignoreCase) {
        return ignoreCase ? fold((String) a).equals(fold((String) b)) : compare(a, b) == 0;
    }

    /** Every code point by lower case of upper case. */
    static String fold(String text) {
        StringBuilder folded = new StringBuilder();
        text.codePoints()
                .map(c -> Character.toLowerCase(Character.toUpperCase(c)))
                .forEach(folded::appendCodePoint);
        return folded.toString();
    }

    static String fold(String text, boolean ignoreCase) {
        return ignoreCase ? fold(text) : text;
    }

    /** Whether the value, or one of its elements if it has such, passes; null does not. */
    static boolean any(@Nullable Object value, Predicate<Object> test) {
        if (value instanceof Collection<?> elements) {
            return elements.stream().anyMatch(element -> element != null && test.test(element));
        }
        return value != null && test.test(value);
    }

    /** SQL's LIKE; a character is a code point. */
    static boolean like(String text, String pattern) {
        if (pattern.isEmpty()) {
            return text.isEmpty();
        }
        char first = pattern.charAt(0);
        if (first == '%') {
            return like(text, pattern.substring(1)) || (!text.isEmpty() && like(rest(text), pattern));
        }
        if (first == '_') {
            return !text.isEmpty() && like(rest(text), pattern.substring(1));
        }
        String literal = first == '\\' ? pattern.substring(1) : pattern;
        return !text.isEmpty() && text.codePointAt(0) == literal.codePointAt(0) && like(rest(text), rest(literal));
    }

    private static String rest(String text) {
        return text.substring(text.offsetByCodePoints(0, 1));
    }

    /** Null first going up and last going down, unless the order says otherwise; ties by id. */
    static Comparator<Specimen> order(Sort sort) {
        Comparator<Specimen> all = (a, b) -> 0;
        for (Sort.Order order : sort) {
            Property property = Property.named(order.getProperty());
            boolean nullsFirst = order.getNullHandling() == NullHandling.NATIVE
                    ? order.isAscending()
                    : order.getNullHandling() == NullHandling.NULLS_FIRST;
            Comparator<Object> values = (a, b) ->
                    order.isIgnoreCase() && a instanceof String x ? fold(x).compareTo(fold((String) b)) : compare(a, b);
            Comparator<Object> directed = order.isAscending() ? values : values.reversed();
            all = all.thenComparing(
                    property::of, nullsFirst ? Comparator.nullsFirst(directed) : Comparator.nullsLast(directed));
        }
        return all.thenComparing(Specimen::id);
    }
}
