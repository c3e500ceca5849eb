package io.flowdb.data.mapping;

import org.jspecify.annotations.Nullable;
import org.springframework.data.mapping.PersistentProperty;
import org.springframework.data.mapping.PersistentPropertyAccessor;

/**
 * Sets properties of a bean, and one that nothing of the bean can set in a copy of it. A copy keeps all that its
 * creator does not take; that of a {@code withX} method is what the method makes of it. Threads: one.
 */
final class CopyingPropertyAccessor<T> implements PersistentPropertyAccessor<T> {

    private final BasicFlowDbPersistentEntity<?> entity;

    /** Spring Data's own; replaced with each copy. */
    private PersistentPropertyAccessor<T> accessor;

    CopyingPropertyAccessor(BasicFlowDbPersistentEntity<?> entity, PersistentPropertyAccessor<T> accessor) {
        this.entity = entity;
        this.accessor = accessor;
    }

    @Override
    public void setProperty(PersistentProperty<?> property, @Nullable Object value) {
        if (!BeanCopies.areNeeded(property)) {
            accessor.setProperty(property, value);
            return;
        }
        T bean = accessor.getBean();
        BasicFlowDbPersistentEntity<?> actual = entity.ofClass(bean);
        FlowDbPersistentProperty own = actual.getPersistentProperty(property.getName());
        if (own == null) {
            accessor.setProperty(property, value);
        } else if (own.isReadable() || !actual.isCreatorArgument(own)) {
            PersistentPropertyAccessor<T> changing = actual.plainAccessor(bean);
            changing.setProperty(own, value);
            accessor = entity.plainAccessor(changing.getBean());
            if (changing.getBean() != bean && own.getWither() == null) {
                actual.copies().keep(bean, changing.getBean());
            }
        } else {
            accessor = entity.plainAccessor(actual.copies().copy(bean, own, value));
        }
    }

    @Override
    public @Nullable Object getProperty(PersistentProperty<?> property) {
        return accessor.getProperty(property);
    }

    @Override
    public T getBean() {
        return accessor.getBean();
    }
}
