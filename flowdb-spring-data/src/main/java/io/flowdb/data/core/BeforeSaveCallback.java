package io.flowdb.data.core;

import org.springframework.data.mapping.callback.EntityCallback;
import tools.jackson.databind.node.ObjectNode;

/** Called with the entity and its document before it is written; may change the document. */
@FunctionalInterface
public interface BeforeSaveCallback<T> extends EntityCallback<T> {

    /** Returns the entity to go on with; id and version are set, except an id the store counts up. */
    T onBeforeSave(T entity, ObjectNode document, String store);
}
