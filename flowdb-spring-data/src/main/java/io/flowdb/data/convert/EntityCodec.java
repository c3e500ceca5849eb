package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.data.mapping.InstanceCreatorMetadata;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.Parameter;
import org.springframework.data.mapping.PersistentPropertyAccessor;
import org.springframework.data.mapping.model.EntityInstantiator;
import org.springframework.data.mapping.model.ParameterValueProvider;
import org.springframework.util.ReflectionUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * One entity class as a JSON object, a field per property. Instances are made by the creator Spring Data chose; what
 * the creator does not take is set through the property accessor, so records, immutable classes, builders by
 * {@code withX} and beans all work.
 */
final class EntityCodec {

    /** The last parameter of a constructor that Kotlin makes for one with value classes; it takes null. */
    private static final String KOTLIN_MARKER = "kotlin.jvm.internal.DefaultConstructorMarker";

    private final FlowDbPersistentEntity<?> entity;
    private final EntityInstantiator instantiator;
    private final CodecRegistry codecs;

    /** Its instantiator takes null for "not given", also for a primitive, and the default of the parameter for that. */
    private final boolean isKotlin;

    /** The instance of an {@code object} of Kotlin, beside which there must be no other; else null. */
    private final @Nullable Object singleton;

    /** Resolved at first use, since entities may contain each other. Racing threads compute the same. */
    private volatile @Nullable Slots slots;

    EntityCodec(FlowDbPersistentEntity<?> entity, EntityInstantiator instantiator, CodecRegistry codecs) {
        this.entity = entity;
        this.instantiator = instantiator;
        this.codecs = codecs;
        this.isKotlin = KotlinDetector.isKotlinType(entity.getType());
        this.singleton = isKotlin ? singleton(entity.getType()) : null;
    }

    private static @Nullable Object singleton(Class<?> type) {
        Constructor<?>[] constructors = type.getDeclaredConstructors();
        Field instance = ReflectionUtils.findField(type, "INSTANCE", type);
        if (instance == null
                || instance.getDeclaringClass() != type
                || !Modifier.isStatic(instance.getModifiers())
                || constructors.length != 1
                || constructors[0].getParameterCount() > 0
                || !Modifier.isPrivate(constructors[0].getModifiers())) {
            return null;
        }
        ReflectionUtils.makeAccessible(instance);
        return ReflectionUtils.getField(instance, null);
    }

    ObjectNode write(Object value) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        PersistentPropertyAccessor<Object> accessor = entity.getPropertyAccessor(value);
        for (Slot slot : slots().written()) {
            try {
                node.set(slot.field(), ValueCodec.writeNullable(slot.codec(), accessor.getProperty(slot.property())));
            } catch (MappingException e) {
                throw e;
            } catch (RuntimeException e) { // converters of the application have any
                throw failure("write", slot, e);
            }
        }
        return node;
    }

    Object read(JsonNode node) {
        if (!node.isObject()) {
            throw new MappingException("Cannot read a " + entity.getType().getName() + " from a JSON "
                    + node.getNodeType().name().toLowerCase(java.util.Locale.ROOT));
        }
        if (singleton != null) {
            return singleton;
        }
        Slots all = slots();
        Object instance = instantiator.createInstance(entity, new Arguments(node, all.byParameter()));
        if (all.populated().length == 0) {
            return instance;
        }
        PersistentPropertyAccessor<Object> accessor = entity.getPropertyAccessor(instance);
        for (Slot slot : all.populated()) {
            JsonNode field = node.get(slot.field());
            if (field == null || (field.isNull() && slot.property().getType().isPrimitive())) {
                continue; // what the constructor left
            }
            accessor.setProperty(slot.property(), read(slot, field));
        }
        return accessor.getBean();
    }

    private @Nullable Object read(Slot slot, @Nullable JsonNode field) {
        try {
            return ValueCodec.readNullable(slot.codec(), field);
        } catch (MappingException e) {
            throw e;
        } catch (RuntimeException e) { // Jackson's coercion, java.time, numbers and enums each have their own
            throw failure("read", slot, e);
        }
    }

    private MappingException failure(String verb, Slot slot, RuntimeException cause) {
        return new MappingException(
                "Cannot " + verb + " property '" + slot.property().getName() + "' of "
                        + entity.getType().getName() + " (" + slot.property().getTypeInformation() + "): "
                        + cause.getMessage(),
                cause);
    }

    private Slots slots() {
        Slots known = slots;
        if (known == null) {
            known = resolve();
            slots = known;
        }
        return known;
    }

    private Slots resolve() {
        List<Slot> written = new ArrayList<>();
        List<Slot> populated = new ArrayList<>();
        Map<String, Slot> byName = new HashMap<>();
        for (FlowDbPersistentProperty property : entity) {
            Slot slot = new Slot(property, property.getFieldName(), codecs.of(property));
            byName.put(property.getName(), slot);
            if (property.isWritable()) {
                written.add(slot);
            }
            if (!entity.isCreatorArgument(property)) {
                if (property.isReadable()) {
                    populated.add(slot);
                } else if (property.isWritable() && property.getField() != null && singleton == null) {
                    throw new MappingException("Property '" + property.getName() + "' of "
                            + entity.getType().getName() + " is final and no constructor takes it, so it could be"
                            + " stored and not read; let the constructor take it, or mark it @Transient");
                }
            }
        }
        return new Slots(written.toArray(new Slot[0]), populated.toArray(new Slot[0]), byParameter(byName));
    }

    private Map<Parameter<?, ?>, Slot> byParameter(Map<String, Slot> byName) {
        Map<Parameter<?, ?>, Slot> map = new java.util.IdentityHashMap<>();
        InstanceCreatorMetadata<FlowDbPersistentProperty> creator = entity.getInstanceCreatorMetadata();
        if (creator == null) {
            if (entity.getType().isInterface()
                    || Modifier.isAbstract(entity.getType().getModifiers())) {
                return map;
            }
            throw new MappingException(entity.getType().getName()
                    + " has several constructors: mark the one to use with @PersistenceCreator");
        }
        for (Parameter<Object, FlowDbPersistentProperty> parameter : creator.getParameters()) {
            if (parameter.hasValueExpression()) {
                throw new MappingException("Constructor parameter '" + parameter.getName() + "' of "
                        + entity.getType().getName() + " has @Value, which is not evaluated for entities");
            }
            Slot slot = parameter.hasName() ? byName.get(parameter.getRequiredName()) : null;
            if (slot == null
                    && !parameter.isTransient()
                    && !creator.isParentParameter(parameter)
                    && !parameter.getRawType().getName().equals(KOTLIN_MARKER)) {
                throw new MappingException("Constructor parameter '" + parameter.getName() + "' of "
                        + entity.getType().getName()
                        + " is no property; compile with -parameters and give it the name of one");
            }
            if (slot != null) {
                map.put(parameter, slot);
            }
        }
        return map;
    }

    /** Arrays, since they are walked for every entity. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Slots(Slot[] written, Slot[] populated, Map<Parameter<?, ?>, Slot> byParameter) {}

    private record Slot(FlowDbPersistentProperty property, String field, ValueCodec codec) {}

    /**
     * The creator's arguments from the fields of a document; an absent field gives null, or zero to a primitive of
     * Java.
     */
    private final class Arguments implements ParameterValueProvider<FlowDbPersistentProperty> {

        private final JsonNode node;
        private final Map<Parameter<?, ?>, Slot> slots;

        Arguments(JsonNode node, Map<Parameter<?, ?>, Slot> slots) {
            this.node = node;
            this.slots = slots;
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> @Nullable T getParameterValue(Parameter<T, FlowDbPersistentProperty> parameter) {
            Slot slot = slots.get(parameter);
            Object value = slot == null ? null : EntityCodec.this.read(slot, node.get(slot.field()));
            if (value == null && !isKotlin && parameter.getRawType().isPrimitive()) {
                value = ParameterValueProvider.getDefaultValue(parameter.getRawType());
            }
            return (T) value;
        }
    }
}
