package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.data.mapping.ValueClass;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionService;
import org.springframework.data.convert.CustomConversions;
import org.springframework.data.core.TypeInformation;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.PersistentEntity;
import org.springframework.data.mapping.context.MappingContext;
import org.springframework.data.mapping.model.EntityInstantiators;
import org.springframework.data.util.ProxyUtils;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds the codec of a type or a property: converters of the application first, then FlowDB's single values,
 * containers, entities. What it finds it keeps. Threads: any; two threads may build the same codec, one is kept.
 */
final class CodecRegistry {

    private final MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context;
    private final CustomConversions conversions;
    private final ConversionService conversionService;
    private final EntityInstantiators instantiators = new EntityInstantiators();
    private final EntityTypes types;
    private final Map<TypeInformation<?>, ValueCodec> byType = new ConcurrentHashMap<>();
    private final Map<OwnedProperty, ValueCodec> byProperty = new ConcurrentHashMap<>();
    private final Map<TypeInformation<?>, EntityCodec> entities = new ConcurrentHashMap<>();

    /** Entities without type arguments, which most are; found faster by their class. */
    private final Map<Class<?>, EntityCodec> plainEntities = new ConcurrentHashMap<>();

    /** Subclasses with other type arguments inherit properties that are equal, and have other types. */
    private record OwnedProperty(PersistentEntity<?, ?> owner, FlowDbPersistentProperty property) {}

    CodecRegistry(
            MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context,
            CustomConversions conversions,
            ConversionService conversionService) {
        this.context = context;
        this.conversions = conversions;
        this.conversionService = conversionService;
        this.types = new EntityTypes(context);
    }

    ValueCodec of(FlowDbPersistentProperty property) {
        OwnedProperty owned = new OwnedProperty(property.getOwner(), property);
        ValueCodec codec = byProperty.get(owned);
        if (codec == null) {
            codec = create(property);
            byProperty.put(owned, codec);
        }
        return codec;
    }

    private ValueCodec create(FlowDbPersistentProperty property) {
        if (conversions.hasValueConverter(property)) {
            return new PropertyConverterCodec(property, conversions.getRequiredValueConverter(property), this);
        }
        if (isCompositeId(property)) {
            return new CompositeIdCodec(context.getRequiredPersistentEntity(property.getTypeInformation()), this);
        }
        return of(property.getTypeInformation());
    }

    /** Whether a property is an id whose values are entities of their own fields; it is an array key. */
    boolean isCompositeId(FlowDbPersistentProperty property) {
        TypeInformation<?> type = property.getTypeInformation();
        return property.isIdProperty()
                && !isSingleValue(type.getType())
                && !type.isCollectionLike()
                && context.getPersistentEntity(type) != null;
    }

    /** Whether the values of a property, or of its elements, are objects: none is greater than or equal to another. */
    boolean isObject(FlowDbPersistentProperty property) {
        if (conversions.hasValueConverter(property) || isCompositeId(property)) {
            return false;
        }
        Class<?> type = property.isMap() ? property.getType() : property.getActualType();
        return isObject(property, type);
    }

    private boolean isObject(FlowDbPersistentProperty property, Class<?> type) {
        ValueClass values = ValueClass.stored(type);
        if (values != null) {
            return !isSingleValue(type) && context.hasPersistentEntityFor(values.within());
        }
        return !isSingleValue(type)
                && (property.isMap()
                        || property.isEntity() && !type.isInterface() && !Modifier.isAbstract(type.getModifiers()));
    }

    private boolean isSingleValue(Class<?> type) {
        ValueClass values = ValueClass.stored(type);
        return conversions.hasCustomWriteTarget(ClassUtils.resolvePrimitiveIfNecessary(type))
                || ScalarCodecs.find(type) != null
                || values != null && isSingleValue(values.within());
    }

    ValueCodec of(TypeInformation<?> type) {
        ValueCodec codec = byType.get(type);
        if (codec == null) {
            codec = create(type);
            byType.put(type, codec);
        }
        return codec;
    }

    ValueCodec of(Class<?> type) {
        return of(TypeInformation.of(type));
    }

    private ValueCodec create(TypeInformation<?> type) {
        Class<?> raw = type.getType();
        Class<?> boxed = ClassUtils.resolvePrimitiveIfNecessary(raw);
        Optional<Class<?>> target = conversions.getCustomWriteTarget(boxed);
        if (target.isPresent()) {
            return new CustomCodec(boxed, target.get(), conversions, conversionService, this);
        }
        ValueCodec scalar = ScalarCodecs.find(raw);
        if (scalar != null) {
            return scalar;
        }
        ValueClass values = ValueClass.stored(raw);
        if (values != null) {
            return ContainerCodecs.valueClass(values, of(values.within(type)));
        }
        if (Optional.class.equals(raw)) {
            return ContainerCodecs.optional(of(argument(type, 0)));
        }
        if (raw.isArray()) {
            return ContainerCodecs.array(raw.getComponentType(), of(type.getRequiredComponentType()));
        }
        if (Collection.class.isAssignableFrom(raw) || Iterable.class.equals(raw)) {
            return ContainerCodecs.collection(raw, argument(type, 0).getType(), of(argument(type, 0)));
        }
        if (type.isMap()) {
            TypeInformation<?> key = argument(type, 0);
            return ContainerCodecs.map(raw, key.getType(), of(key), of(argument(type, 1)));
        }
        return new PolymorphicCodec(type);
    }

    private static TypeInformation<?> argument(TypeInformation<?> type, int index) {
        TypeInformation<?> found = null;
        if (type.isMap()) {
            found = index == 0 ? type.getComponentType() : type.getMapValueType();
        } else {
            found = type.getComponentType();
        }
        if (found == null && index < type.getTypeArguments().size()) {
            found = type.getTypeArguments().get(index);
        }
        return found == null ? TypeInformation.OBJECT : found;
    }

    EntityCodec entity(Class<?> type) {
        EntityCodec codec = plainEntities.get(type);
        if (codec == null) {
            codec = entity(TypeInformation.of(type));
            plainEntities.put(type, codec);
        }
        return codec;
    }

    private EntityCodec entity(TypeInformation<?> type) {
        EntityCodec codec = entities.get(type);
        if (codec == null) {
            FlowDbPersistentEntity<?> entity = context.getPersistentEntity(type);
            if (entity == null) {
                throw new MappingException(
                        type.getType().getName()
                                + " has no JSON form: it is no entity and there is no converter; add one to FlowDbCustomConversions");
            }
            codec = new EntityCodec(entity, instantiators.getInstantiatorFor(entity), this);
            entities.put(type, codec);
        }
        return codec;
    }

    /** Writes by the runtime type and names it where it is not {@code declared}. */
    ObjectNode writeEntity(Object value, Class<?> declared) {
        Class<?> type = ProxyUtils.getUserClass(value);
        return named(type, declared, entity(type).write(value));
    }

    private ObjectNode named(Class<?> type, Class<?> declared, ObjectNode node) {
        if (type != declared) {
            node.put(EntityTypes.FIELD, types.nameOf(type));
        }
        return node;
    }

    List<String> typeNames(Class<?> type) {
        return types.namesOf(type);
    }

    Object readEntity(JsonNode node, Class<?> declared) {
        return entity(typeOf(node, declared)).read(node);
    }

    private Class<?> typeOf(JsonNode node, Class<?> declared) {
        JsonNode name = node.get(EntityTypes.FIELD);
        return name == null || !name.isString() ? declared : types.resolve(name.stringValue(), declared);
    }

    /** An entity, or for {@code Object} and open interfaces whatever the value happens to be. */
    private final class PolymorphicCodec implements ValueCodec {

        private final TypeInformation<?> declaredType;
        private final Class<?> declared;
        private final Map<Class<?>, EntityCodec> withArguments = new ConcurrentHashMap<>();

        PolymorphicCodec(TypeInformation<?> declaredType) {
            this.declaredType = declaredType;
            this.declared = declaredType.getType();
        }

        @Override
        public JsonNode write(Object value) {
            Class<?> type = ProxyUtils.getUserClass(value);
            ValueClass values = valueClass(type);
            if (values != null) {
                return named(type, declared, ownObject(type, values, value));
            }
            if (isSingleValue(type) || type.isArray() || value instanceof Collection || value instanceof Map) {
                return readable(of(type).write(value), type);
            }
            return named(type, declared, entityOf(type).write(value));
        }

        private @Nullable ValueClass valueClass(Class<?> type) {
            return conversions.hasCustomWriteTarget(type) ? null : ValueClass.stored(type);
        }

        /** Among other classes one of a value is an object, too: it has to be named. */
        private ObjectNode ownObject(Class<?> type, ValueClass values, Object value) {
            if (type.getName().startsWith("kotlin.")) { // no document is trusted to name one
                throw new MappingException("A " + type.getName() + " cannot be kept in a property of type "
                        + declared.getName() + "; declare it as what it is, or add a converter");
            }
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            object.set(values.name(), of(type).write(value));
            return object;
        }

        /** What cannot be read again is refused when it is written. */
        private JsonNode readable(JsonNode node, Class<?> type) {
            if (node.has(EntityTypes.FIELD)) {
                throw new MappingException("A map with the key '" + EntityTypes.FIELD
                        + "', which names the class of a document, cannot be kept in a property of type "
                        + declared.getName());
            }
            if (!declared.equals(Object.class) && !declared.isInstance(ContainerCodecs.natural(node))) {
                throw new MappingException(
                        "A " + type.getName() + " cannot be kept in a property of type "
                                + declared.getName()
                                + ", since the document does not say what it was; declare it as what it is, or add a converter");
            }
            return node;
        }

        @Override
        public @Nullable Object read(JsonNode node) {
            if (node.isObject() && (node.has(EntityTypes.FIELD) || !declared.equals(Object.class))) {
                Class<?> type = typeOf(node, declared);
                ValueClass values = valueClass(type);
                return values == null
                        ? entityOf(type).read(node)
                        : ValueCodec.readNullable(of(type), node.get(values.name()));
            }
            return ContainerCodecs.natural(node);
        }

        /** With the type arguments that the declaration gives. */
        private EntityCodec entityOf(Class<?> type) {
            if (declaredType.getTypeArguments().isEmpty()) {
                return entity(type);
            }
            EntityCodec codec = withArguments.get(type);
            if (codec == null) {
                codec = entity(type == declared ? declaredType : declaredType.specialize(TypeInformation.of(type)));
                withArguments.put(type, codec);
            }
            return codec;
        }
    }
}
