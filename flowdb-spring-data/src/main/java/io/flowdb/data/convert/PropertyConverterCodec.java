package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.data.convert.PropertyValueConverter;
import org.springframework.data.convert.ValueConversionContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** A property with a converter of its own, by {@code @ValueConverter} or by registration. */
final class PropertyConverterCodec implements ValueCodec {

    private final PropertyValueConverter<Object, Object, ValueConversionContext<FlowDbPersistentProperty>> converter;
    private final ValueConversionContext<FlowDbPersistentProperty> context;
    private final CodecRegistry codecs;

    private final Class<?> stored;

    PropertyConverterCodec(
            FlowDbPersistentProperty property,
            PropertyValueConverter<Object, Object, ValueConversionContext<FlowDbPersistentProperty>> converter,
            CodecRegistry codecs) {
        this.converter = converter;
        this.context = new Context(property);
        this.codecs = codecs;
        this.stored = written(converter);
    }

    /** What a converter writes; {@code Object} where its class does not say. */
    static Class<?> written(PropertyValueConverter<?, ?, ?> converter) {
        return ResolvableType.forClass(PropertyValueConverter.class, converter.getClass())
                .getGeneric(1)
                .resolve(Object.class);
    }

    @Override
    public JsonNode write(Object value) {
        return node(converter.write(value, context));
    }

    @Override
    public JsonNode writeNull() {
        return node(converter.writeNull(context));
    }

    private JsonNode node(@Nullable Object simple) {
        if (simple instanceof JsonNode node) {
            return node;
        }
        return simple == null
                ? NullNode.getInstance()
                : codecs.of(simple.getClass()).write(simple);
    }

    @Override
    public @Nullable Object read(JsonNode node) {
        Object simple = simple(node);
        return simple == null ? readNull() : converter.read(simple, context);
    }

    private @Nullable Object simple(JsonNode node) {
        if (node.isNull()) {
            return null;
        }
        if (JsonNode.class.isAssignableFrom(stored)) {
            return node;
        }
        boolean natural =
                stored == Object.class || Iterable.class.isAssignableFrom(stored) || Map.class.isAssignableFrom(stored);
        return natural ? ContainerCodecs.natural(node) : codecs.of(stored).read(node);
    }

    @Override
    public @Nullable Object readNull() {
        return converter.readNull(context);
    }

    private record Context(FlowDbPersistentProperty property)
            implements ValueConversionContext<FlowDbPersistentProperty> {
        @Override
        public FlowDbPersistentProperty getProperty() {
            return property;
        }
    }
}
