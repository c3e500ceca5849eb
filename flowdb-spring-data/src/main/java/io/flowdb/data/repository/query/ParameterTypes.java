package io.flowdb.data.repository.query;

import io.flowdb.data.core.Conditions;
import java.lang.reflect.WildcardType;
import java.util.Collection;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.data.domain.Range;

/**
 * Which types of parameters a condition can take, so that one it cannot is told when the application starts. A type
 * that may hold a fitting value at least sometimes, such as {@code Object} or {@code List<?>}, fits. Threads: any.
 */
record ParameterTypes(Conditions<?> conditions) {

    /** One value of {@code property}. */
    boolean fitValue(String property, ResolvableType given) {
        return conditions.accepts(property, given.toClass());
    }

    /** Several values of {@code property}, or one. */
    boolean fitValues(String property, ResolvableType given) {
        return isSeveral(given.toClass())
                ? fits(element(given), type -> conditions.accepts(property, type))
                : fitValue(property, given);
    }

    /** A part of a text, or one or several elements of a collection. */
    boolean fitContent(String property, ResolvableType given) {
        if (!conditions.isCollection(property)) {
            return isText(given);
        }
        return fitValues(property, given) || conditions.hasCollections(property) && fitElement(property, given);
    }

    /** A list that is one element of a list of lists. */
    private boolean fitElement(String property, ResolvableType given) {
        return isSeveral(given.toClass()) && fitValue(property, given);
    }

    /** A range of values of {@code property}. */
    boolean fitRange(String property, ResolvableType given) {
        return isRange(given)
                && fits(known(given, given.as(Range.class).getGeneric(0)), type -> conditions.accepts(property, type));
    }

    static boolean isText(ResolvableType given) {
        return isText(given.toClass());
    }

    private static boolean isText(Class<?> given) {
        return CharSequence.class.isAssignableFrom(given)
                || given == Character.class
                || given == char.class
                || given.isAssignableFrom(String.class);
    }

    static boolean isTexts(ResolvableType given) {
        return isSeveral(given.toClass()) ? fits(element(given), ParameterTypes::isText) : isText(given);
    }

    static boolean isTextOrPattern(ResolvableType given) {
        return given.toClass() == Pattern.class || isText(given);
    }

    static boolean isRange(ResolvableType given) {
        return Range.class.isAssignableFrom(given.toClass()) || given.toClass() == Object.class;
    }

    /** Bytes are one value, as in {@link Conditions#in(String, Object)}. */
    private static boolean isSeveral(Class<?> given) {
        return (given.isArray() && given != byte[].class)
                || Iterable.class.isAssignableFrom(given)
                || Map.class.isAssignableFrom(given)
                || given.isAssignableFrom(Collection.class);
    }

    /** For messages. */
    static String describe(ResolvableType given) {
        return given.hasUnresolvableGenerics() ? given.toClass().getTypeName() : given.toString();
    }

    private static boolean fits(@Nullable Class<?> known, Predicate<Class<?>> test) {
        return known == null || test.test(known);
    }

    /** Null where the declaration does not tell. */
    private static @Nullable Class<?> element(ResolvableType given) {
        if (given.isArray()) {
            return known(given, given.getComponentType());
        }
        ResolvableType map = given.as(Map.class);
        return known(
                given, map == ResolvableType.NONE ? given.as(Iterable.class).getGeneric(0) : map.getGeneric(1));
    }

    private static @Nullable Class<?> known(ResolvableType given, ResolvableType part) {
        for (ResolvableType argument : given.getGenerics()) {
            if (argument.getType() instanceof WildcardType wildcard && wildcard.getLowerBounds().length > 0) {
                return null; // ? super what it holds at least
            }
        }
        return part.resolve();
    }
}
