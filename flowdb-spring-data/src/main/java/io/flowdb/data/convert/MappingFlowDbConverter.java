package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.data.convert.CustomConversions;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.PersistentPropertyPath;
import org.springframework.data.mapping.context.MappingContext;
import org.springframework.data.util.ProxyUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The converter, on the metadata of a mapping context and the converters of an application. */
public final class MappingFlowDbConverter implements FlowDbConverter {

    private final MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context;
    private final DefaultConversionService conversionService = new DefaultConversionService();
    private final CodecRegistry codecs;
    private final QueryValues values;
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
        this.values = new QueryValues(conversions, codecs);
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
        return values.write(property, value);
    }

    @Override
    public boolean canWriteValue(FlowDbPersistentProperty property, Class<?> given) {
        return !codecs.isObject(property) && values.canWrite(property, given);
    }

    @Override
    public boolean hasElements(FlowDbPersistentProperty property) {
        return values.hasElements(property);
    }

    @Override
    public boolean isWhole(FlowDbPersistentProperty property, Object value) {
        return values.isWhole(property, value);
    }

    @Override
    public boolean isPlainText(FlowDbPersistentProperty property) {
        return values.isPlainText(property);
    }

    @Override
    public Optional<Class<?>> convertedTo(FlowDbPersistentProperty property) {
        return values.convertedTo(property);
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
