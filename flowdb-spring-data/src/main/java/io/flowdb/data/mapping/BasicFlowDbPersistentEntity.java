package io.flowdb.data.mapping;

import io.flowdb.annotation.ObjectStore;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.data.core.TypeInformation;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.PersistentPropertyAccessor;
import org.springframework.data.mapping.model.BasicPersistentEntity;
import org.springframework.data.util.ProxyUtils;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/** Entity metadata; the store's name is decided when the class is first seen. */
final class BasicFlowDbPersistentEntity<T> extends BasicPersistentEntity<T, FlowDbPersistentProperty>
        implements FlowDbPersistentEntity<T> {

    /** What the converter writes the name of the class to. */
    private static final String TYPE_FIELD = "_class";

    private static final Set<Class<?>> VERSIONS = Set.of(Long.class, Integer.class, Short.class);

    private final @Nullable String store;

    /** Null if there is no store. */
    private final @Nullable Class<?> storeType;

    private final FlowDbMappingContext context;

    /** Made at first use, when all properties are known. Racing threads make the same. */
    private volatile @Nullable BeanCopies copies;

    /** Whether some property is set in a copy; decided at first use as well. */
    private volatile @Nullable Boolean copying;

    BasicFlowDbPersistentEntity(TypeInformation<T> type, FlowDbMappingContext context) {
        super(type);
        this.context = context;
        this.store = storeOf(type.getType());
        this.storeType = store == null ? null : storeType(type.getType(), store);
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

    @Override
    public Class<?> getStoreType() {
        getStore(); // throws if there is none
        return Objects.requireNonNull(storeType);
    }

    @Override
    public <B> PersistentPropertyAccessor<B> getPropertyAccessor(B bean) {
        PersistentPropertyAccessor<B> accessor = plainAccessor(bean);
        return isCopying() ? new CopyingPropertyAccessor<>(this, accessor) : accessor;
    }

    private boolean isCopying() {
        Boolean known = copying;
        if (known == null) {
            known = false;
            for (FlowDbPersistentProperty property : this) {
                known |= BeanCopies.areNeeded(property);
            }
            copying = known;
        }
        return known;
    }

    /** Spring Data's, whose copies keep only what the creator takes. */
    <B> PersistentPropertyAccessor<B> plainAccessor(B bean) {
        return super.getPropertyAccessor(bean);
    }

    BeanCopies copies() {
        BeanCopies known = copies;
        if (known == null) {
            known = new BeanCopies(this, context.instantiatorOf(this));
            copies = known;
        }
        return known;
    }

    /** The entity of the very class of {@code bean}, which may be one below this. */
    BasicFlowDbPersistentEntity<?> ofClass(Object bean) {
        Class<?> type = ProxyUtils.getUserClass(bean);
        return type == getType() ? this : (BasicFlowDbPersistentEntity<?>) context.getRequiredPersistentEntity(type);
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
        verifyVersion();
        if (store != null && getIdProperty() == null) {
            throw new MappingException(getType().getName()
                    + " has no id: annotate one property with io.flowdb.annotation.Id, or call it 'id'"
                    + (getType().isInterface() ? "; the properties of an interface are its getters: getId()" : ""));
        }
    }

    /** It counts, so it is a whole number; of other numbers two may be one version. */
    private void verifyVersion() {
        FlowDbPersistentProperty version = getVersionProperty();
        if (version != null && !VERSIONS.contains(ClassUtils.resolvePrimitiveIfNecessary(version.getType()))) {
            throw new MappingException(
                    "The version '" + version.getName() + "' of " + getType().getName() + " is a "
                            + version.getType().getName() + "; it must be a Long, Integer or Short");
        }
    }

    private void verifyFieldNames() {
        Map<String, String> propertyByField = new HashMap<>();
        for (FlowDbPersistentProperty property : this) {
            if (property.getFieldName().equals(TYPE_FIELD)) {
                throw new MappingException(getType().getName() + ": property '" + property.getName()
                        + "' is written to the field '" + TYPE_FIELD + "', which names the class of a document");
            }
            if (property.getFieldName().indexOf('.') >= 0) {
                throw new MappingException(getType().getName() + ": property '" + property.getName()
                        + "' is written to the field '" + property.getFieldName()
                        + "'; a dot separates the steps of a path, so no query or index could find it");
            }
            String other = propertyByField.put(property.getFieldName(), property.getName());
            if (other != null) {
                throw new MappingException(getType().getName() + ": properties '" + other + "' and '"
                        + property.getName() + "' are both written to the field '" + property.getFieldName() + "'");
            }
        }
    }

    private static @Nullable String storeOf(Class<?> type) {
        MergedAnnotation<ObjectStore> nearest =
                MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).get(ObjectStore.class);
        return nearest.isPresent() ? storeOf(nearest) : null;
    }

    /** The name that is given, else that of the annotated class. */
    private static String storeOf(MergedAnnotation<ObjectStore> annotation) {
        for (String attribute : new String[] {"name", "value"}) {
            if (!annotation.getString(attribute).isEmpty()) {
                return annotation.getString(attribute);
            }
        }
        return StringUtils.uncapitalize(annotatedType(annotation).getSimpleName());
    }

    private static Class<?> annotatedType(MergedAnnotation<ObjectStore> annotation) {
        return (Class<?>) Objects.requireNonNull(annotation.getSource());
    }

    private static Class<?> storeType(Class<?> type, String store) {
        return MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY).stream(ObjectStore.class)
                .filter(annotation -> storeOf(annotation).equals(store))
                .<Class<?>>map(BasicFlowDbPersistentEntity::annotatedType)
                .reduce(type, (top, other) -> other.isAssignableFrom(top) ? other : top);
    }
}
