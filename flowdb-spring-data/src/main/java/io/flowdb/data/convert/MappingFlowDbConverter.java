package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.Collection;
import java.util.List;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.data.convert.CustomConversions;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.PersistentPropertyPath;
import org.springframework.data.mapping.context.MappingContext;
import org.springframework.data.util.ProxyUtils;
import org.springframework.util.ClassUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.NullNode;
import tools.jackson.databind.node.ObjectNode;

/** The converter, on the metadata of a mapping context and the converters of an application. */
public final class MappingFlowDbConverter implements FlowDbConverter {

    private final MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context;
    private final DefaultConversionService conversionService = new DefaultConversionService();
    private final CodecRegistry codecs;
    private final ConcurrentHashMap<Class<?>, Class<?>> storedClasses = new ConcurrentHashMap<>();

    /** Without converters of the application's own. */
    public MappingFlowDbConverter(MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context) {
        this(context, new FlowDbCustomConversions());
    }

    /** {@code context} should take its simple types from {@code conversions}. */
    public MappingFlowDbConverter(
            MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context,
            CustomConversions conversions) {
        this.context = context;
        conversions.registerConvertersIn(conversionService);
        this.codecs = new CodecRegistry(context, conversions, conversionService);
    }

    @Override
    public MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> getMappingContext() {
        return context;
    }

    @Override
    public ObjectNode write(Object entity) {
        Class<?> type = ProxyUtils.getUserClass(entity);
        try {
            return codecs.writeEntity(entity, storedClasses.computeIfAbsent(type, this::storedClass));
        } catch (StackOverflowError e) { // a writer has no state that would be left behind
            throw new MappingException(
                    type.getName() + " is nested too deeply to be stored, or leads back to itself", e);
        }
    }

    /** The class whose documents need no type name. */
    private Class<?> storedClass(Class<?> type) {
        FlowDbPersistentEntity<?> entity = context.getPersistentEntity(type);
        return entity == null || !entity.isStored() ? type : entity.getStoreType();
    }

    @Override
    public Collection<String> typeNames(Class<?> type) {
        if (storedClasses.computeIfAbsent(type, this::storedClass) == type) {
            return List.of();
        }
        return codecs.typeNames(type);
    }

    @Override
    public <T> T read(Class<T> type, JsonNode document) {
        return type.cast(codecs.readEntity(document, type));
    }

    @Override
    public JsonNode writeValue(FlowDbPersistentProperty property, @Nullable Object value) {
        if (value == null) {
            return codecs.of(property).writeNull();
        }
        if (ClassUtils.isAssignableValue(property.getType(), value)) {
            return codecs.of(property).write(value);
        }
        Class<?> wanted = ClassUtils.resolvePrimitiveIfNecessary(
                property.isCollectionLike() ? property.getActualType() : property.getType());
        if (wanted.isInstance(value) || (value instanceof Number && Number.class.isAssignableFrom(wanted))) {
            return codecs.of(value.getClass()).write(value);
        }
        if (wanted.equals(Object.class)) {
            return codecs.of(value.getClass()).write(value);
        }
        ValueCodec scalar = value instanceof CharSequence ? ScalarCodecs.find(wanted) : null;
        if (scalar != null) {
            return ofText(property, wanted, scalar, value.toString());
        }
        if (conversionService.canConvert(value.getClass(), wanted)) {
            Object converted = conversionService.convert(value, wanted);
            return converted == null
                    ? NullNode.getInstance()
                    : codecs.of(converted.getClass()).write(converted);
        }
        throw new MappingException("Property '" + property.getName() + "' of "
                + property.getOwner().getType().getName() + " is a " + wanted.getName()
                + " and cannot be compared with a "
                + value.getClass().getName());
    }

    /** Text stands for a value of another type: its stored form, or any that can be read. */
    private static JsonNode ofText(FlowDbPersistentProperty property, Class<?> wanted, ValueCodec codec, String text) {
        try {
            Object value = codec.read(JsonNodeFactory.instance.stringNode(text));
            return ValueCodec.writeNullable(codec, value);
        } catch (RuntimeException e) { // java.time, enums and Jackson each have their own
            throw new MappingException(
                    "'" + text + "' is no " + wanted.getSimpleName() + " for property '" + property.getName() + "' of "
                            + property.getOwner().getType().getName(),
                    e);
        }
    }

    @Override
    public boolean canWriteValue(FlowDbPersistentProperty property, Class<?> given) {
        if (codecs.isObject(property)) {
            return false;
        }
        Class<?> boxed = ClassUtils.resolvePrimitiveIfNecessary(given);
        Class<?> type = ClassUtils.resolvePrimitiveIfNecessary(property.getType());
        Class<?> wanted =
                property.isCollectionLike() ? ClassUtils.resolvePrimitiveIfNecessary(property.getActualType()) : type;
        if (CharSequence.class.isAssignableFrom(boxed) && ScalarCodecs.find(wanted) != null) {
            return ScalarCodecs.readText(wanted) || type.isAssignableFrom(boxed);
        }
        return type.isAssignableFrom(boxed)
                || boxed.isAssignableFrom(type)
                || wanted.isAssignableFrom(boxed)
                || boxed.isAssignableFrom(wanted)
                || (Number.class.isAssignableFrom(boxed) && Number.class.isAssignableFrom(wanted))
                || conversionService.canConvert(boxed, wanted);
    }

    @Override
    public @Nullable Object readValue(FlowDbPersistentProperty property, @Nullable JsonNode node) {
        return ValueCodec.readNullable(codecs.of(property), node);
    }

    @Override
    public String fieldPath(PersistentPropertyPath<FlowDbPersistentProperty> path) {
        StringJoiner fields = new StringJoiner(".");
        FlowDbPersistentProperty parent = null;
        for (FlowDbPersistentProperty property : path) {
            if (parent != null && codecs.isCompositeId(parent)) {
                FlowDbPersistentEntity<?> id = context.getRequiredPersistentEntity(parent.getTypeInformation());
                fields.add(Integer.toString(CompositeIdCodec.position(id, property)));
            } else {
                fields.add(property.getFieldName());
            }
            parent = property;
        }
        return fields.toString();
    }
}
