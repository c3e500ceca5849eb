package io.flowdb.data.core;

import org.springframework.data.mapping.callback.EntityCallback;
import tools.jackson.databind.JsonNode;

/** Called with an entity that was just read and the document it was read from. */
@FunctionalInterface
public interface AfterConvertCallback<T> extends EntityCallback<T> {

    /** Returns the entity that the caller gets. */
    T onAfterConvert(T entity, JsonNode document, String store);
}
