package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.data.mapping.ValueClass;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.convert.support.GenericConversionService;
import org.springframework.data.convert.CustomConversions;
import org.springframework.data.core.TypeInformation;
import org.springframework.data.mapping.MappingException;
import org.springframework.util.ClassUtils;
import org.springframework.util.ObjectUtils;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The stored forms of values that a property is compared with. A value first becomes one of the property's type, or of
 * its elements, if {@link ExactValues} knows a way that loses nothing; then the codec of that type writes it.
 *
 * <p>Threads: any. Errors: {@link MappingException} naming the property and what it cannot be compared with.
 */
final class QueryValues {

    private final CustomConversions conversions;
    private final CodecRegistry codecs;
    private final ExactValues exact;

    QueryValues(CustomConversions conversions, CodecRegistry codecs) {
        this.conversions = conversions;
        this.codecs = codecs;
        GenericConversionService own = new GenericConversionService();
        conversions.registerConvertersIn(own);
        this.exact = new ExactValues(own);
    }

    JsonNode write(FlowDbPersistentProperty property, @Nullable Object value) {
        Object given = value instanceof Optional<?> optional ? optional.orElse(null) : value;
        if (given == null) {
            return codecs.of(property).writeNull();
        }
        if (hasOwnForm(property)) {
            boolean optional = property.getType() == Optional.class;
            Object own = exact(property, bare(property).getType(), given);
            return codecs.of(property).write(optional ? Optional.of(own) : own);
        }
        TypeInformation<?> type = bare(property);
        TypeInformation<?> element = elementOf(type);
        return write(property, element == null || isWhole(property, given) ? type : element, given);
    }

    private JsonNode write(FlowDbPersistentProperty property, TypeInformation<?> type, Object given) {
        TypeInformation<?> element = elementOf(type);
        if (element == null) {
            return writeOne(property, type, given);
        }
        Object value = ValueClass.unwrapped(type.getType(), given);
        if (!isSeveral(value.getClass())) {
            throw refused(property, type.getType(), value);
        }
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        for (Object each : list(value)) {
            array.add(each == null ? codecs.of(element).writeNull() : write(property, element, each));
        }
        return array;
    }

    private JsonNode writeOne(FlowDbPersistentProperty property, TypeInformation<?> type, Object value) {
        Class<?> wanted = ClassUtils.resolvePrimitiveIfNecessary(type.getType());
        if (!conversions.hasCustomWriteTarget(wanted)) {
            ValueClass values = ValueClass.stored(wanted);
            if (values != null) {
                Object within = wanted.isInstance(value) ? values.unbox(value) : value;
                return writeOne(property, values.within(type), Objects.requireNonNull(within));
            }
            JsonNode comparable = exact.comparable(wanted, value);
            if (comparable != null) {
                return comparable;
            }
        }
        return codecs.of(type).write(exact(property, wanted, value));
    }

    private Object exact(FlowDbPersistentProperty property, Class<?> type, Object value) {
        Object found = null;
        try {
            found = exact.convert(ClassUtils.resolvePrimitiveIfNecessary(type), value);
        } catch (RuntimeException e) { // java.time, enums, Jackson and converters each have their own
            throw new MappingException(
                    "'" + value + "' is no " + type.getSimpleName() + " for property '" + property.getName() + "' of "
                            + property.getOwner().getType().getName(),
                    e);
        }
        if (found == null) {
            throw refused(property, type, value);
        }
        return found;
    }

    private static MappingException refused(FlowDbPersistentProperty property, Class<?> wanted, Object value) {
        return new MappingException("Property '" + property.getName() + "' of "
                + property.getOwner().getType().getName() + " is a " + wanted.getName()
                + " and cannot be compared with a "
                + value.getClass().getName());
    }

    boolean canWrite(FlowDbPersistentProperty property, Class<?> given) {
        TypeInformation<?> type = bare(property);
        if (hasOwnForm(property)) {
            return exact.mayConvert(ClassUtils.resolvePrimitiveIfNecessary(type.getType()), given);
        }
        TypeInformation<?> element = elementOf(type);
        return may(type, given) || element != null && may(element, given);
    }

    private boolean may(TypeInformation<?> type, Class<?> given) {
        return elementOf(type) == null
                ? exact.mayConvert(ClassUtils.resolvePrimitiveIfNecessary(type.getType()), given)
                : isSeveral(given) || given.isAssignableFrom(type.getType());
    }

    /** Whether a converter, or a key of several parts, decides how values of a property are stored. */
    private boolean hasOwnForm(FlowDbPersistentProperty property) {
        return conversions.hasValueConverter(property) || codecs.isCompositeId(property);
    }

    boolean hasElements(FlowDbPersistentProperty property) {
        return !hasOwnForm(property) && elementOf(bare(property)) != null;
    }

    Optional<Class<?>> convertedTo(FlowDbPersistentProperty property) {
        if (conversions.hasValueConverter(property)) {
            Class<?> written = PropertyConverterCodec.written(conversions.getRequiredValueConverter(property));
            return Optional.of(conversions.hasCustomWriteTarget(written) ? Object.class : written);
        }
        Class<?> type = ClassUtils.resolvePrimitiveIfNecessary(bare(property).getType());
        return conversions
                .getCustomWriteTarget(type)
                .map(written -> written != type && conversions.hasCustomWriteTarget(written) ? Object.class : written);
    }

    boolean isPlainText(FlowDbPersistentProperty property) {
        TypeInformation<?> type = bare(property);
        TypeInformation<?> element = elementOf(type);
        Class<?> wanted = ClassUtils.resolvePrimitiveIfNecessary((element == null ? type : element).getType());
        return !hasOwnForm(property)
                && conversions
                        .getCustomWriteTarget(wanted)
                        .map(target -> target == String.class && !isText(wanted))
                        .orElse(true);
    }

    private static boolean isText(Class<?> type) {
        return CharSequence.class.isAssignableFrom(type) || type == Character.class;
    }

    /** A list within a list of lists is an element; the nesting tells which is meant. */
    boolean isWhole(FlowDbPersistentProperty property, Object value) {
        return depth(value) >= depth(bare(property));
    }

    private int depth(TypeInformation<?> type) {
        TypeInformation<?> element = elementOf(type);
        return element == null ? 0 : 1 + depth(element);
    }

    private static int depth(@Nullable Object value) {
        Object several = value == null ? null : ValueClass.unwrapped(Iterable.class, value);
        if (several == null || !isSeveral(several.getClass())) {
            return 0;
        }
        int deepest = 0;
        for (Object each : list(several)) {
            deepest = Math.max(deepest, depth(each));
        }
        return 1 + deepest;
    }

    private static TypeInformation<?> bare(FlowDbPersistentProperty property) {
        TypeInformation<?> type = property.getTypeInformation();
        if (type.getType() != Optional.class || type.getTypeArguments().isEmpty()) {
            return type;
        }
        return type.getTypeArguments().get(0);
    }

    /** Null for what is stored as one value, as bytes are. */
    private @Nullable TypeInformation<?> elementOf(TypeInformation<?> type) {
        Class<?> raw = type.getType();
        if (!type.isCollectionLike()
                || Map.class.isAssignableFrom(raw)
                || raw == Optional.class
                || ScalarCodecs.find(raw) != null
                || conversions.hasCustomWriteTarget(raw)) {
            return null;
        }
        TypeInformation<?> element = type.getComponentType();
        return element == null ? TypeInformation.OBJECT : element;
    }

    private static boolean isSeveral(Class<?> given) {
        return given.isArray() && given != byte[].class
                || Iterable.class.isAssignableFrom(given)
                        && !java.nio.file.Path.class.isAssignableFrom(given)
                        && !JsonNode.class.isAssignableFrom(given);
    }

    private static List<@Nullable Object> list(Object several) {
        if (several instanceof Iterable<?> iterable) {
            List<@Nullable Object> list = new ArrayList<>();
            iterable.forEach(list::add);
            return list;
        }
        return Array.getLength(several) == 0 ? List.of() : Arrays.asList(ObjectUtils.toObjectArray(several));
    }
}
