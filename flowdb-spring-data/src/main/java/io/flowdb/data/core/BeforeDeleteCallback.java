package io.flowdb.data.core;

import org.springframework.data.mapping.callback.EntityCallback;

/**
 * Called before an entity is deleted that was given to, or loaded by, the delete; not for deletes by id or by query.
 */
@FunctionalInterface
public interface BeforeDeleteCallback<T> extends EntityCallback<T> {

    /** Returns the entity to go on with; throwing keeps it. */
    T onBeforeDelete(T entity, String store);
}
