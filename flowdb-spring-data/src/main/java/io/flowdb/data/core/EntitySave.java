package io.flowdb.data.core;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.json.DocumentOperations;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.dao.OptimisticLockingFailureException;
import org.springframework.data.mapping.PersistentPropertyAccessor;
import org.springframework.util.NumberUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One entity on its way into its store: the prepared document, and what has to hold when it is written. Writing may be
 * repeated, after a conflict; the outcome is the same. Threads: one.
 */
final class EntitySave<T> {

    /** How the key comes about. */
    enum Kind {
        /** The store counts it up. */
        COUNTED,
        /** It must not exist. */
        ADD,
        /** It may exist; if there is a version, it must and with that version. */
        PUT
    }

    private final FlowDbPersistentEntity<?> entity;
    private final PersistentPropertyAccessor<T> accessor;
    private final Kind kind;
    private final @Nullable Object previousId;
    private final @Nullable Object previousVersion;
    private final @Nullable Object givenVersion;
    private final ObjectNode document;

    /** Whether callbacks were given the document, and may change it later. */
    private final boolean shown;

    /** What is written: the document, and once it was {@link #detach}ed a copy that nobody else has. */
    private ObjectNode written;

    /** Set by the first write of a counted one; a repeated write keeps it. */
    private @Nullable Object counted;

    EntitySave(
            FlowDbPersistentEntity<?> entity,
            PersistentPropertyAccessor<T> accessor,
            Kind kind,
            Identity previous,
            ObjectNode document,
            boolean shown) {
        this.entity = entity;
        this.accessor = accessor;
        this.kind = kind;
        this.previousId = previous.id();
        this.previousVersion = previous.version();
        this.givenVersion = versionOf(entity, accessor);
        this.document = document;
        this.shown = shown;
        this.written = document;
    }

    private static @Nullable Object versionOf(
            FlowDbPersistentEntity<?> entity, PersistentPropertyAccessor<?> accessor) {
        FlowDbPersistentProperty version = entity.getVersionProperty();
        return version == null ? null : accessor.getProperty(version);
    }

    ObjectNode document() {
        return document;
    }

    String store() {
        return entity.getStore();
    }

    /** Whether the write may be refused by what it finds, so that it must be in a transaction. */
    boolean isConditional() {
        return kind == Kind.COUNTED
                ? boxed(entity.getRequiredIdProperty()) != Long.class
                : kind == Kind.PUT && entity.hasVersionProperty();
    }

    /** Returns the key. */
    Object write(DocumentOperations operations) {
        return switch (kind) {
            case COUNTED -> writeCounted(operations);
            case ADD -> operations.add(store(), written);
            case PUT -> {
                FlowDbPersistentProperty version = entity.getVersionProperty();
                if (version != null) {
                    requireVersion(operations, entity, key(), previousVersion);
                }
                yield operations.put(store(), written);
            }
        };
    }

    private Object writeCounted(DocumentOperations operations) {
        if (counted == null) {
            counted = operations.putAuto(store(), written);
            idOf(counted); // refused before the commit if it does not fit
            return counted;
        }
        return operations.add(store(), written);
    }

    /**
     * To be called after a write that may be repeated later: makes what is written independent of what anyone changes
     * meanwhile. The document may share parts with the entity, and callbacks may have it.
     */
    void detach() {
        if (shown || document.values().stream().anyMatch(JsonNode::isContainer)) {
            written = document.deepCopy();
        }
    }

    /** Where the key lies in the document. */
    String keyPath() {
        return entity.getRequiredIdProperty().getFieldName();
    }

    /** The key, unless the store counts it up. */
    JsonNode key() {
        return document.get(keyPath());
    }

    /** Whether a document with this key is there already and will be replaced. */
    boolean overwrites(DocumentOperations operations) {
        return kind == Kind.PUT && operations.exists(store(), key());
    }

    /** Throws {@link OptimisticLockingFailureException} unless the stored document has this version. */
    static void requireVersion(
            DocumentOperations operations, FlowDbPersistentEntity<?> entity, JsonNode key, @Nullable Object expected) {
        JsonNode stored = operations.get(entity.getStore(), key);
        if (stored == null) {
            throw absent(entity, key, expected);
        }
        JsonNode version = stored.get(entity.getRequiredVersionProperty().getFieldName());
        if (version == null || !(expected instanceof Number number) || version.asLong() != number.longValue()) {
            throw new OptimisticLockingFailureException(entity.getType().getSimpleName() + " with id " + key
                    + " was changed meanwhile: it has version " + version + ", not " + expected);
        }
    }

    private static OptimisticLockingFailureException absent(
            FlowDbPersistentEntity<?> entity, JsonNode key, @Nullable Object expected) {
        return new OptimisticLockingFailureException("There is no "
                + entity.getType().getSimpleName() + " with id " + key + " any more; it was read with version "
                + expected);
    }

    /** What a conditional write throws if the document is not there. */
    OptimisticLockingFailureException absent() {
        return absent(entity, key(), previousVersion);
    }

    /** The stored entity, with the key the store gave it. */
    T complete(Object key) {
        if (kind == Kind.COUNTED) {
            accessor.setProperty(entity.getRequiredIdProperty(), idOf(key));
        }
        return accessor.getBean();
    }

    private Number idOf(Object key) {
        FlowDbPersistentProperty id = entity.getRequiredIdProperty();
        try {
            return NumberUtils.convertNumberToTargetClass((Number) key, boxed(id));
        } catch (IllegalArgumentException e) {
            throw new DataIntegrityViolationException(
                    "The next id of " + entity.getType().getName() + " is " + key + ", which is too large for its "
                            + id.getType().getName() + " '" + id.getName() + "'",
                    e);
        }
    }

    /** Gives a mutable entity back the id and the version it came with, since it was not stored. */
    void undo(Object original) {
        if (accessor.getBean() != original) {
            return;
        }
        if (kind != Kind.PUT) {
            accessor.setProperty(entity.getRequiredIdProperty(), previousId);
        }
        FlowDbPersistentProperty version = entity.getVersionProperty();
        if (version != null) {
            accessor.setProperty(version, previousVersion);
        }
    }

    /** What a mutable entity has been given that came without it; after it was completed. */
    List<GivenValue> given(Object original) {
        List<GivenValue> given = new ArrayList<>();
        if (accessor.getBean() == original) {
            WeakReference<Object> bean = new WeakReference<>(original);
            FlowDbPersistentProperty id = entity.getRequiredIdProperty();
            if (kind != Kind.PUT && EntityWriter.isUnset(previousId)) {
                given.add(new GivenValue(bean, entity, id, previousId, accessor.getProperty(id)));
            }
            FlowDbPersistentProperty version = entity.getVersionProperty();
            if (version != null) {
                given.add(new GivenValue(bean, entity, version, previousVersion, givenVersion));
            }
        }
        return given;
    }

    @SuppressWarnings("unchecked")
    static Class<? extends Number> boxed(FlowDbPersistentProperty property) {
        return (Class<? extends Number>)
                org.springframework.util.ClassUtils.resolvePrimitiveIfNecessary(property.getType());
    }

    /** Id and version as the caller gave them. */
    record Identity(@Nullable Object id, @Nullable Object version) {}
}
