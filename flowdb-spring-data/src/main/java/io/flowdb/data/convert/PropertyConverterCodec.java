package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentProperty;
import org.jspecify.annotations.Nullable;
import org.springframework.data.convert.PropertyValueConverter;
import org.springframework.data.convert.ValueConversionContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.NullNode;

/** A property with a converter of its own, by {@code @ValueConverter} or by registration. */
final class PropertyConverterCodec implements ValueCodec {

    private final PropertyValueConverter<Object, Object, ValueConversionContext<FlowDbPersistentProperty>> converter;
    private final ValueConversionContext<FlowDbPersistentProperty> context;
    private final CodecRegistry codecs;

    PropertyConverterCodec(
            FlowDbPersistentProperty property,
            PropertyValueConverter<Object, Object, ValueConversionContext<FlowDbPersistentProperty>> converter,
            CodecRegistry codecs) {
        this.converter = converter;
        this.context = new Context(property);
        this.codecs = codecs;
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
        Object simple = ContainerCodecs.natural(node);
        return simple == null ? readNull() : converter.read(simple, context);
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
