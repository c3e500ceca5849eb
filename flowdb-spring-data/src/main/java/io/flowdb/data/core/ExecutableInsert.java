package io.flowdb.data.core;

import java.util.List;

/**
 * Stores new entities of a class.
 *
 * @param <T> the entity
 */
public interface ExecutableInsert<T> {

    /** As {@link FlowDbOperations#insert(Object)}. */
    T one(T entity);

    /** As {@link FlowDbOperations#insertAll}. */
    List<T> all(Iterable<? extends T> entities);
}
