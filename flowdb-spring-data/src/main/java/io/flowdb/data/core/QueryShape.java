package io.flowdb.data.core;

import io.flowdb.json.Filter;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Queries as text that tells what is asked for and no value that is. */
final class QueryShape {

    private QueryShape() {}

    /** Such as {@code owner = ? and (level > ? or level is null) order by level desc limit 10}. */
    static String of(QueryRunner.Plan plan) {
        StringBuilder text = new StringBuilder(of(plan.query().filter()));
        List<EntityOrder.Key> keys = plan.order().keys();
        if (!keys.isEmpty()) {
            text.append(" order by ")
                    .append(keys.stream()
                            .map(key -> key.property().fieldPath() + (key.ascending() ? "" : " desc"))
                            .collect(Collectors.joining(", ")));
        }
        if (plan.query().offset() > 0) {
            text.append(" offset ").append(plan.query().offset());
        }
        if (plan.query().isLimited()) {
            text.append(" limit ").append(plan.query().limit());
        }
        return text.toString();
    }

    private static String of(@Nullable Filter filter) {
        return filter == null ? "all" : text(filter);
    }

    private static String text(Filter filter) {
        if (filter instanceof Filter.And and) {
            return and.filters().isEmpty() ? "all" : joined(and.filters(), " and ");
        }
        if (filter instanceof Filter.Or or) {
            return or.filters().isEmpty() ? "none" : joined(or.filters(), " or ");
        }
        if (filter instanceof Filter.Not not) {
            return "not (" + text(not.filter()) + ")";
        }
        if (filter instanceof Filter.Compare compare) {
            return compare.path() + " " + symbol(compare.comparison()) + " ?";
        }
        if (filter instanceof Filter.In in) {
            return in.path() + " in (" + in.values().size() + " values)";
        }
        return ofText(filter);
    }

    private static String ofText(Filter filter) {
        if (filter instanceof Filter.Text text) {
            String match = text.match() == Filter.TextMatch.EQUALS
                    ? "="
                    : text.match().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            return (text.ignoreCase() ? "ignorecase(" + text.path() + ")" : text.path()) + " " + match + " ?";
        }
        if (filter instanceof Filter.Contains contains) {
            return contains.path() + " contains ?";
        }
        if (filter instanceof Filter.Like like) {
            return (like.ignoreCase() ? "ignorecase(" + like.path() + ")" : like.path()) + " like ?";
        }
        if (filter instanceof Filter.Regex regex) {
            return regex.path() + " matches ?";
        }
        if (filter instanceof Filter.IsNull isNull) {
            return isNull.path() + " is null";
        }
        return filter instanceof Filter.Exists exists
                ? exists.path() + " exists"
                : ((Filter.InRange) filter).path() + " in range";
    }

    private static String joined(List<Filter> filters, String word) {
        return filters.stream()
                .map(each ->
                        each instanceof Filter.And || each instanceof Filter.Or ? "(" + text(each) + ")" : text(each))
                .collect(Collectors.joining(word));
    }

    private static String symbol(Filter.Comparison comparison) {
        return switch (comparison) {
            case EQ -> "=";
            case LT -> "<";
            case LE -> "<=";
            case GT -> ">";
            case GE -> ">=";
        };
    }
}
