package io.flowdb.data.convert;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.ConversionService;
import org.springframework.data.convert.CustomConversions;
import org.springframework.data.mapping.MappingException;
import tools.jackson.databind.JsonNode;

/**
 * A type with converters of the application's own: written by one to a simple type, read by the one that takes what is
 * stored.
 */
final class CustomCodec implements ValueCodec {

    private static final List<Class<?>> NUMBERS = List.of(
            Integer.class,
            Long.class,
            Double.class,
            java.math.BigDecimal.class,
            java.math.BigInteger.class,
            Float.class,
            Short.class,
            Number.class);

    private final Class<?> type;
    private final Class<?> target;
    private final CustomConversions conversions;
    private final ConversionService conversionService;
    private final CodecRegistry codecs;

    CustomCodec(
            Class<?> type,
            Class<?> target,
            CustomConversions conversions,
            ConversionService conversionService,
            CodecRegistry codecs) {
        this.type = type;
        this.target = target;
        this.conversions = conversions;
        this.conversionService = conversionService;
        this.codecs = codecs;
    }

    @Override
    public JsonNode write(Object value) {
        Object simple = conversionService.convert(value, target);
        if (simple instanceof JsonNode node) {
            return node;
        }
        return simple == null
                ? tools.jackson.databind.node.NullNode.getInstance()
                : codecOf(simple.getClass()).write(simple);
    }

    @Override
    public @Nullable Object read(JsonNode node) {
        for (Class<?> source : sources(node)) {
            if (conversions.hasCustomReadTarget(source, type)) {
                Object simple = JsonNode.class.isAssignableFrom(source)
                        ? node
                        : codecOf(source).read(node);
                return conversionService.convert(simple, type);
            }
        }
        throw new MappingException("No @ReadingConverter makes a " + type.getName() + " from a JSON "
                + node.getNodeType().name().toLowerCase(java.util.Locale.ROOT) + "; it is written as "
                + target.getName());
    }

    /** A converter from a type to itself, say one that encrypts, is not applied to what it gives. */
    private ValueCodec codecOf(Class<?> simple) {
        ValueCodec scalar = simple == type ? ScalarCodecs.find(simple) : null;
        return scalar != null ? scalar : codecs.of(simple);
    }

    private List<Class<?>> sources(JsonNode node) {
        List<Class<?>> sources = new java.util.ArrayList<>();
        sources.add(target);
        if (node.isString()) {
            sources.add(String.class);
        } else if (node.isNumber()) {
            sources.addAll(NUMBERS);
        } else if (node.isBoolean()) {
            sources.add(Boolean.class);
        } else if (node.isObject()) {
            sources.add(Map.class);
        } else {
            sources.add(List.class);
        }
        sources.add(JsonNode.class);
        return sources;
    }
}
