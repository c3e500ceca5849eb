package io.flowdb.data.core;

import org.springframework.data.mapping.callback.EntityCallback;
import tools.jackson.databind.node.ObjectNode;

/** Called after an entity was written, in a transaction before its commit. */
@FunctionalInterface
public interface AfterSaveCallback<T> extends EntityCallback<T> {

    /** Returns the entity that the caller of save gets. */
    T onAfterSave(T entity, ObjectNode document, String store);
}
