package io.flowdb.data.core;

import io.flowdb.json.Filter;
import io.flowdb.json.IndexSchema;
import io.flowdb.json.StoreSchema;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Whether an index serves a filter: one of the conditions that must hold together is an equality, a range or a prefix
 * (also that of a LIKE pattern) on the id, on its first part or on the first path of an index, and so in each
 * alternative. A pure function of filter and schema; the planner may do better or worse, but never needs the whole
 * store where this says it does not.
 */
final class IndexAdvice {

    /** An id of several parts is an array; keys that begin with the same part lie together. */
    private static final String FIRST_PART = ".0";

    private final Set<String> indexed = new LinkedHashSet<>();

    /** Conditions that would have been served if their paths were indexed, the first on each path, in their order. */
    private final Map<String, Filter> candidates = new LinkedHashMap<>();

    private IndexAdvice(StoreSchema schema) {
        indexed.add(schema.keyPath());
        indexed.add(schema.keyPath() + FIRST_PART);
        for (IndexSchema index : schema.indexes()) {
            indexed.add(index.paths().get(0));
        }
    }

    /** Null if the filter is served; else what to do, naming the annotations and the properties of {@code type}. */
    static @Nullable String of(
            @Nullable Filter filter, StoreSchema schema, Class<?> type, EntityProperties properties) {
        if (filter == null || accessPath(filter, schema) != AccessPath.SCAN || QueryRunner.isNever(filter)) {
            return null;
        }
        IndexAdvice advice = new IndexAdvice(schema);
        if (advice.isServed(filter)) {
            return null;
        }
        if (advice.candidates.isEmpty()) {
            return "no index can serve its conditions";
        }
        return advice.candidates.entrySet().stream()
                .map(candidate -> annotation(candidate.getKey(), candidate.getValue(), type, properties))
                .collect(Collectors.joining(" or ", "", " would serve it"));
    }

    /**
     * For the elements of a collection an index by element; for a whole one, as for a single value, an index by value.
     */
    private static String annotation(String path, Filter filter, Class<?> type, EntityProperties properties) {
        EntityProperties.Named property = properties.at(type, path);
        boolean byElement = property.hasElements() && !isWhole(filter);
        return (byElement ? "@Indexed(multiEntry = true)" : "@Indexed") + " on the property '" + property.name() + "'";
    }

    private static boolean isWhole(Filter filter) {
        Object value = filter instanceof Filter.Compare compare ? compare.value() : null;
        return value instanceof JsonNode node ? node.isArray() : value instanceof Collection<?>;
    }

    /** Asked at each call of a query method, so it makes no objects. */
    static AccessPath accessPath(@Nullable Filter filter, StoreSchema schema) {
        if (filter instanceof Filter.And and) {
            AccessPath best = AccessPath.SCAN;
            for (Filter each : and.filters()) {
                AccessPath path = accessPath(each, schema);
                best = path.compareTo(best) < 0 ? path : best;
            }
            return best;
        }
        if (filter instanceof Filter.Or or) {
            AccessPath worst = AccessPath.ID;
            for (Filter each : or.filters()) {
                AccessPath path = accessPath(each, schema);
                worst = path.compareTo(worst) > 0 ? path : worst;
            }
            return worst;
        }
        String path = filter == null ? null : pathOf(filter);
        if (path == null) {
            return AccessPath.SCAN;
        }
        if (isKey(path, schema.keyPath())) {
            return AccessPath.ID;
        }
        for (IndexSchema index : schema.indexes()) {
            if (path.equals(index.paths().get(0))) {
                return AccessPath.INDEX;
            }
        }
        return AccessPath.SCAN;
    }

    private static boolean isKey(String path, String key) {
        return path.equals(key)
                || (path.length() == key.length() + FIRST_PART.length()
                        && path.startsWith(key)
                        && path.endsWith(FIRST_PART));
    }

    private boolean isServed(Filter filter) {
        if (filter instanceof Filter.And and) {
            boolean served = and.filters().isEmpty();
            for (Filter each : and.filters()) {
                served |= isServed(each); // all, for their candidates
            }
            return served;
        }
        if (filter instanceof Filter.Or or) {
            return or.filters().stream().allMatch(this::isServed);
        }
        String path = pathOf(filter);
        if (path == null) {
            return false;
        }
        boolean served = indexed.contains(path);
        if (!served) {
            candidates.putIfAbsent(path, filter);
        }
        return served;
    }

    /** The path of a condition that can become a range of an index. */
    private static @Nullable String pathOf(Filter filter) {
        if (filter instanceof Filter.Compare compare) {
            return compare.path();
        }
        if (filter instanceof Filter.In in) {
            return in.path();
        }
        if (filter instanceof Filter.InRange range) {
            return range.path();
        }
        if (filter instanceof Filter.Like like) {
            return !like.ignoreCase() && beginsLiterally(like.pattern()) ? like.path() : null;
        }
        boolean prefix = filter instanceof Filter.Text text
                && !text.ignoreCase()
                && text.match() == Filter.TextMatch.STARTS_WITH;
        return prefix ? ((Filter.Text) filter).path() : null;
    }

    private static boolean beginsLiterally(String pattern) {
        return pattern.isEmpty() || pattern.charAt(0) != '%' && pattern.charAt(0) != '_';
    }
}
