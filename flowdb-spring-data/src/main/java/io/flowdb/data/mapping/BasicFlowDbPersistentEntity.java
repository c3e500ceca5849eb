package io.flowdb.data.mapping;

import io.flowdb.annotation.ObjectStore;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.data.core.TypeInformation;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.model.BasicPersistentEntity;
import org.springframework.util.StringUtils;

/** Entity metadata; the store's name is decided when the class is first seen. */
final class BasicFlowDbPersistentEntity<T> extends BasicPersistentEntity<T, FlowDbPersistentProperty>
        implements FlowDbPersistentEntity<T> {

    private final @Nullable String store;

    BasicFlowDbPersistentEntity(TypeInformation<T> type) {
        super(type);
        this.store = storeOf(type.getType());
    }

    @Override
    public boolean isStored() {
        return store != null;
    }

    @Override
    public String getStore() {
        if (store == null) {
            throw new MappingException(
                    getType().getName() + " is no entity: annotate it with @ObjectStore to give it a store");
        }
        return store;
    }

    /** An annotated id beats a property that is only called so; two annotated ones are an error. */
    @Override
    protected @Nullable FlowDbPersistentProperty returnPropertyIfBetterIdPropertyCandidateOrNull(
            FlowDbPersistentProperty property) {
        if (!property.isIdProperty()) {
            return null;
        }
        FlowDbPersistentProperty current = getIdProperty();
        if (current == null || (property.isExplicitIdProperty() && !current.isExplicitIdProperty())) {
            return property;
        }
        if (property.isExplicitIdProperty()) {
            throw new MappingException(getType().getName() + " has two ids: '" + current.getName() + "' and '"
                    + property.getName() + "'; annotate one");
        }
        return null;
    }

    @Override
    public void verify() {
        super.verify();
        verifyFieldNames();
        if (store != null && getIdProperty() == null) {
            throw new MappingException(getType().getName()
                    + " has no id: annotate one property with io.flowdb.annotation.Id, or call it 'id'");
        }
    }

    private void verifyFieldNames() {
        Map<String, String> propertyByField = new HashMap<>();
        for (FlowDbPersistentProperty property : this) {
            String other = propertyByField.put(property.getFieldName(), property.getName());
            if (other != null) {
                throw new MappingException(getType().getName() + ": properties '" + other + "' and '"
                        + property.getName() + "' are both written to the field '" + property.getFieldName() + "'");
            }
        }
    }

    private static @Nullable String storeOf(Class<?> type) {
        ObjectStore annotation = AnnotatedElementUtils.findMergedAnnotation(type, ObjectStore.class);
        if (annotation == null) {
            return null;
        }
        for (String name : new String[] {annotation.name(), annotation.value()}) {
            if (!name.isEmpty()) {
                return name;
            }
        }
        return StringUtils.uncapitalize(declaringStoreClass(type).getSimpleName());
    }

    /** A subclass shares the store of the class that is annotated. */
    private static Class<?> declaringStoreClass(Class<?> type) {
        Class<?> c = type;
        while (c != null && !c.isAnnotationPresent(ObjectStore.class)) {
            c = c.getSuperclass();
        }
        return c == null ? type : c;
    }
}
