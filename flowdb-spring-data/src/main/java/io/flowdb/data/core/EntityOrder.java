package io.flowdb.data.core;

import io.flowdb.data.core.EntityProperties.ResolvedProperty;
import io.flowdb.json.Filter;
import io.flowdb.json.KeyRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Sort.NullHandling;
import tools.jackson.databind.JsonNode;

/**
 * A {@link Sort} resolved against an entity. FlowDB itself puts null first going up and last going down; another place
 * for null, or an order without case, is made by sorting in memory. Immutable.
 */
final class EntityOrder {

    private static final EntityOrder NONE = new EntityOrder(List.of());

    private final List<Key> keys;
    private final boolean nativeOrder;

    private EntityOrder(List<Key> keys) {
        this.keys = keys;
        boolean all = true;
        for (Key key : keys) {
            all &= key.nullsFirst() == key.ascending() && !key.ignoreCase();
        }
        this.nativeOrder = all;
    }

    static EntityOrder of(Sort sort, Class<?> type, EntityProperties properties) {
        if (sort.isUnsorted()) {
            return NONE;
        }
        List<Key> keys = new ArrayList<>();
        for (Sort.Order order : sort) {
            ResolvedProperty p = properties.resolve(type, order.getProperty());
            if (p.property().isMap() || (holdsEntities(p) && !p.property().isIdProperty())) {
                throw new InvalidDataAccessApiUsageException(
                        "'" + order.getProperty() + "' of " + type.getSimpleName() + " has no order to sort by");
            }
            boolean nullsFirst = order.getNullHandling() == NullHandling.NATIVE
                    ? order.isAscending()
                    : order.getNullHandling() == NullHandling.NULLS_FIRST;
            keys.add(new Key(order.getProperty(), p, order.isAscending(), nullsFirst, order.isIgnoreCase()));
        }
        return new EntityOrder(keys);
    }

    /** Also in collections of collections. */
    private static boolean holdsEntities(ResolvedProperty p) {
        return p.property().getPersistentEntityTypeInformation().iterator().hasNext();
    }

    List<Key> keys() {
        return keys;
    }

    /** Whether the document layer can sort so; else the results are sorted in memory. */
    boolean isNative() {
        return nativeOrder;
    }

    /** This order with the id as its last key, unless it is a key already, so that no two entities compare equal. */
    EntityOrder withId(ResolvedProperty id) {
        if (keys.stream().anyMatch(k -> k.property().fieldPath().equals(id.fieldPath()))) {
            return this;
        }
        List<Key> more = new ArrayList<>(keys);
        more.add(new Key(id.property().getName(), id, true, true, false));
        return new EntityOrder(more);
    }

    /** The reverse order. */
    EntityOrder reversed() {
        List<Key> reversed = new ArrayList<>();
        for (Key k : keys) {
            reversed.add(new Key(k.name(), k.property(), !k.ascending(), !k.nullsFirst(), k.ignoreCase()));
        }
        return new EntityOrder(reversed);
    }

    Comparator<JsonNode> comparator() {
        Comparator<JsonNode> all = (a, b) -> 0;
        for (Key key : keys) {
            all = all.thenComparing(document -> valueAt(document, key.property().fieldPath()), key);
        }
        return all;
    }

    /** What comes after the document with these values; null stands for null. */
    Filter after(List<? extends @Nullable JsonNode> values) {
        List<Filter> choices = new ArrayList<>();
        List<Filter> same = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            Key key = keys.get(i);
            JsonNode value = values.get(i);
            Filter beyond = key.after(value);
            if (beyond != null) {
                List<Filter> all = new ArrayList<>(same);
                all.add(beyond);
                choices.add(all.size() == 1 ? beyond : Filter.and(all));
            }
            same.add(key.equalTo(value));
        }
        Filter after = choices.size() == 1 ? choices.get(0) : Filter.or(choices);
        Key first = keys.get(0);
        JsonNode start = values.get(0);
        // says the same once more, as one range of an index, or of keys; objects are in none
        if (first.mayBeObjects()) {
            return after;
        }
        if (start != null && start.isArray() && !start.isEmpty() && first.hasParts()) {
            return Filter.and(first.firstPart(start.get(0)), after);
        }
        return start != null && first.ascending() && first.nullsFirst() ? Filter.and(first.from(start), after) : after;
    }

    /** The value at a dotted path, or null; a number is a position in an array. */
    static @Nullable JsonNode valueAt(JsonNode document, String path) {
        JsonNode node = document;
        for (String step : path.split("\\.", -1)) {
            node = node.isArray() ? node.get(position(step)) : node.get(step);
            if (node == null) {
                return null;
            }
        }
        return node.isNull() ? null : node;
    }

    /** A position in an array; none if the step is no number. */
    private static int position(String step) {
        return step.matches("\\d{1,9}") ? Integer.parseInt(step) : -1;
    }

    /**
     * One property to sort by.
     *
     * @param name path of the property, as the sort gave it
     */
    record Key(String name, ResolvedProperty property, boolean ascending, boolean nullsFirst, boolean ignoreCase)
            implements Comparator<@Nullable JsonNode> {

        @Override
        public int compare(@Nullable JsonNode a, @Nullable JsonNode b) {
            if (a == null || b == null) {
                int order = Boolean.compare(b == null, a == null);
                return nullsFirst ? order : -order;
            }
            int order = (ignoreCase ? JsonValueOrder.IGNORE_CASE : JsonValueOrder.EXACT).compare(a, b);
            return ascending ? order : -order;
        }

        /** The values after {@code value}, or null if there are none. */
        @Nullable
        Filter after(@Nullable JsonNode value) {
            String path = property.fieldPath();
            if (value == null) {
                return nullsFirst ? Filter.isNotNull(path) : null;
            }
            Filter beyond = ascending ? above(path, value) : below(path, value);
            return nullsFirst ? beyond : Filter.or(beyond, Filter.isNull(path));
        }

        private Filter above(String path, JsonNode value) {
            if (!mixesKinds()) {
                return Filter.gt(path, value);
            }
            Filter above = Filter.range(path, KeyRange.lowerBound(value, true));
            return mayBeObjects() ? Filter.or(above, objects(path)) : above;
        }

        /** What is no key comes behind all that is, also an array with an object. */
        private static Filter objects(String path) {
            Filter noKey = Filter.or(Filter.not(Filter.range(path, KeyRange.all())), Filter.exists(path + ".0"));
            return Filter.and(Filter.isNotNull(path), noArray(path), noKey);
        }

        private Filter below(String path, JsonNode value) {
            if (!mixesKinds()) {
                return Filter.lt(path, value);
            }
            boolean isArray = value.isArray();
            Object end = isArray ? List.of() : value;
            Filter single = Filter.and(Filter.range(path, KeyRange.bound(false, end, false, true)), noArray(path));
            return isArray ? Filter.or(Filter.lt(path, value), single) : single;
        }

        /** Whether it is an id of several parts. */
        boolean hasParts() {
            return property.property().isIdProperty() && property.property().isEntity();
        }

        /** The ids of several parts whose first is {@code part} or comes after it. */
        Filter firstPart(JsonNode part) {
            String path = property.fieldPath() + ".0";
            return Filter.range(path, ascending ? KeyRange.lowerBound(part) : KeyRange.upperBound(part));
        }

        /** The values from {@code value} on, going up. */
        Filter from(JsonNode value) {
            String path = property.fieldPath();
            return mixesKinds() ? Filter.range(path, KeyRange.lowerBound(value)) : Filter.ge(path, value);
        }

        Filter equalTo(@Nullable JsonNode value) {
            String path = property.fieldPath();
            if (value == null) {
                return Filter.isNull(path);
            }
            Filter equal = Filter.eq(path, value);
            return mixesKinds() && !value.isArray() ? Filter.and(equal, noArray(path)) : equal;
        }

        /** A condition on an array may hold for an element. */
        private static Filter noArray(String path) {
            return Filter.not(Filter.ge(path, List.of()));
        }

        /**
         * Whether its values may be of several kinds: {@code Object} and the like, and fractions, among which text is
         * what is no number.
         */
        private boolean mixesKinds() {
            Class<?> type = property.storedAs();
            boolean fraction = type == Double.class || type == Float.class || type == Number.class;
            return fraction
                    || mayBeObjects()
                    || (type.isAssignableFrom(String.class) && type != String.class && type != CharSequence.class);
        }

        /** Whether maps or other JSON objects may be among its values. */
        private boolean mayBeObjects() {
            Class<?> type = property.storedAs();
            return type.isAssignableFrom(LinkedHashMap.class) || JsonNode.class.isAssignableFrom(type);
        }
    }
}
