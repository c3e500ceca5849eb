package io.flowdb.data.mapping;

import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.Nullness;
import org.springframework.data.core.TypeInformation;
import org.springframework.util.ReflectionUtils;

/**
 * A value class of Kotlin. Where it can, Kotlin keeps the value within and makes an instance only where an object is
 * wanted, as in a list; the methods that do so tell that a class is one. Kotlin itself need not be there. Threads: any.
 */
public final class ValueClass {

    private static final ClassValue<Optional<ValueClass>> KNOWN = new ClassValue<>() {
        @Override
        protected Optional<ValueClass> computeValue(Class<?> type) {
            return Optional.ofNullable(find(type));
        }
    };

    private final Field field;
    private final Method check;
    private final Method box;
    private final Method unbox;
    private final boolean isNullable;

    private ValueClass(Field field, Method check, Method box, Method unbox) {
        this.field = field;
        this.check = check;
        this.box = box;
        this.unbox = unbox;
        this.isNullable = Nullness.forField(field) == Nullness.NULLABLE;
        ReflectionUtils.makeAccessible(check);
        ReflectionUtils.makeAccessible(box);
        ReflectionUtils.makeAccessible(unbox);
    }

    /** Null for all other classes. */
    public static @Nullable ValueClass of(Class<?> type) {
        return type.isPrimitive() || type.isInterface() || type.isArray()
                ? null
                : KNOWN.get(type).orElse(null);
    }

    /** One whose instances are stored as the value within; not so if that may be null, as an instance is not. */
    public static @Nullable ValueClass stored(Class<?> type) {
        ValueClass found = of(type);
        return found == null || found.isNullable ? null : found;
    }

    private static @Nullable ValueClass find(Class<?> type) {
        Method unbox = ReflectionUtils.findMethod(type, "unbox-impl");
        if (unbox == null) {
            return null;
        }
        Class<?> within = unbox.getReturnType();
        Method box = ReflectionUtils.findMethod(type, "box-impl", within);
        Method check = ReflectionUtils.findMethod(type, "constructor-impl", within);
        for (Field field : type.getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && box != null && check != null) {
                return new ValueClass(field, check, box, unbox);
            }
        }
        return null;
    }

    /** The name of the property within. */
    public String name() {
        return field.getName();
    }

    /** The type of the value within an instance of {@code type}, which is this class. */
    public TypeInformation<?> within(TypeInformation<?> type) {
        return type.getRequiredProperty(field.getName());
    }

    /** The class of the value within. */
    public Class<?> within() {
        return unbox.getReturnType();
    }

    /** An instance with {@code within}; throws what the class itself does. */
    public Object box(@Nullable Object within) {
        Object checked = ReflectionUtils.invokeMethod(check, null, within);
        return Objects.requireNonNull(ReflectionUtils.invokeMethod(box, null, checked));
    }

    /** The value within {@code instance}. */
    public @Nullable Object unbox(Object instance) {
        return ReflectionUtils.invokeMethod(unbox, instance);
    }

    /** The value within an instance of a value class, where {@code wanted} is not that class; else as it is. */
    public static Object unwrapped(Class<?> wanted, Object value) {
        ValueClass given = wanted.isInstance(value) ? null : of(value.getClass());
        Object within = given == null ? null : given.unbox(value);
        return within == null ? value : within;
    }
}
