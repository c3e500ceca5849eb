package io.flowdb.data.core;

import io.flowdb.json.IndexSchema;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The keys under which a document stands in an index: none if a part of it is null or missing. */
final class IndexedValues {

    private IndexedValues() {}

    static List<Object> of(JsonNode document, IndexSchema index) {
        List<JsonNode> parts = new ArrayList<>();
        for (String path : index.paths()) {
            JsonNode value = EntityOrder.valueAt(document, path);
            if (value == null) {
                return List.of();
            }
            parts.add(value);
        }
        JsonNode only = parts.get(0);
        if (parts.size() > 1) {
            return List.of(parts);
        }
        return index.multiEntry() && only.isArray() ? List.copyOf(only.values()) : List.of(only);
    }
}
