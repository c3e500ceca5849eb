package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.core.TypeInformation;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.PersistentPropertyPath;
import org.springframework.util.ClassUtils;

/** Property paths of entities, resolved once to where they lie in the documents. Threads: any. */
final class EntityProperties {

    private final FlowDbConverter converter;
    private final Map<Key, ResolvedProperty> resolved = new ConcurrentHashMap<>();

    EntityProperties(FlowDbConverter converter) {
        this.converter = converter;
    }

    /** Throws {@link InvalidDataAccessApiUsageException} that lists the properties there are. */
    ResolvedProperty resolve(Class<?> type, String path) {
        Key key = new Key(type, path);
        ResolvedProperty known = resolved.get(key);
        if (known == null) {
            known = lookUp(type, path);
            resolved.put(key, known);
        }
        return known;
    }

    private ResolvedProperty lookUp(Class<?> type, String path) {
        PersistentPropertyPath<FlowDbPersistentProperty> found;
        try {
            found = converter.getMappingContext().getPersistentPropertyPath(path, type);
        } catch (MappingException e) { // also for a path that goes on behind a simple value
            throw new InvalidDataAccessApiUsageException(
                    type.getSimpleName() + " has no property '" + path + "'; its properties are " + names(type), e);
        }
        List<FlowDbPersistentProperty> steps = found.toList();
        for (int i = 0; i < steps.size() - 1; i++) {
            if (steps.get(i).isCollectionLike() || steps.get(i).isMap()) {
                throw new InvalidDataAccessApiUsageException("'" + path + "' of " + type.getSimpleName()
                        + " leads through the elements of '" + steps.get(i).getName()
                        + "', which a query cannot follow; keep what is asked for in a collection of single values");
            }
        }
        FlowDbPersistentProperty last = steps.get(steps.size() - 1);
        return new ResolvedProperty(converter.fieldPath(found), last, storedAs(last));
    }

    private Class<?> storedAs(FlowDbPersistentProperty property) {
        TypeInformation<?> type = property.getTypeInformation();
        if (type.getType() == Optional.class && !type.getTypeArguments().isEmpty()) {
            type = type.getTypeArguments().get(0);
        }
        return ClassUtils.resolvePrimitiveIfNecessary(
                converter.convertedTo(property).orElse(type.getType()));
    }

    /** The property that lies at a path of the documents; where there is none, the path itself. */
    Named at(Class<?> type, String fieldPath) {
        for (PersistentPropertyPath<FlowDbPersistentProperty> path :
                converter.getMappingContext().findPersistentPropertyPaths(type, property -> true)) {
            if (converter.fieldPath(path).equals(fieldPath)) {
                return new Named(path.toDotPath(), path.getLeafProperty().isCollectionLike());
            }
        }
        return new Named(fieldPath, false);
    }

    private List<String> names(Class<?> type) {
        FlowDbPersistentEntity<?> entity = converter.getMappingContext().getRequiredPersistentEntity(type);
        List<String> names = new ArrayList<>();
        entity.forEach(property -> names.add(property.getName()));
        Collections.sort(names);
        return names;
    }

    /**
     * A property and its place.
     *
     * @param fieldPath dotted path in the document
     * @param property the last step of the path
     * @param storedAs the class of its values as they are stored: what a converter makes of them, what an
     *     {@code Optional} holds
     */
    record ResolvedProperty(String fieldPath, FlowDbPersistentProperty property, Class<?> storedAs) {}

    /**
     * A property as users know it.
     *
     * @param name dotted path of properties
     * @param hasElements whether it is a collection or an array
     */
    record Named(String name, boolean hasElements) {}

    private record Key(Class<?> type, String path) {}
}
