package io.flowdb.data.mapping;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.core.MethodParameter;
import org.springframework.data.mapping.PersistentEntity;
import org.springframework.data.mapping.PreferredConstructor;
import org.springframework.data.mapping.model.MappingInstantiationException;
import org.springframework.data.mapping.model.ParameterValueProvider;
import org.springframework.util.ReflectionUtils;

/**
 * The constructor of a Kotlin class, called so that null is a value: Spring Data takes null for an argument that is
 * absent, and gives it the default of its parameter.
 *
 * <p>Beside a constructor with defaults Kotlin makes one that takes, after its parameters, an {@code int} for each 32
 * of them, whose set bits ask for the defaults, and a marker that is null; where the value within a value class may be
 * null, it takes instances. One that takes value classes is private, and called by another that takes the marker.
 * Kotlin itself need not be there. Threads: any.
 */
public final class KotlinConstructor {

    private static final String MARKER = "kotlin.jvm.internal.DefaultConstructorMarker";

    private final PersistentEntity<?, ?> entity;
    private final Constructor<?> constructor;

    /** Null if no parameter has a default. */
    private final @Nullable Constructor<?> defaulting;

    private final int parameters;

    private KotlinConstructor(PersistentEntity<?, ?> entity, Constructor<?> constructor) {
        this.entity = entity;
        this.constructor = constructor;
        this.parameters = constructor.getParameterCount() - (hasMarker(constructor) ? 1 : 0);
        this.defaulting = defaulting(constructor, parameters);
        ReflectionUtils.makeAccessible(constructor);
        if (defaulting != null) {
            ReflectionUtils.makeAccessible(defaulting);
        }
    }

    /** Null for a class that is not of Kotlin, or is made otherwise. */
    public static @Nullable KotlinConstructor of(PersistentEntity<?, ?> entity) {
        return KotlinDetector.isKotlinType(entity.getType())
                        && entity.getInstanceCreatorMetadata() instanceof PreferredConstructor<?, ?> preferred
                ? new KotlinConstructor(entity, preferred.getConstructor())
                : null;
    }

    /** Whether a parameter is there for the compiler alone: it has no name, and takes null. */
    public static boolean isMarker(Class<?> parameter) {
        return parameter.getName().equals(MARKER);
    }

    private static boolean hasMarker(Constructor<?> constructor) {
        Class<?>[] types = constructor.getParameterTypes();
        return types.length > 0 && isMarker(types[types.length - 1]);
    }

    private static @Nullable Constructor<?> defaulting(Constructor<?> constructor, int parameters) {
        for (Constructor<?> other : constructor.getDeclaringClass().getDeclaredConstructors()) {
            if (other.isSynthetic()
                    && hasMarker(other)
                    && other.getParameterCount() == parameters + masks(parameters) + 1
                    && startsAlike(constructor.getParameterTypes(), other.getParameterTypes(), parameters)) {
                return other;
            }
        }
        return null;
    }

    private static int masks(int parameters) {
        return (parameters + Integer.SIZE - 1) / Integer.SIZE;
    }

    private static boolean startsAlike(Class<?>[] types, Class<?>[] others, int count) {
        for (int i = 0; i < count; i++) {
            ValueClass other = ValueClass.of(others[i]);
            if (types[i] != others[i] && (other == null || other.within() != types[i])) {
                return false;
            }
        }
        return true;
    }

    /** How many arguments it takes. */
    public int parameterCount() {
        return parameters;
    }

    /** Whether a parameter has a default and takes a value class whose value within may be null. */
    public boolean takesNullWithin(int parameter) {
        return defaulting != null
                && defaulting.getParameterTypes()[parameter] != constructor.getParameterTypes()[parameter];
    }

    /**
     * Calls it with {@code arguments}, or with the defaults of those that are {@code absent}.
     *
     * @throws MappingInstantiationException if it does not take them
     */
    public Object create(@Nullable Object[] arguments, BitSet absent) {
        boolean defaults = defaulting != null && !absent.isEmpty();
        Constructor<?> called = defaulting != null && defaults ? defaulting : constructor;
        Class<?>[] types = called.getParameterTypes();
        @Nullable Object[] all = Arrays.copyOf(arguments, types.length);
        for (int i = absent.nextSetBit(0); i >= 0; i = absent.nextSetBit(i + 1)) {
            if (defaults && types[i].isPrimitive() && new MethodParameter(constructor, i).isOptional()) {
                all[i] = ParameterValueProvider.getDefaultValue(types[i]);
            }
        }
        for (int i = 0; defaults && i < parameters; i++) {
            ValueClass boxed = types[i] == constructor.getParameterTypes()[i] ? null : ValueClass.of(types[i]);
            if (boxed != null && !absent.get(i)) {
                all[i] = boxed.box(all[i]);
            }
        }
        for (int mask = 0; defaults && mask < masks(parameters); mask++) {
            int bits = 0;
            for (int bit = 0; bit < Integer.SIZE; bit++) {
                bits |= absent.get(mask * Integer.SIZE + bit) ? 1 << bit : 0;
            }
            all[parameters + mask] = bits;
        }
        try {
            return called.newInstance(all);
        } catch (InvocationTargetException e) {
            throw failure(arguments, e.getCause() instanceof Exception cause ? cause : e);
        } catch (ReflectiveOperationException | RuntimeException e) { // also null for a primitive
            throw failure(arguments, e);
        }
    }

    private MappingInstantiationException failure(@Nullable Object[] arguments, Exception cause) {
        return new MappingInstantiationException(entity, Arrays.asList(arguments), cause);
    }
}
