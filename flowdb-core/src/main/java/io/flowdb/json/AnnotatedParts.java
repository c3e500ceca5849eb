package io.flowdb.json;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.introspect.ClassIntrospector;
import tools.jackson.databind.jsontype.NamedType;

/**
 * What Jackson knows of the types that make up a document, and which of them carry {@code @Id} or {@code @Indexed}.
 * Threads: one.
 */
final class AnnotatedParts {
    private static final List<Class<? extends Annotation>> ANNOTATIONS = List.of(Id.class, Indexed.class);
    /** Types within types that are followed; a generic type can contain ever new ones. */
    private static final int MAX_STEPS = 100;

    private final SerializationConfig config;
    private final ClassIntrospector introspector;

    AnnotatedParts(SerializationConfig config) {
        this.config = config;
        this.introspector = config.classIntrospectorInstance().forOperation(config);
    }

    BeanDescription describe(JavaType part) {
        return introspector.introspectForSerialization(part, introspector.introspectClassAnnotations(part));
    }

    /** The properties that are written. */
    List<BeanPropertyDefinition> properties(BeanDescription description) {
        return description.findProperties().stream()
                .filter(property -> property.getAccessor() != null)
                .toList();
    }

    /** The type inside an {@code Optional}, or the type itself. */
    JavaType unwrapped(JavaType type) {
        return type.isReferenceType() ? type.getReferencedType() : type;
    }

    /** The type of the elements, if a type is written as an array, or as an object with any names. */
    @Nullable
    JavaType elementsOf(JavaType type) {
        if (type.isContainerType()) {
            return type.getContentType();
        }
        return type.isIterationType() ? type.containedTypeOrUnknown(0) : null;
    }

    /** Whether a type, or a type inside it, has annotations. */
    boolean mention(JavaType type) {
        return mention(type, new HashSet<>(), 0);
    }

    private boolean mention(JavaType declared, Set<JavaType> seen, int steps) {
        JavaType type = unwrapped(declared);
        if (!seen.add(type)) {
            return false;
        }
        JavaType elements = elementsOf(type);
        if (elements != null) {
            return mention(elements, seen, steps + 1);
        }
        if (!isDocumentPart(type.getRawClass())) {
            return false;
        }
        if (steps == MAX_STEPS || hasMembers(type.getRawClass())) {
            return true;
        }
        BeanDescription description = describe(type);
        AnnotatedMember value = description.findJsonValueAccessor();
        if (value != null) {
            return mention(value.getType(), seen, steps + 1);
        }
        return properties(description).stream().anyMatch(each -> mention(each.getPrimaryType(), seen, steps + 1))
                || subtypes(type, description).stream().anyMatch(each -> mention(each, seen, steps + 1));
    }

    private static boolean isDocumentPart(Class<?> type) {
        return !type.isPrimitive()
                && !type.isEnum()
                && !type.getName().startsWith("java.")
                && !type.getName().startsWith("javax.")
                && !type.getName().startsWith("tools.jackson.");
    }

    /**
     * The types that may stand in place of a type, as far as it names them: by {@code permits} or
     * {@code @JsonSubTypes}.
     */
    List<JavaType> subtypes(JavaType type, BeanDescription description) {
        Set<Class<?>> named = new LinkedHashSet<>();
        Class<?>[] permitted = type.getRawClass().getPermittedSubclasses();
        if (permitted != null) {
            named.addAll(List.of(permitted));
        }
        List<NamedType> listed = config.getAnnotationIntrospector().findSubtypes(config, description.getClassInfo());
        if (listed != null) {
            listed.forEach(each -> named.add(each.getType()));
        }
        named.remove(type.getRawClass());
        return named.stream()
                .map(each -> each.getTypeParameters().length == 0
                        ? config.constructType(each)
                        : config.getTypeFactory().constructSpecializedType(type, each))
                .toList();
    }

    /** Whether a type is written inside an object or array that names it. */
    boolean isWrapped(BeanDescription description) {
        JsonTypeInfo.Value info =
                config.getAnnotationIntrospector().findPolymorphicTypeInfo(config, description.getClassInfo());
        return info != null
                && info.getIdType() != JsonTypeInfo.Id.NONE
                && (info.getInclusionType() == JsonTypeInfo.As.WRAPPER_OBJECT
                        || info.getInclusionType() == JsonTypeInfo.As.WRAPPER_ARRAY);
    }

    static <A extends Annotation> @Nullable A find(BeanPropertyDefinition property, Class<A> annotation) {
        AnnotatedMember[] members = {property.getField(), property.getGetter(), property.getConstructorParameter()};
        for (AnnotatedMember member : members) {
            A found = member == null ? null : member.getAnnotation(annotation);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static boolean hasMembers(Class<?> type) {
        for (Class<?> each : hierarchy(type)) {
            for (Class<? extends Annotation> annotation : ANNOTATIONS) {
                for (Field field : each.getDeclaredFields()) {
                    if (isOn(field, annotation)) {
                        return true;
                    }
                }
                for (Method method : each.getDeclaredMethods()) {
                    if (isOn(method, annotation)) {
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /**
     * Refuses annotations on members of a type that are no properties of its JSON: an index of these would always be
     * empty.
     */
    void checkMembers(JavaType part, List<BeanPropertyDefinition> properties) {
        for (Class<?> each : hierarchy(part.getRawClass())) {
            for (Class<? extends Annotation> annotation : ANNOTATIONS) {
                for (Field field : each.getDeclaredFields()) {
                    if (isOn(field, annotation)) {
                        checkMember(part, field.getName(), annotation, properties);
                    }
                }
                for (Method method : each.getDeclaredMethods()) {
                    boolean isLeftToSubtypes = Modifier.isAbstract(method.getModifiers())
                            && part.getRawClass().isSealed();
                    if (isOn(method, annotation) && !isLeftToSubtypes) {
                        checkMember(part, method.getName(), annotation, properties);
                    }
                }
            }
        }
    }

    private static void checkMember(
            JavaType part,
            String member,
            Class<? extends Annotation> annotation,
            List<BeanPropertyDefinition> properties) {
        boolean isWritten = properties.stream()
                .anyMatch(property -> find(property, annotation) != null
                        && (property.getInternalName().equals(member)
                                || property.getAccessor().getName().equals(member)));
        if (!isWritten) {
            throw new IllegalArgumentException(part.getRawClass().getName() + "." + member + ": @"
                    + annotation.getSimpleName() + " on what is no property of the JSON"
                    + " (allowed: on fields, getters and record components that Jackson writes under a name)");
        }
    }

    private static boolean isOn(AnnotatedElement member, Class<? extends Annotation> annotation) {
        boolean synthetic = member instanceof Method method && method.isSynthetic();
        return !synthetic && member.isAnnotationPresent(annotation);
    }

    /** A class, what it extends and what it implements. */
    static Set<Class<?>> hierarchy(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> each = type; each != null && each != Object.class; each = each.getSuperclass()) {
            all.add(each);
            for (Class<?> implemented : each.getInterfaces()) {
                all.addAll(hierarchy(implemented));
            }
        }
        return all;
    }
}
