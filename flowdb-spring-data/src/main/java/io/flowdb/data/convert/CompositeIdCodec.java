package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.ArrayList;
import java.util.List;
import org.springframework.data.mapping.MappingException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * An id of several parts, such as a record: a JSON array of its properties in the order of their declaration, since an
 * object is no key. Documents are ordered by the first part, then the second and so on; no part may be null.
 */
final class CompositeIdCodec implements ValueCodec {

    private final FlowDbPersistentEntity<?> type;
    private final EntityCodec parts;
    private final List<String> fields = new ArrayList<>();

    CompositeIdCodec(FlowDbPersistentEntity<?> type, CodecRegistry codecs) {
        this.type = type;
        this.parts = codecs.entity(type.getType());
        for (FlowDbPersistentProperty property : type) {
            fields.add(property.getFieldName());
        }
    }

    /** Where a part lies in the array. */
    static int position(FlowDbPersistentEntity<?> type, FlowDbPersistentProperty part) {
        int position = 0;
        for (FlowDbPersistentProperty property : type) {
            if (property.equals(part)) {
                return position;
            }
            position++;
        }
        throw new MappingException("'" + part.getName() + "' is no part of the id "
                + type.getType().getName());
    }

    @Override
    public JsonNode write(Object value) {
        ObjectNode object = parts.write(value);
        ArrayNode array = JsonNodeFactory.instance.arrayNode(fields.size());
        for (String field : fields) {
            JsonNode part = object.get(field);
            if (part.isNull() || part.isObject()) {
                throw new IllegalArgumentException("part '" + field + "' of an id "
                        + type.getType().getName() + " must be a single value and not null");
            }
            array.add(part);
        }
        return array;
    }

    @Override
    public Object read(JsonNode node) {
        if (!node.isArray() || node.size() != fields.size()) {
            throw new MappingException("an id " + type.getType().getName() + " is an array of " + fields.size()
                    + " values, found " + node.getNodeType());
        }
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = 0; i < fields.size(); i++) {
            object.set(fields.get(i), node.get(i));
        }
        return parts.read(object);
    }
}
