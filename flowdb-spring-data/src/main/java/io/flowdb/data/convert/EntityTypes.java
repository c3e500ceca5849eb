package io.flowdb.data.convert;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.TypeAlias;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.context.MappingContext;
import org.springframework.util.ClassUtils;

/**
 * Which class a document names where the runtime type is not the declared one: the field {@code _class} with the value
 * of {@code @TypeAlias}, else the class name.
 *
 * <p>A document never decides which classes are loaded: a name is followed only if it is that of a known entity, or of
 * a class in the package (or a package below) of a known entity or of the declared type, and if the class is assignable
 * to the declared type.
 */
final class EntityTypes {

    /** The field that names the type. */
    static final String FIELD = "_class";

    private final MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context;
    private final ConcurrentHashMap<Key, Class<?>> resolved = new ConcurrentHashMap<>();

    EntityTypes(MappingContext<FlowDbPersistentEntity<?>, FlowDbPersistentProperty> context) {
        this.context = context;
    }

    /** An alias names the class that carries it; a subclass that merely inherits the annotation needs its own. */
    String nameOf(Class<?> type) {
        TypeAlias alias = type.getDeclaredAnnotation(TypeAlias.class);
        return alias == null ? type.getName() : alias.value();
    }

    /** The names of a class and of every known subclass. */
    List<String> namesOf(Class<?> type) {
        Set<String> names = new LinkedHashSet<>();
        names.add(nameOf(type));
        for (Class<?> sub : subclasses(type)) {
            names.add(nameOf(sub));
        }
        for (FlowDbPersistentEntity<?> entity : context.getPersistentEntities()) {
            if (type.isAssignableFrom(entity.getType())) {
                names.add(nameOf(entity.getType()));
            }
        }
        return List.copyOf(names);
    }

    Class<?> resolve(String name, Class<?> declared) {
        return resolved.computeIfAbsent(new Key(name, declared), this::load);
    }

    private Class<?> load(Key key) {
        Class<?> type = byAlias(key);
        if (type == null && isTrusted(key)) {
            ClassLoader loader = key.declared().getClassLoader();
            try {
                type = ClassUtils.forName(key.name(), loader == null ? ClassUtils.getDefaultClassLoader() : loader);
            } catch (ClassNotFoundException e) {
                throw new MappingException("No class '" + key.name() + "' for a document of " + key.declared(), e);
            }
        }
        if (type == null || !key.declared().isAssignableFrom(type)) {
            throw new MappingException("A document names the type '" + key.name() + "', which is no known entity for "
                    + key.declared().getName());
        }
        return type;
    }

    /** Two classes of one name are refused: either could be meant. */
    private @Nullable Class<?> byAlias(Key key) {
        Set<Class<?>> known = new LinkedHashSet<>(subclasses(key.declared()));
        context.getPersistentEntities().forEach(entity -> known.add(entity.getType()));
        Class<?> found = null;
        for (Class<?> type : known) {
            if (nameOf(type).equals(key.name()) && key.declared().isAssignableFrom(type)) {
                if (found != null) {
                    throw new MappingException("A document names the type '" + key.name() + "', which may be "
                            + found.getName() + " or " + type.getName() + "; give one another @TypeAlias");
                }
                found = type;
            }
        }
        return found;
    }

    /** The permitted subclasses of a sealed type need no registration. */
    private static Set<Class<?>> subclasses(Class<?> type) {
        Class<?>[] permitted = type.isSealed() ? type.getPermittedSubclasses() : new Class<?>[0];
        Set<Class<?>> all = new LinkedHashSet<>();
        for (Class<?> sub : permitted) {
            all.add(sub);
            all.addAll(subclasses(sub));
        }
        return all;
    }

    private boolean isTrusted(Key key) {
        if (isBelow(key.name(), key.declared())) {
            return true;
        }
        return context.getPersistentEntities().stream().anyMatch(e -> isBelow(key.name(), e.getType()));
    }

    private static boolean isBelow(String name, Class<?> type) {
        String pack = type.getPackageName();
        return !pack.isEmpty() && !pack.startsWith("java.") && name.startsWith(pack + ".");
    }

    private record Key(String name, Class<?> declared) {}
}
