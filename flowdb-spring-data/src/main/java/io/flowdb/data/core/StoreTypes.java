package io.flowdb.data.core;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.TypeAlias;
import org.springframework.data.mapping.MappingException;

/**
 * Which classes use which store of one database, so that none is read as another: those of a store have the class or
 * interface in common that it belongs to, and no alias. Threads: any.
 */
final class StoreTypes {

    private final Map<String, FlowDbPersistentEntity<?>> byStore = new ConcurrentHashMap<>();
    private final Map<Name, Class<?>> byAlias = new ConcurrentHashMap<>();

    /** Adds an entity; throws {@link MappingException} if others of its store know nothing of it, or have its alias. */
    void add(FlowDbPersistentEntity<?> entity) {
        String store = entity.getStore();
        FlowDbPersistentEntity<?> other = byStore.putIfAbsent(store, entity);
        if (other != null && other.getStoreType() != entity.getStoreType()) {
            throw new MappingException(
                    "Store '" + store + "' has documents of " + other.getType().getName() + " and of "
                            + entity.getType().getName() + ", which would be read as each other: "
                            + remedy(store, other.getType(), entity.getType()));
        }
        TypeAlias alias = entity.getType().getDeclaredAnnotation(TypeAlias.class);
        Class<?> namesake =
                alias == null ? null : byAlias.putIfAbsent(new Name(store, alias.value()), entity.getType());
        if (namesake != null && namesake != entity.getType()) {
            throw new MappingException("Store '" + store + "': " + namesake.getName() + " and "
                    + entity.getType().getName() + " have the same @TypeAlias '" + alias.value()
                    + "', so their documents cannot be told apart");
        }
    }

    private static String remedy(String store, Class<?> a, Class<?> b) {
        Class<?> shared = supertype(a, b);
        return shared == null
                ? "give one another name in @ObjectStore; for a part of an entity use a projection"
                : "annotate " + shared.getName() + " with @ObjectStore(\"" + store
                        + "\"), or give one another name in @ObjectStore";
    }

    /** The nearest class or interface of the application that both have, or null. */
    private static @Nullable Class<?> supertype(Class<?> a, Class<?> b) {
        for (Class<?> type : supertypes(a)) {
            if (type.isAssignableFrom(b) && !type.getName().startsWith("java.")) {
                return type;
            }
        }
        return null;
    }

    /** Nearest first. */
    private static Set<Class<?>> supertypes(Class<?> type) {
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            all.add(c);
        }
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            for (Class<?> implemented : c.getInterfaces()) {
                all.addAll(supertypes(implemented));
            }
        }
        return all;
    }

    private record Name(String store, String alias) {}
}
