package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbSimpleTypes;
import java.util.Collection;
import java.util.List;
import org.springframework.data.convert.CustomConversions;
import org.springframework.data.convert.PropertyValueConversions;

/**
 * Converters of an application: Spring {@code Converter}s annotated {@code @WritingConverter} or
 * {@code @ReadingConverter} to and from text, numbers, booleans, maps or {@code JsonNode}, and converters of single
 * properties ({@code @ValueConverter}).
 *
 * <p>A converted type is one value: it can be an id, indexed and queried, in the order of what it is converted to.
 */
public final class FlowDbCustomConversions extends CustomConversions {

    /** No converters beside FlowDB's own forms. */
    public FlowDbCustomConversions() {
        this(List.of());
    }

    /** {@code converters} as Spring's conversion service takes them. */
    public FlowDbCustomConversions(Collection<?> converters) {
        this(converters, PropertyValueConversions.simple(registrar -> {}));
    }

    /** As the other, with converters for single properties that need more than a constructor without arguments. */
    public FlowDbCustomConversions(Collection<?> converters, PropertyValueConversions properties) {
        super(new ConverterConfiguration(
                StoreConversions.of(FlowDbSimpleTypes.HOLDER),
                List.copyOf(converters),
                // Spring Data's defaults turn java.time into Date, which forgets; FlowDB has its own forms.
                pair -> !pair.getSourceType().getName().startsWith("java.")
                        || !pair.getTargetType().getName().startsWith("java."),
                properties));
    }
}
