package io.flowdb.json;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.flowdb.internal.json.DocumentCodec;
import java.util.Date;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.BeanProperty;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.ValueSerializer;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.ser.BeanPropertyWriter;
import tools.jackson.databind.ser.PropertyWriter;
import tools.jackson.databind.ser.bean.BeanAsArraySerializer;
import tools.jackson.databind.ser.bean.BeanSerializerBase;
import tools.jackson.databind.ser.bean.UnrolledBeanAsArraySerializer;
import tools.jackson.databind.util.NameTransformer;

/**
 * At which paths Jackson may write something of a type, as its serializers say: they know what is left out, written as
 * an array, or written by code of its own. Where anything may be written, as in a map or a tree, every path is
 * possible. Threads: one.
 */
final class WrittenPaths {
    /** Types within types that are followed; those that contain themselves unwrapped have no end. */
    private static final int MAX_STEPS = 100;

    private final SerializationContext context = DocumentCodec.MAPPER._serializationContext();
    private final SerializationConfig config = DocumentCodec.MAPPER.serializationConfig();
    private final AnnotatedParts parts;
    private final List<String> steps;
    /** Whether a part that code of its own writes has no path inside: nothing is known of what that writes. */
    private final boolean strict;

    private WrittenPaths(AnnotatedParts parts, String path, boolean strict) {
        this.parts = parts;
        this.steps = List.of(path.split("\\."));
        this.strict = strict;
    }

    /**
     * Whether something may be written at {@code path}; in parts with a serializer of their own only if {@code strict}
     * is false.
     */
    static boolean contain(AnnotatedParts parts, JavaType root, String path, boolean strict) {
        try {
            return new WrittenPaths(parts, path, strict)
                    .mayWrite(new Part(root, null, null, NameTransformer.NOP), 0, 0);
        } catch (JacksonException e) {
            return true; // a type that cannot be written at all says so when it is
        }
    }

    /**
     * A type at some place.
     *
     * @param property the property that has it, or null
     * @param serializer what writes it, if that is known beforehand
     * @param names makes the names of properties inside properties that are unwrapped
     */
    private record Part(
            JavaType declared,
            @Nullable BeanProperty property,
            @Nullable ValueSerializer<?> serializer,
            NameTransformer names) {}

    private boolean mayWrite(Part part, int step, int depth) {
        JavaType type = parts.unwrapped(part.declared);
        if (step == steps.size() || depth == MAX_STEPS || type.isJavaLangObject() || type.isMapLikeType()) {
            return true;
        }
        JavaType elements = parts.elementsOf(type);
        if (elements != null) {
            return isPosition(steps.get(step))
                    && mayWrite(new Part(elements, null, null, NameTransformer.NOP), step + 1, depth + 1);
        }
        if (isScalar(type)) {
            return false;
        }
        ValueSerializer<?> serializer = part.serializer;
        if (serializer == null || !type.equals(part.declared)) {
            serializer = context.findPrimaryPropertySerializer(type, part.property);
        }
        BeanDescription description = parts.describe(type);
        AnnotatedMember value = description.findJsonValueAccessor();
        if (value != null) {
            return mayWrite(new Part(value.getType(), null, null, part.names), step, depth + 1);
        }
        List<JavaType> subtypes = parts.subtypes(type, description);
        if (subtypes.stream()
                .anyMatch(each -> mayWrite(new Part(each, part.property, null, part.names), step, depth + 1))) {
            return true;
        }
        if (!(serializer instanceof BeanSerializerBase bean)) {
            return !strict;
        }
        if (bean instanceof BeanAsArraySerializer || bean instanceof UnrolledBeanAsArraySerializer) {
            return isPosition(steps.get(step));
        }
        return description.findAnyGetter() != null
                || (type.isAbstract() && subtypes.isEmpty())
                || isTypeProperty(description, step)
                || hasProperty(bean, part.names, step, depth);
    }

    private boolean hasProperty(BeanSerializerBase bean, NameTransformer names, int step, int depth) {
        for (Iterator<PropertyWriter> all = bean.properties(); all.hasNext(); ) {
            PropertyWriter each = all.next();
            BeanPropertyWriter writer = each instanceof BeanPropertyWriter written ? written : null;
            if (writer != null && writer.isUnwrapping()) {
                NameTransformer inner =
                        config.getAnnotationIntrospector().findUnwrappingNameTransformer(config, writer.getMember());
                NameTransformer both =
                        NameTransformer.chainedTransformer(names, inner == null ? NameTransformer.NOP : inner);
                if (mayWrite(new Part(writer.getType(), writer, null, both), step, depth + 1)) {
                    return true;
                }
            } else if (names.transform(each.getName()).equals(steps.get(step))) {
                Part next = new Part(
                        each.getType(), each, writer == null ? null : writer.getSerializer(), NameTransformer.NOP);
                return mayWrite(next, step + 1, depth + 1);
            }
        }
        return false;
    }

    /** Whether a step is the property that names the type. */
    private boolean isTypeProperty(BeanDescription description, int step) {
        JsonTypeInfo.Value info =
                config.getAnnotationIntrospector().findPolymorphicTypeInfo(config, description.getClassInfo());
        if (info == null || info.getIdType() == JsonTypeInfo.Id.NONE) {
            return false;
        }
        String name =
                info.getPropertyName() == null ? info.getIdType().getDefaultPropertyName() : info.getPropertyName();
        return steps.get(step).equals(name) && step == steps.size() - 1;
    }

    private static boolean isPosition(String step) {
        return step.chars().allMatch(digit -> digit >= '0' && digit <= '9');
    }

    private static boolean isScalar(JavaType type) {
        Class<?> raw = type.getRawClass();
        return type.isPrimitive()
                || type.isEnumType()
                || CharSequence.class.isAssignableFrom(raw)
                || Number.class.isAssignableFrom(raw)
                || Date.class.isAssignableFrom(raw)
                || raw == Boolean.class
                || raw == Character.class
                || raw == UUID.class
                || raw.getName().startsWith("java.time.");
    }
}
