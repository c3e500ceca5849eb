package io.flowdb.json;

import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.annotation.Ttl;
import io.flowdb.internal.json.DocumentCodec;
import java.lang.annotation.Annotation;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.introspect.ClassIntrospector;

/**
 * Reads the definition of a store from the annotations of a class or record. Property names are those that Jackson writes. Threads:
 * one. Errors: {@link IllegalArgumentException} naming the class and what is wrong.
 */
final class AnnotatedSchema {
    private static final int MAX_DEPTH = 8;

    private final Class<?> type;
    private final SerializationConfig config = DocumentCodec.MAPPER.serializationConfig();
    private final ClassIntrospector introspector =
            config.classIntrospectorInstance().forOperation(config);
    private final List<String> keyPaths = new ArrayList<>();
    private final List<IndexSchema> indexes = new ArrayList<>();
    private final Deque<Class<?>> open = new ArrayDeque<>();

    private AnnotatedSchema(Class<?> type) {
        this.type = type;
    }

    /** The definition that {@code type} describes. */
    static StoreSchema of(Class<?> type) {
        ObjectStore store = type.getAnnotation(ObjectStore.class);
        if (store == null) {
            throw new IllegalArgumentException(type.getName() + " has no @ObjectStore");
        }
        AnnotatedSchema schema = new AnnotatedSchema(type);
        schema.addProperties(schema.config.constructType(type), "");
        if (schema.keyPaths.size() != 1) {
            throw new IllegalArgumentException(
                    type.getName() + " has " + schema.keyPaths.size() + " properties with @Id (allowed: one)");
        }
        schema.addCompoundIndexes();
        return new StoreSchema(
                name(type, store), schema.keyPaths.get(0), store.autoIncrement(), ttl(type), schema.indexes);
    }

    private static String name(Class<?> type, ObjectStore store) {
        if (!store.value().isEmpty() && !store.name().isEmpty()) {
            throw new IllegalArgumentException(type.getName() + ": @ObjectStore with both value and name");
        }
        String name = store.value().isEmpty() ? store.name() : store.value();
        String simple = type.getSimpleName();
        return name.isEmpty() ? Character.toLowerCase(simple.charAt(0)) + simple.substring(1) : name;
    }

    private static @Nullable Duration ttl(Class<?> type) {
        Ttl ttl = type.getAnnotation(Ttl.class);
        try {
            return ttl == null ? null : Duration.parse(ttl.value());
        } catch (DateTimeParseException e) {
            throw new IllegalArgumentException(
                    type.getName() + ": @Ttl(\"" + ttl.value() + "\") (allowed: an ISO-8601 duration such as PT1H)", e);
        }
    }

    private void addProperties(JavaType owner, String prefix) {
        open.push(owner.getRawClass());
        List<BeanPropertyDefinition> properties = introspector
                .introspectForSerialization(owner, introspector.introspectClassAnnotations(owner))
                .findProperties();
        for (BeanPropertyDefinition property : properties) {
            addProperty(property, prefix + property.getName());
        }
        open.pop();
    }

    private void addProperty(BeanPropertyDefinition property, String path) {
        if (find(property, Id.class) != null) {
            keyPaths.add(path);
        }
        Indexed indexed = find(property, Indexed.class);
        if (indexed != null) {
            String name = indexed.name().isEmpty() ? "by_" + path : indexed.name();
            indexes.add(new IndexSchema(name, List.of(path), indexed.unique(), indexed.multiEntry()));
        }
        JavaType declared = property.getPrimaryType();
        JavaType nested = declared.isReferenceType() ? declared.getReferencedType() : declared; // Optional
        Class<?> raw = nested.getRawClass();
        if (isDocumentPart(raw) && open.size() < MAX_DEPTH && !open.contains(raw)) {
            addProperties(nested, path + ".");
        }
    }

    private static boolean isDocumentPart(Class<?> nested) {
        return !nested.isPrimitive()
                && !nested.isArray()
                && !nested.isEnum()
                && !nested.isInterface()
                && !nested.getName().startsWith("java.")
                && !nested.getName().startsWith("javax.")
                && !nested.getName().startsWith("tools.jackson.");
    }

    private static <A extends Annotation> @Nullable A find(BeanPropertyDefinition property, Class<A> annotation) {
        AnnotatedMember[] members = {property.getField(), property.getGetter(), property.getConstructorParameter()};
        for (AnnotatedMember member : members) {
            A found = member == null ? null : member.getAnnotation(annotation);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private void addCompoundIndexes() {
        for (CompoundIndex compound : type.getAnnotationsByType(CompoundIndex.class)) {
            List<String> paths = List.of(compound.paths());
            String name = compound.name().isEmpty() ? "by_" + String.join("_", paths) : compound.name();
            indexes.add(new IndexSchema(name, paths, compound.unique(), false));
        }
    }
}
