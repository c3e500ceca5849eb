package io.flowdb.json;

import io.flowdb.error.LimitExceededException;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** JSON Merge Patch, RFC 7396. */
final class MergePatch {
    /** As deep as a document can be where limits are at their highest. */
    private static final int MAX_DEPTH = 1000;

    private MergePatch() {}

    /** The target with the patch applied; an object target is changed in place, values of the patch are copied. */
    static JsonNode apply(String store, @Nullable JsonNode target, JsonNode patch) {
        checkDepth(store, Objects.requireNonNull(patch, "mergePatch"), 0);
        return apply(target, patch);
    }

    private static void checkDepth(String store, JsonNode patch, int depth) {
        if (depth > MAX_DEPTH) {
            throw new LimitExceededException(store, "patch depth", MAX_DEPTH, depth);
        }
        for (JsonNode part : patch) {
            checkDepth(store, part, depth + 1);
        }
    }

    private static JsonNode apply(@Nullable JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch.deepCopy();
        }
        ObjectNode result = target instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> change : changes.properties()) {
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                result.set(change.getKey(), apply(result.get(change.getKey()), change.getValue()));
            }
        }
        return result;
    }
}
