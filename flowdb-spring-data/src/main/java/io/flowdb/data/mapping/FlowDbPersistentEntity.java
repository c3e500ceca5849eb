package io.flowdb.data.mapping;

import org.springframework.data.mapping.model.MutablePersistentEntity;

/**
 * An entity class, or a class nested in one. Threads: safe for use by any number after the mapping context built it.
 */
public interface FlowDbPersistentEntity<T> extends MutablePersistentEntity<T, FlowDbPersistentProperty> {

    /** Whether the class, or one it extends or implements, carries {@code @ObjectStore} and so has a store. */
    boolean isStored();

    /**
     * Name of the store that holds the documents of this entity.
     *
     * @throws org.springframework.data.mapping.MappingException if the class carries no {@code @ObjectStore}
     */
    String getStore();

    /**
     * The class or interface the store belongs to: the topmost above this one, or this one, that carries
     * {@code @ObjectStore} with this store. Entities below it share the store, and their documents name their class.
     *
     * @throws org.springframework.data.mapping.MappingException if the class carries no {@code @ObjectStore}
     */
    Class<?> getStoreType();
}
