package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.core.EntityOrder.Key;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.mapping.MappingException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;

/**
 * Positions of a window: by sorted property, the id last, the value as it is stored (text, number, boolean, null or a
 * list), taken from the document. So a position survives being sent to a client as JSON, and projections need not hold
 * the sorted properties.
 */
final class KeysetScroll {

    private final EntityOrder order;
    private final FlowDbConverter converter;

    KeysetScroll(EntityOrder order, FlowDbConverter converter) {
        for (Key key : order.keys()) {
            if (key.ignoreCase()) {
                throw new InvalidDataAccessApiUsageException("Windows by keyset cannot ignore case; sort by '"
                        + key.name() + "' with its case, or scroll by offset");
            }
            FlowDbPersistentProperty property = key.property().property();
            if (converter.hasElements(property) && !converter.isWhole(property, List.of())) {
                throw nested(key);
            }
        }
        this.order = order;
        this.converter = converter;
    }

    /** The keys of a document. */
    Map<String, @Nullable Object> keysOf(JsonNode document) {
        Map<String, @Nullable Object> keys = new LinkedHashMap<>();
        for (Key key : order.keys()) {
            JsonNode value = EntityOrder.valueAt(document, key.property().fieldPath());
            requireComparable(key, value);
            keys.put(key.name(), natural(value));
        }
        return keys;
    }

    /** A filter on a list also holds for one of its elements, which another list, or an object, may be. */
    private static void requireComparable(Key key, @Nullable JsonNode value) {
        if (value == null) {
            return;
        }
        boolean comparable = !value.isObject();
        for (JsonNode element : value.isArray() ? value.values() : List.<JsonNode>of()) {
            comparable &= element.isValueNode();
        }
        if (!comparable) {
            throw nested(key);
        }
    }

    private static InvalidDataAccessApiUsageException nested(Key key) {
        return new InvalidDataAccessApiUsageException("'" + key.name() + "' holds objects, or lists within lists, which"
                + " windows by keyset cannot be sorted by; sort by another property, or scroll by offset");
    }

    /** The stored values of a position, in the order of the sort. */
    List<@Nullable JsonNode> valuesOf(KeysetScrollPosition position) {
        List<@Nullable JsonNode> values = new ArrayList<>();
        for (Key key : order.keys()) {
            if (!position.getKeys().containsKey(key.name())) {
                throw new InvalidDataAccessApiUsageException("The scroll position has no value for '" + key.name()
                        + "'; it belongs to another sort: " + position.getKeys().keySet());
            }
            values.add(stored(key, position.getKeys().get(key.name())));
        }
        return values;
    }

    private @Nullable JsonNode stored(Key key, @Nullable Object value) {
        if (value == null) {
            return null;
        }
        try {
            JsonNode given = node(value);
            JsonNode stored =
                    given != null ? given : converter.writeValue(key.property().property(), value);
            requireComparable(key, stored);
            return stored;
        } catch (MappingException | ConversionException | ClassCastException | IllegalArgumentException e) {
            // positions may come from a client
            throw new InvalidDataAccessApiUsageException(
                    "The scroll position has no usable value for '" + key.name() + "'", e);
        }
    }

    /** The node of a stored value, see {@link #natural}; null for a value that has to be converted to become one. */
    private static @Nullable JsonNode node(@Nullable Object value) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (value instanceof String text) {
            return json.stringNode(text);
        }
        if (value instanceof Boolean truth) {
            return json.booleanNode(truth);
        }
        if (value instanceof Integer || value instanceof Long || value instanceof Short) {
            return json.numberNode(((Number) value).longValue());
        }
        if (value instanceof Double || value instanceof Float) {
            return json.numberNode(new BigDecimal(value.toString()));
        }
        if (value instanceof BigDecimal decimal) {
            return json.numberNode(decimal);
        }
        if (value instanceof BigInteger integer) {
            return json.numberNode(integer);
        }
        return value instanceof List<?> list ? array(list) : null;
    }

    private static @Nullable JsonNode array(List<?> list) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode(list.size());
        for (Object element : list) {
            JsonNode node = element == null ? NullNode.getInstance() : node(element);
            if (node == null) {
                return null;
            }
            array.add(node);
        }
        return array;
    }

    private static @Nullable Object natural(@Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return null;
        }
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>();
            node.values().forEach(v -> list.add(natural(v)));
            return list;
        }
        if (node.isNumber()) {
            return node.numberValue();
        }
        return node.isBoolean() ? (Object) node.booleanValue() : node.asString();
    }
}
