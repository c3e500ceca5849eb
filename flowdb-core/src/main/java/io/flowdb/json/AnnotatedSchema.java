package io.flowdb.json;

import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.annotation.Ttl;
import io.flowdb.internal.json.DocumentCodec;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.SerializationConfig;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.BeanPropertyDefinition;
import tools.jackson.databind.util.NameTransformer;

/**
 * Reads the definition of a store from the annotations of a class or record, and of the types of its parts. Paths are
 * those of the JSON that Jackson writes: names, {@code @JsonUnwrapped}, {@code @JsonValue} and subtypes as its
 * annotations say. Nothing is passed over: an annotation that stands where no path leads is refused. Threads: one.
 * Errors: {@link IllegalArgumentException} naming the class, the property and what is allowed.
 */
final class AnnotatedSchema {
    /** Levels of a document; as deep as definitions of code go that do not repeat themselves. */
    private static final int MAX_DEPTH = 32;

    private final Class<?> type;
    private final SerializationConfig config = DocumentCodec.MAPPER.serializationConfig();
    private final AnnotatedParts parts = new AnnotatedParts(config);
    /** One, unless the annotations are wrong; types of a hierarchy may name the same. */
    private final Set<String> keyPaths = new LinkedHashSet<>();

    private final Set<IndexSchema> indexes = new LinkedHashSet<>();
    private final Deque<JavaType> open = new ArrayDeque<>();

    private AnnotatedSchema(Class<?> type) {
        this.type = type;
    }

    /** The definition that {@code type} describes. */
    static StoreSchema of(Class<?> type) {
        ObjectStore store = Objects.requireNonNull(type, "type").getAnnotation(ObjectStore.class);
        if (store == null) {
            throw new IllegalArgumentException(type.getName() + " has no @ObjectStore");
        }
        AnnotatedSchema schema = new AnnotatedSchema(type);
        schema.add(schema.config.constructType(type), new Position("", NameTransformer.NOP), type.getName());
        if (schema.keyPaths.size() != 1) {
            throw new IllegalArgumentException(
                    type.getName() + " has " + schema.keyPaths.size() + " properties with @Id (allowed: one)");
        }
        schema.checkPaths();
        schema.addCompoundIndexes();
        return new StoreSchema(
                name(type, store),
                schema.keyPaths.iterator().next(),
                store.autoIncrement(),
                ttl(type),
                List.copyOf(schema.indexes));
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

    /**
     * Adds what the annotations of a part of the document say.
     *
     * @param at the class and property that have this type, for messages
     */
    private void add(JavaType declared, Position position, String at) {
        JavaType part = parts.unwrapped(declared);
        if (!parts.mention(part)) {
            return;
        }
        if (parts.elementsOf(part) != null) {
            throw refused(
                    at,
                    "@Id or @Indexed inside the elements of " + part,
                    "@Indexed(multiEntry = true) on the property itself");
        }
        if (open.contains(part) || open.size() == MAX_DEPTH) {
            throw refused(
                    at,
                    "@Id or @Indexed inside " + part + ", which contains itself or lies too deep",
                    MAX_DEPTH + " levels of different types");
        }
        BeanDescription description = parts.describe(part);
        if (parts.isWrapped(description)) {
            throw refused(
                    at, "@Id or @Indexed inside " + part + ", which is written in a wrapper", "a type as property");
        }
        open.push(part);
        AnnotatedMember value = description.findJsonValueAccessor();
        if (value != null) {
            parts.checkMembers(part, List.of());
            add(value.getType(), position, at);
        } else {
            List<BeanPropertyDefinition> properties = parts.properties(description);
            parts.checkMembers(part, properties);
            for (BeanPropertyDefinition property : properties) {
                addProperty(description, property, position);
            }
            for (JavaType subtype : parts.subtypes(part, description)) {
                add(subtype, position, at);
            }
        }
        open.pop();
    }

    private void addProperty(BeanDescription owner, BeanPropertyDefinition property, Position position) {
        String at = owner.getBeanClass().getName() + "." + property.getInternalName();
        JavaType declared = property.getPrimaryType();
        Indexed indexed = AnnotatedParts.find(property, Indexed.class);
        boolean id = AnnotatedParts.find(property, Id.class) != null;
        NameTransformer inner =
                config.getAnnotationIntrospector().findUnwrappingNameTransformer(config, property.getAccessor());
        if (inner != null) {
            if (id || indexed != null) {
                throw refused(at, "@Id or @Indexed with @JsonUnwrapped", "inside the type " + declared);
            }
            if (!position.names.transform("x").equals("x") && parts.mention(declared)) {
                // Whether Jackson adds the outer prefix here depends on how much it knows of the type beforehand.
                throw refused(at, "@JsonUnwrapped inside @JsonUnwrapped with a prefix or suffix", "one without these");
            }
            add(declared, new Position(position.prefix, inner), at);
            return;
        }
        String name = position.names.transform(property.getName());
        if (!id && indexed == null && !parts.mention(declared)) {
            return;
        }
        if (name.isEmpty() || name.contains(".")) {
            throw refused(
                    at, "the property name \"" + name + "\" on the path to @Id or @Indexed", "names without a dot");
        }
        String path = position.prefix + name;
        if (id) {
            if (isWrittenAsBinary(property)) {
                String bytes = parts.unwrapped(declared).getRawClass().getSimpleName();
                throw refused(at, "@Id of type " + bytes + ", which is no key of a document", "text, numbers");
            }
            keyPaths.add(path);
        }
        if (indexed != null) {
            String index = indexed.name().isEmpty() ? "by_" + path : indexed.name();
            indexes.add(new IndexSchema(index, List.of(path), indexed.unique(), indexed.multiEntry()));
        }
        add(declared, new Position(path + ".", NameTransformer.NOP), at);
    }

    /** Whether a property is bytes that Jackson writes as such and not by a serializer of the property. */
    private boolean isWrittenAsBinary(BeanPropertyDefinition property) {
        Class<?> type = parts.unwrapped(property.getPrimaryType()).getRawClass();
        return (type == byte[].class || ByteBuffer.class.isAssignableFrom(type))
                && config.getAnnotationIntrospector().findSerializer(config, property.getAccessor()) == null;
    }

    private static IllegalArgumentException refused(String at, String what, String allowed) {
        return new IllegalArgumentException(at + ": " + what + " (allowed: " + allowed + "; or a StoreSchema)");
    }

    /**
     * Where in the document the properties of a part lie.
     *
     * @param prefix their path but for the last step
     * @param names makes the last step of their name
     */
    private record Position(String prefix, NameTransformer names) {}

    /** Refuses annotations on what Jackson leaves out, or writes in another way than as properties of an object. */
    private void checkPaths() {
        Set<String> paths = new LinkedHashSet<>(keyPaths);
        indexes.forEach(index -> paths.addAll(index.paths()));
        for (String path : paths) {
            if (!WrittenPaths.contain(parts, config.constructType(type), path, true)) {
                throw refused(
                        type.getName(),
                        "@Id or @Indexed at the path \"" + path + "\", where Jackson writes nothing of its own accord",
                        "properties that are not ignored, in objects without serializers of their own");
            }
        }
    }

    /** Adds those of the class, and of what it extends and implements unless another of the same name stands below. */
    private void addCompoundIndexes() {
        Map<String, Class<?>> owners = new HashMap<>();
        for (Class<?> owner : AnnotatedParts.hierarchy(type)) {
            for (CompoundIndex compound : owner.getDeclaredAnnotationsByType(CompoundIndex.class)) {
                List<String> paths = List.of(compound.paths());
                String name = compound.name().isEmpty() ? "by_" + String.join("_", paths) : compound.name();
                if (owners.computeIfAbsent(name, none -> owner) == owner) {
                    paths.forEach(this::checkCompoundPath);
                    indexes.add(new IndexSchema(name, paths, compound.unique(), false));
                }
            }
        }
    }

    private void checkCompoundPath(String path) {
        if (!WrittenPaths.contain(parts, config.constructType(type), path, false)) {
            throw refused(type.getName(), "@CompoundIndex with the path \"" + path + "\"", "paths that Jackson writes");
        }
    }
}
