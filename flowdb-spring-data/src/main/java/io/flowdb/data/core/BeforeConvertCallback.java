package io.flowdb.data.core;

import org.springframework.data.mapping.callback.EntityCallback;

/** Called before an entity is converted, first of all; may change it or return another instance. Auditing is one. */
@FunctionalInterface
public interface BeforeConvertCallback<T> extends EntityCallback<T> {

    /**
     * Returns the entity to go on with.
     *
     * @param entity about to be stored, as the caller gave it
     * @param store name of its store
     * @param isNew whether it is inserted, as far as id and version tell; for an audited entity with an assigned id the
     *     store is asked
     */
    T onBeforeConvert(T entity, String store, Boolean isNew);
}
