package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.core.EntitySave.Identity;
import io.flowdb.data.core.EntitySave.Kind;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.annotation.CreatedBy;
import org.springframework.data.annotation.CreatedDate;
import org.springframework.data.domain.Auditable;
import org.springframework.data.domain.Persistable;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.PersistentPropertyAccessor;
import org.springframework.data.mapping.callback.EntityCallbacks;
import org.springframework.data.util.ProxyUtils;
import org.springframework.util.Assert;
import org.springframework.util.NumberUtils;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes an {@link EntitySave} of an entity. Order: is it new → {@link BeforeConvertCallback} → id and version →
 * document → {@link BeforeSaveCallback}. Ids of {@code String} and {@code UUID} are made here, numbers by the store.
 * Threads: any.
 */
final class EntityWriter {

    private static final long FIRST_VERSION = 1;

    private final FlowDbConverter converter;
    private final TimeOrderedId ids = new TimeOrderedId();
    private final Map<Class<?>, Boolean> creationMatters = new ConcurrentHashMap<>();

    /** What the mapping context knows, without its soft references: two of its look-ups take as long as a read. */
    private final Map<Class<?>, FlowDbPersistentEntity<?>> entities = new ConcurrentHashMap<>();

    private final StoreTypes stores = new StoreTypes();

    /** Null without an application context or without callbacks. */
    private volatile @Nullable EntityCallbacks callbacks;

    EntityWriter(FlowDbConverter converter) {
        this.converter = converter;
    }

    void setCallbacks(EntityCallbacks callbacks) {
        this.callbacks = callbacks;
    }

    /** Decides whether an entity with an assigned id is there already; only asked where callbacks want to know. */
    @FunctionalInterface
    interface Existence {
        boolean exists(FlowDbPersistentEntity<?> entity, Object id);
    }

    <T> EntitySave<T> prepare(T given, boolean insert, Existence existence) {
        Assert.notNull(given, "The entity must not be null");
        FlowDbPersistentEntity<?> entity = entityOf(given.getClass());
        boolean isNew = insert || entity.isNew(given);
        EntityCallbacks calls = callbacks;
        T bean = given;
        if (calls != null) {
            bean = calls.callback(
                    BeforeConvertCallback.class, given, entity.getStore(), isNew || isAbsent(entity, given, existence));
        }
        PersistentPropertyAccessor<T> accessor = entity.getPropertyAccessor(bean);
        FlowDbPersistentProperty idProperty = entity.getRequiredIdProperty();
        FlowDbPersistentProperty version = entity.getVersionProperty();
        Identity previous =
                new Identity(accessor.getProperty(idProperty), version == null ? null : accessor.getProperty(version));
        boolean withoutId = isUnset(previous.id());
        boolean counted = withoutId && StoreSchemas.isCounted(idProperty, converter);
        if (withoutId && !counted) {
            accessor.setProperty(idProperty, newId(entity, idProperty, previous.id()));
        }
        boolean added = insert
                || withoutId
                || (version != null && isUnset(previous.version()))
                || (isNew && given instanceof Persistable);
        if (version != null) {
            accessor.setProperty(version, nextVersion(version, added ? null : previous.version()));
        }
        Kind kind = counted ? Kind.COUNTED : added ? Kind.ADD : Kind.PUT;
        try {
            return convert(entity, accessor, kind, previous);
        } catch (RuntimeException e) { // of a callback that checks the entity, say
            if (accessor.getBean() == bean) {
                accessor.setProperty(idProperty, previous.id());
                if (version != null) {
                    accessor.setProperty(version, previous.version());
                }
            }
            throw e;
        }
    }

    private <T> EntitySave<T> convert(
            FlowDbPersistentEntity<?> entity, PersistentPropertyAccessor<T> accessor, Kind kind, Identity previous) {
        ObjectNode document = converter.write(accessor.getBean());
        EntityCallbacks calls = callbacks;
        PersistentPropertyAccessor<T> last = accessor;
        if (calls != null) {
            T bean = calls.callback(BeforeSaveCallback.class, accessor.getBean(), document, entity.getStore());
            if (bean != accessor.getBean()) {
                last = entity.getPropertyAccessor(bean);
            }
        }
        return new EntitySave<>(entity, last, kind, previous, document, calls != null);
    }

    /** Calls what is to be called after {@code save}. */
    <T> T saved(T stored, EntitySave<T> save) {
        EntityCallbacks calls = callbacks;
        return calls == null ? stored : calls.callback(AfterSaveCallback.class, stored, save.document(), save.store());
    }

    /** Throws {@link InvalidDataAccessApiUsageException} if the class has no store, or one that belongs to others. */
    FlowDbPersistentEntity<?> entityOf(Class<?> type) {
        FlowDbPersistentEntity<?> known = entities.get(type);
        if (known == null) {
            known = lookUp(type);
            entities.put(type, known);
        }
        return known;
    }

    private FlowDbPersistentEntity<?> lookUp(Class<?> type) {
        Class<?> user = ProxyUtils.getUserClass(type);
        FlowDbPersistentEntity<?> entity = converter.getMappingContext().getPersistentEntity(user);
        if (entity == null || !entity.isStored()) {
            throw new InvalidDataAccessApiUsageException(
                    user.getName() + " is no entity: annotate it with @ObjectStore to give it a store");
        }
        try {
            stores.add(entity);
        } catch (MappingException e) {
            throw new InvalidDataAccessApiUsageException(String.valueOf(e.getMessage()), e);
        }
        return entity;
    }

    /**
     * An assigned id without version says nothing about being new; the store does. Asked only where the creation is
     * noted.
     */
    private boolean isAbsent(FlowDbPersistentEntity<?> entity, Object bean, Existence existence) {
        if (entity.hasVersionProperty() || !creationMatters.computeIfAbsent(entity.getType(), t -> isAudited(entity))) {
            return false;
        }
        Object id = entity.getIdentifierAccessor(bean).getIdentifier();
        return id != null && !existence.exists(entity, id);
    }

    private boolean isAudited(FlowDbPersistentEntity<?> entity) {
        return Auditable.class.isAssignableFrom(entity.getType())
                || !converter
                        .getMappingContext()
                        .findPersistentPropertyPaths(entity.getType(), EntityWriter::notesCreation)
                        .isEmpty();
    }

    private static boolean notesCreation(FlowDbPersistentProperty property) {
        return property.isAnnotationPresent(CreatedDate.class) || property.isAnnotationPresent(CreatedBy.class);
    }

    private Object newId(FlowDbPersistentEntity<?> entity, FlowDbPersistentProperty property, @Nullable Object unset) {
        UUID id = ids.next();
        if (property.getType() == UUID.class) {
            return id;
        }
        if (property.getType() == String.class) {
            return id.toString();
        }
        throw new InvalidDataAccessApiUsageException("The id '" + property.getName() + "' of "
                + entity.getType().getName()
                + " is " + unset + "; ids are made for String, UUID, Long, Integer and Short, not for "
                + property.getType().getName()
                + (converter.convertedTo(property).isPresent() ? " with a converter" : ""));
    }

    private static Number nextVersion(FlowDbPersistentProperty property, @Nullable Object previous) {
        try {
            long next = previous == null ? FIRST_VERSION : Math.addExact(((Number) previous).longValue(), 1);
            return NumberUtils.convertNumberToTargetClass(next, EntitySave.boxed(property));
        } catch (ArithmeticException | IllegalArgumentException e) {
            throw new InvalidDataAccessApiUsageException(
                    "The version '" + property.getName() + "' of "
                            + property.getOwner().getType().getName() + " cannot count beyond " + previous
                            + "; its type is too small",
                    e);
        }
    }

    /** Null, or zero of a type that is counted. */
    static boolean isUnset(@Nullable Object value) {
        boolean counted = value instanceof Long || value instanceof Integer || value instanceof Short;
        return value == null || counted && ((Number) value).longValue() == 0;
    }
}
