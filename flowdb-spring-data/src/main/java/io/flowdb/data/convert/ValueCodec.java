package io.flowdb.data.convert;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/**
 * Both directions of one type, side by side. {@link #write} never sees null, and {@link #read} no JSON null. Threads:
 * any.
 */
interface ValueCodec {

    /** The JSON form of {@code value}. */
    JsonNode write(Object value);

    /** The value of a {@code node} that is neither null nor missing. */
    @Nullable
    Object read(JsonNode node);

    /** The value of JSON null and of a missing field. */
    default @Nullable Object readNull() {
        return null;
    }

    /** The JSON form of null. */
    default JsonNode writeNull() {
        return NullNode.getInstance();
    }

    /** {@link #write}, or {@link #writeNull} for null. */
    static JsonNode writeNullable(ValueCodec codec, @Nullable Object value) {
        return value == null ? codec.writeNull() : codec.write(value);
    }

    /** {@link #read}, or {@link #readNull} for JSON null. */
    static @Nullable Object readNullable(ValueCodec codec, @Nullable JsonNode node) {
        return node == null || node.isNull() || node.isMissingNode() ? codec.readNull() : codec.read(node);
    }
}
