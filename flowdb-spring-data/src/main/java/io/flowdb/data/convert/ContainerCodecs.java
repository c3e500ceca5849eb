package io.flowdb.data.convert;

import io.flowdb.data.mapping.ValueClass;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.TransferQueue;
import org.jspecify.annotations.Nullable;
import org.springframework.core.CollectionFactory;
import org.springframework.data.mapping.MappingException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Collections and arrays as JSON arrays, maps as JSON objects (keys in the text form of their type), Optional as its
 * value, a value class of Kotlin as the value within.
 */
final class ContainerCodecs {

    private ContainerCodecs() {}

    static ValueCodec optional(ValueCodec value) {
        return new ValueCodec() {
            @Override
            public JsonNode write(Object o) {
                return ValueCodec.writeNullable(value, ((Optional<?>) o).orElse(null));
            }

            @Override
            public Object read(JsonNode node) {
                return Optional.ofNullable(ValueCodec.readNullable(value, node));
            }

            @Override
            public Object readNull() {
                return Optional.empty();
            }
        };
    }

    static ValueCodec valueClass(ValueClass type, ValueCodec within) {
        return new ValueCodec() {
            @Override
            public JsonNode write(Object value) {
                return ValueCodec.writeNullable(within, type.unbox(value));
            }

            @Override
            public Object read(JsonNode node) {
                return type.box(within.read(node));
            }
        };
    }

    static ValueCodec array(Class<?> componentType, ValueCodec component) {
        return new ValueCodec() {
            @Override
            public JsonNode write(Object array) {
                ArrayNode node = JsonNodeFactory.instance.arrayNode();
                for (int i = 0; i < Array.getLength(array); i++) {
                    node.add(ValueCodec.writeNullable(component, Array.get(array, i)));
                }
                return node;
            }

            @Override
            public Object read(JsonNode node) {
                requireArray(node);
                Object array = Array.newInstance(componentType, node.size());
                for (int i = 0; i < node.size(); i++) {
                    Object value = ValueCodec.readNullable(component, node.get(i));
                    if (value != null || !componentType.isPrimitive()) {
                        Array.set(array, i, value);
                    }
                }
                return array;
            }
        };
    }

    static ValueCodec collection(Class<?> type, Class<?> elementType, ValueCodec element) {
        Class<?> created = createdFor(type);
        return new ValueCodec() {
            @Override
            public JsonNode write(Object values) {
                ArrayNode node = JsonNodeFactory.instance.arrayNode();
                for (Object value : (Iterable<?>) values) {
                    node.add(ValueCodec.writeNullable(element, value));
                }
                return node;
            }

            @Override
            public Object read(JsonNode node) {
                requireArray(node);
                Collection<Object> values = CollectionFactory.createCollection(created, elementType, node.size());
                for (JsonNode value : node.values()) {
                    values.add(ValueCodec.readNullable(element, value));
                }
                return values;
            }
        };
    }

    /** An array says nothing of its elements being different, and may have null. */
    private static Class<?> createdFor(Class<?> declared) {
        if (declared.equals(Iterable.class) || declared.equals(Collection.class)) {
            return List.class;
        }
        if (!declared.isInterface() || !Queue.class.isAssignableFrom(declared)) {
            return declared;
        }
        if (declared.equals(TransferQueue.class)) {
            return LinkedTransferQueue.class;
        }
        return BlockingQueue.class.isAssignableFrom(declared) ? LinkedBlockingDeque.class : LinkedList.class;
    }

    static ValueCodec map(Class<?> type, Class<?> keyType, ValueCodec key, ValueCodec value) {
        Class<?> created = mapCreatedFor(type);
        return new ValueCodec() {
            @Override
            public JsonNode write(Object map) {
                ObjectNode node = JsonNodeFactory.instance.objectNode();
                ((Map<?, ?>) map).forEach((k, v) -> node.set(fieldOf(key, k), ValueCodec.writeNullable(value, v)));
                return node;
            }

            @Override
            public Object read(JsonNode node) {
                if (!node.isObject()) {
                    throw new MappingException("expected a JSON object for a map, found " + node.getNodeType());
                }
                Map<Object, Object> map = CollectionFactory.createMap(created, keyType, node.size());
                node.properties()
                        .forEach(e -> map.put(
                                readKey(key, keyType, e.getKey()), ValueCodec.readNullable(value, e.getValue())));
                return map;
            }
        };
    }

    private static Class<?> mapCreatedFor(Class<?> declared) {
        if (declared.equals(ConcurrentMap.class)) {
            return ConcurrentHashMap.class;
        }
        return declared.equals(ConcurrentNavigableMap.class) ? ConcurrentSkipListMap.class : declared;
    }

    private static String fieldOf(ValueCodec key, @Nullable Object k) {
        if (k == null) {
            throw new MappingException("a map key must not be null");
        }
        JsonNode node = key.write(k);
        if (!node.isValueNode() || node.isNull()) {
            throw new MappingException("a map key must be written as one JSON value, not " + node.getNodeType());
        }
        return node.asString();
    }

    private static Object readKey(ValueCodec key, Class<?> keyType, String field) {
        if (keyType.equals(Object.class)) {
            return field;
        }
        RuntimeException failure = null;
        for (JsonNode node : written(field, Number.class.isAssignableFrom(keyType))) {
            try {
                Object k = key.read(node);
                if (k != null) {
                    return k;
                }
            } catch (RuntimeException e) { // each codec and converter has its own
                failure = failure == null ? e : failure;
            }
        }
        throw new MappingException("the field '" + field + "' gives no map key of " + keyType.getName(), failure);
    }

    /** What a key may have been written as: text, a number or a boolean; in the order in which it is tried. */
    private static List<JsonNode> written(String field, boolean numberFirst) {
        List<JsonNode> nodes = new ArrayList<>();
        nodes.add(JsonNodeFactory.instance.stringNode(field));
        if (field.equals("true") || field.equals("false")) {
            nodes.add(JsonNodeFactory.instance.booleanNode(field.equals("true")));
        }
        try {
            nodes.add(numberFirst ? 0 : nodes.size(), JsonNodeFactory.instance.numberNode(new BigDecimal(field)));
        } catch (NumberFormatException e) {
            return nodes; // no number
        }
        return nodes;
    }

    /** The Java value JSON itself suggests: text, Long or a wider number, Boolean, List, Map. */
    static @Nullable Object natural(JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        if (node.isArray()) {
            List<@Nullable Object> list = new ArrayList<>(node.size());
            node.values().forEach(v -> list.add(natural(v)));
            return list;
        }
        if (node.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(e -> map.put(e.getKey(), natural(e.getValue())));
            return map;
        }
        if (node.isNumber()) {
            return node.numberValue();
        }
        return node.isBoolean() ? (Object) node.booleanValue() : node.asString();
    }

    private static void requireArray(JsonNode node) {
        if (!node.isArray()) {
            throw new MappingException("expected a JSON array, found " + node.getNodeType());
        }
    }
}
