package io.flowdb.data.core;

import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.annotation.Ttl;
import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.json.IndexSchema;
import io.flowdb.json.StoreSchema;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotation;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.core.annotation.RepeatableContainers;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.PersistentPropertyPath;
import org.springframework.util.ClassUtils;

/**
 * The stores and indexes that entity classes ask for: the key path is that of the id; a numeric id makes the store
 * count up; {@code @Indexed} also of nested types, {@code @CompoundIndex}, {@code @Ttl}. Paths of a compound index may
 * be given as properties or as they stand in the documents.
 *
 * <p>Pure: touches no database. Apply the result with {@code JsonDB.applySchemas}.
 */
public final class StoreSchemas {

    private final FlowDbConverter converter;

    /** Schemas of entities as {@code converter} writes them. */
    public StoreSchemas(FlowDbConverter converter) {
        this.converter = converter;
    }

    /**
     * The schemas of the entities that the mapping context was given at its start, by store; what it met later may be
     * of another database. Entities below one annotated class or interface share its store, with all their indexes;
     * others that name the same store are a {@link MappingException}.
     */
    public List<StoreSchema> all() {
        return allAnd(List.of());
    }

    /** As {@link #all()}, with the stored entities among {@code others}. */
    public List<StoreSchema> allAnd(Collection<Class<?>> others) {
        Stream<Class<?>> met = others.stream().filter(this::isStored);
        return of(Stream.concat(initial(), met)
                .distinct()
                .sorted(Comparator.comparing(Class::getName))
                .toList());
    }

    private Stream<Class<?>> initial() {
        return converter.getMappingContext() instanceof FlowDbMappingContext context
                ? context.getInitialEntities().stream()
                        .filter(FlowDbPersistentEntity::isStored)
                        .map(FlowDbPersistentEntity::getType)
                : Stream.of();
    }

    private boolean isStored(Class<?> type) {
        FlowDbPersistentEntity<?> entity = converter.getMappingContext().getPersistentEntity(type);
        return entity != null && entity.isStored();
    }

    /** The schemas of {@code types}, as {@link #all()}. */
    public List<StoreSchema> of(Collection<Class<?>> types) {
        Map<String, StoreSchema> byStore = new LinkedHashMap<>();
        StoreTypes stores = new StoreTypes();
        for (Class<?> type : types) {
            stores.add(converter.getMappingContext().getRequiredPersistentEntity(type));
            StoreSchema schema = of(type);
            byStore.merge(schema.name(), schema, (a, b) -> merge(a, b, type));
        }
        return List.copyOf(byStore.values());
    }

    /** The schema of one entity class. */
    public StoreSchema of(Class<?> type) {
        FlowDbPersistentEntity<?> entity = converter.getMappingContext().getRequiredPersistentEntity(type);
        FlowDbPersistentProperty id = entity.getRequiredIdProperty();
        StoreSchema schema = StoreSchema.of(entity.getStore(), id.getFieldName());
        ObjectStore store = AnnotatedElementUtils.findMergedAnnotation(type, ObjectStore.class);
        if ((store != null && store.autoIncrement()) || isCounted(id, converter)) {
            schema = schema.withAutoIncrement();
        }
        Ttl ttl = AnnotatedElementUtils.findMergedAnnotation(type, Ttl.class);
        if (ttl != null) {
            schema = schema.withTtl(duration(type, ttl));
        }
        for (IndexSchema index : indexes(type)) {
            if (schema.index(index.name()).isEmpty()) {
                schema = schema.withIndex(index);
            } else if (!schema.index(index.name()).orElseThrow().equals(index)) {
                throw new MappingException(type.getName() + " has two different indexes called '" + index.name() + "'");
            }
        }
        return schema;
    }

    /** Whether the store makes the ids: those that are numbers without a fraction, and stored as such. */
    static boolean isCounted(FlowDbPersistentProperty id, FlowDbConverter converter) {
        if (converter.convertedTo(id).isPresent()) {
            return false; // the store would count past the converter
        }
        Class<?> type = ClassUtils.resolvePrimitiveIfNecessary(id.getType());
        return type == Long.class || type == Integer.class || type == Short.class;
    }

    private List<IndexSchema> indexes(Class<?> type) {
        List<IndexSchema> indexes = new ArrayList<>();
        for (PersistentPropertyPath<FlowDbPersistentProperty> path : converter
                .getMappingContext()
                .findPersistentPropertyPaths(type, p -> p.isAnnotationPresent(Indexed.class))) {
            Indexed indexed = path.getLeafProperty().findAnnotation(Indexed.class);
            if (indexed != null && !leadsThroughElements(path)) {
                String field = converter.fieldPath(path);
                String name = indexed.name().isEmpty() ? "by_" + field : indexed.name();
                String source = "@Indexed of '" + path.toDotPath() + "' of " + type.getName();
                indexes.add(index(source, name, List.of(field), indexed.unique(), indexed.multiEntry()));
            }
        }
        addCompoundIndexes(type, indexes);
        return indexes;
    }

    /** Adds those of the class, and of what it extends and implements unless another of the same name stands below. */
    private void addCompoundIndexes(Class<?> type, List<IndexSchema> indexes) {
        Map<String, Integer> owners = new HashMap<>();
        List<MergedAnnotation<CompoundIndex>> classFirst = MergedAnnotations.search(SearchStrategy.TYPE_HIERARCHY)
                .withRepeatableContainers(RepeatableContainers.standardRepeatables())
                .from(type)
                .stream(CompoundIndex.class)
                .toList();
        for (MergedAnnotation<CompoundIndex> annotation : classFirst) {
            CompoundIndex compound = annotation.synthesize();
            List<String> fields = new ArrayList<>();
            for (String path : compound.paths()) {
                fields.add(field(type, path));
            }
            String name = compound.name().isEmpty() ? "by_" + String.join("_", fields) : compound.name();
            Integer owner = owners.putIfAbsent(name, annotation.getAggregateIndex());
            if (owner == null || owner == annotation.getAggregateIndex()) {
                String source = "@CompoundIndex on " + String.join(", ", compound.paths()) + " of " + type.getName();
                indexes.add(index(source, name, fields, compound.unique(), false));
            }
        }
    }

    private static IndexSchema index(
            String source, String name, List<String> fields, boolean unique, boolean multiEntry) {
        try {
            return new IndexSchema(name, fields, unique, multiEntry);
        } catch (IllegalArgumentException e) { // a letter of a property need not be one of a name
            throw new MappingException(
                    source + " makes no index: " + e.getMessage() + "; its attribute 'name' gives it another name", e);
        }
    }

    /** Whether the property is one of the elements of a collection or a map, where no path of an index leads. */
    private static boolean leadsThroughElements(PersistentPropertyPath<FlowDbPersistentProperty> path) {
        for (FlowDbPersistentProperty property : path) {
            if (!property.equals(path.getLeafProperty()) && (property.isCollectionLike() || property.isMap())) {
                return true;
            }
        }
        return false;
    }

    /** A property path where there is one, else the path itself. */
    private String field(Class<?> type, String path) {
        EntityProperties properties = new EntityProperties(converter);
        try {
            return properties.resolve(type, path).fieldPath();
        } catch (org.springframework.dao.InvalidDataAccessApiUsageException e) {
            if (isFieldPath(converter.getMappingContext().getRequiredPersistentEntity(type), path)) {
                return path;
            }
            throw new MappingException("@CompoundIndex of " + type.getName() + ": " + e.getMessage(), e);
        }
    }

    private static boolean isFieldPath(FlowDbPersistentEntity<?> entity, String path) {
        String first = path.substring(0, path.indexOf('.') < 0 ? path.length() : path.indexOf('.'));
        for (FlowDbPersistentProperty property : entity) {
            if (property.getFieldName().equals(first)) {
                return true;
            }
        }
        return false;
    }

    private static Duration duration(Class<?> type, Ttl ttl) {
        try {
            return Duration.parse(ttl.value());
        } catch (java.time.format.DateTimeParseException e) {
            throw new MappingException(
                    "@Ttl(\"" + ttl.value() + "\") of " + type.getName() + " is no ISO-8601 duration such as PT1H", e);
        }
    }

    private static StoreSchema merge(StoreSchema a, StoreSchema b, Class<?> type) {
        if (!a.keyPath().equals(b.keyPath())
                || a.autoIncrement() != b.autoIncrement()
                || !java.util.Objects.equals(a.ttl(), b.ttl())) {
            throw new MappingException("Store '" + a.name() + "' is defined differently by two entities, one of them "
                    + type.getName() + "; give one another name in @ObjectStore");
        }
        StoreSchema merged = a;
        for (IndexSchema index : b.indexes()) {
            if (!merged.index(index.name()).isPresent()) {
                merged = merged.withIndex(index);
            } else if (!merged.index(index.name()).orElseThrow().equals(index)) {
                throw new MappingException("Index '" + index.name() + "' of store '" + a.name()
                        + "' is defined differently by two entities, one of them " + type.getName());
            }
        }
        return merged;
    }
}
