package io.flowdb.data.core;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.lang.ref.WeakReference;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mapping.PersistentPropertyAccessor;

/**
 * The id or the version that a save gave to a mutable entity, to be taken back if the save is. Threads: one.
 *
 * @param bean the entity; one that nobody holds any more needs nothing back
 * @param before what it came with
 * @param after what it was given
 */
record GivenValue(
        WeakReference<Object> bean,
        FlowDbPersistentEntity<?> entity,
        FlowDbPersistentProperty property,
        @Nullable Object before,
        @Nullable Object after) {

    /** Gives the entity back what it came with, unless it has been given something else since. */
    void takeBack() {
        Object present = bean.get();
        if (present == null) {
            return;
        }
        PersistentPropertyAccessor<Object> accessor = entity.getPropertyAccessor(present);
        if (Objects.equals(accessor.getProperty(property), after)) {
            accessor.setProperty(property, before);
        }
    }
}
