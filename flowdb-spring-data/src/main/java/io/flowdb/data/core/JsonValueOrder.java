package io.flowdb.data.core;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** The key order of JSON values: null and absent, false, true, numbers, text, arrays; objects last, all alike. */
final class JsonValueOrder implements Comparator<@Nullable JsonNode> {

    static final JsonValueOrder EXACT = new JsonValueOrder(false);
    static final JsonValueOrder IGNORE_CASE = new JsonValueOrder(true);

    private final boolean ignoreCase;

    private JsonValueOrder(boolean ignoreCase) {
        this.ignoreCase = ignoreCase;
    }

    @Override
    public int compare(@Nullable JsonNode a, @Nullable JsonNode b) {
        int kindA = kind(a);
        int kindB = kind(b);
        if (kindA != kindB || a == null || b == null) {
            return Integer.compare(kindA, kindB);
        }
        if (a.isNumber()) {
            return a.decimalValue().compareTo(b.decimalValue());
        }
        if (a.isString()) {
            return ignoreCase
                    ? String.CASE_INSENSITIVE_ORDER.compare(a.stringValue(), b.stringValue())
                    : a.stringValue().compareTo(b.stringValue());
        }
        return a.isArray() ? compareElements(a, b) : 0;
    }

    private int compareElements(JsonNode a, JsonNode b) {
        for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
            int order = compare(a.get(i), b.get(i));
            if (order != 0) {
                return order;
            }
        }
        return Integer.compare(a.size(), b.size());
    }

    private static int kind(@Nullable JsonNode node) {
        if (node == null || node.isNull() || node.isMissingNode()) {
            return 0;
        }
        if (node.isBoolean()) {
            return node.booleanValue() ? 2 : 1;
        }
        if (node.isNumber()) {
            return 3;
        }
        return node.isString() ? 4 : node.isArray() ? 5 : 6;
    }
}
