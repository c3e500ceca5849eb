package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.data.mapping.KotlinConstructor;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.Nullness;
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

    private final FlowDbPersistentEntity<?> entity;
    private final EntityInstantiator instantiator;
    private final CodecRegistry codecs;

    /** Its instantiator takes null for "not given", also for a primitive, and the default of the parameter for that. */
    private final boolean isKotlin;

    /** Its constructor if it has one of Kotlin. */
    private final @Nullable KotlinConstructor kotlin;

    /** The instance of an {@code object} of Kotlin, beside which there must be no other; else null. */
    private final @Nullable Object singleton;

    /** Resolved at first use, since entities may contain each other. Racing threads compute the same. */
    private volatile @Nullable Slots slots;

    EntityCodec(FlowDbPersistentEntity<?> entity, EntityInstantiator instantiator, CodecRegistry codecs) {
        this.entity = entity;
        this.instantiator = instantiator;
        this.codecs = codecs;
        this.isKotlin = KotlinDetector.isKotlinType(entity.getType());
        this.kotlin = KotlinConstructor.of(entity);
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
        Arguments arguments = new Arguments(node, all);
        Object instance = kotlin != null && arguments.haveNull()
                ? create(kotlin, arguments)
                : instantiator.createInstance(entity, arguments);
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

    /** What is null in the document is null, whatever the default; only what is absent has that. */
    private Object create(KotlinConstructor constructor, Arguments arguments) {
        List<Parameter<Object, FlowDbPersistentProperty>> parameters =
                Objects.requireNonNull(entity.getInstanceCreatorMetadata()).getParameters();
        @Nullable Object[] values = new Object[constructor.parameterCount()];
        BitSet absent = new BitSet();
        for (int i = 0; i < values.length; i++) {
            values[i] = arguments.getParameterValue(parameters.get(i));
            absent.set(i, values[i] == null && !arguments.isNull(parameters.get(i)));
        }
        return constructor.create(values, absent);
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
        Map<Parameter<?, ?>, Slot> byParameter = byParameter(byName);
        Slot[] nullable = kotlin == null ? new Slot[0] : nullable(kotlin, byParameter);
        return new Slots(written.toArray(new Slot[0]), populated.toArray(new Slot[0]), nullable, byParameter);
    }

    private Slot[] nullable(KotlinConstructor constructor, Map<Parameter<?, ?>, Slot> byParameter) {
        List<Parameter<Object, FlowDbPersistentProperty>> parameters =
                Objects.requireNonNull(entity.getInstanceCreatorMetadata()).getParameters();
        List<Slot> nullable = new ArrayList<>();
        for (int i = 0; i < constructor.parameterCount(); i++) {
            Slot slot = byParameter.get(parameters.get(i));
            if (slot != null && (constructor.takesNullWithin(i) || isNullable(slot))) {
                nullable.add(slot);
            }
        }
        return nullable.toArray(new Slot[0]);
    }

    private static boolean isNullable(Slot slot) {
        Field field = slot.property().getField();
        return field != null && Nullness.forField(field) == Nullness.NULLABLE;
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
                    && !KotlinConstructor.isMarker(parameter.getRawType())) {
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

    /**
     * Arrays, since they are walked for every entity.
     *
     * @param nullable what a constructor of Kotlin takes null for
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Slots(Slot[] written, Slot[] populated, Slot[] nullable, Map<Parameter<?, ?>, Slot> byParameter) {}

    private record Slot(FlowDbPersistentProperty property, String field, ValueCodec codec) {}

    /**
     * The creator's arguments from the fields of a document; an absent field gives null, or zero to a primitive of
     * Java.
     */
    private final class Arguments implements ParameterValueProvider<FlowDbPersistentProperty> {

        private final JsonNode node;
        private final Slots slots;

        Arguments(JsonNode node, Slots slots) {
            this.node = node;
            this.slots = slots;
        }

        boolean haveNull() {
            for (Slot slot : slots.nullable()) {
                if (isNull(slot)) {
                    return true;
                }
            }
            return false;
        }

        /** Whether null is the argument of a parameter. */
        boolean isNull(Parameter<?, ?> parameter) {
            Slot slot = slots.byParameter().get(parameter);
            return slot != null && isNull(slot) && List.of(slots.nullable()).contains(slot);
        }

        private boolean isNull(Slot slot) {
            JsonNode field = node.get(slot.field());
            return field != null && field.isNull();
        }

        @Override
        @SuppressWarnings("unchecked")
        public <T> @Nullable T getParameterValue(Parameter<T, FlowDbPersistentProperty> parameter) {
            Slot slot = slots.byParameter().get(parameter);
            Object value = slot == null ? null : EntityCodec.this.read(slot, node.get(slot.field()));
            if (value == null && !isKotlin && parameter.getRawType().isPrimitive()) {
                value = ParameterValueProvider.getDefaultValue(parameter.getRawType());
            }
            return (T) value;
        }
    }
}
