package io.flowdb.data.repository.query;

import io.flowdb.data.core.Conditions;
import java.util.Collection;
import java.util.regex.Pattern;
import org.springframework.data.domain.Range;

/**
 * Which types of parameters a condition can take, so that one it cannot is told when the application starts. A type that may hold a
 * fitting value at least sometimes, such as {@code Object}, fits. Threads: any.
 */
record ParameterTypes(Conditions<?> conditions) {

    /** One value of {@code property}. */
    boolean fitValue(String property, Class<?> given) {
        return conditions.accepts(property, given);
    }

    /** Several values of {@code property}, or one. */
    boolean fitValues(String property, Class<?> given) {
        return isSeveral(given) || conditions.accepts(property, given);
    }

    /** A part of a text, or one or several elements of a collection. */
    boolean fitContent(String property, Class<?> given) {
        return conditions.isCollection(property) ? fitValues(property, given) : isText(given);
    }

    static boolean isText(Class<?> given) {
        return CharSequence.class.isAssignableFrom(given)
                || given == Character.class
                || given == char.class
                || given.isAssignableFrom(String.class);
    }

    static boolean isTexts(Class<?> given) {
        return isSeveral(given) || isText(given);
    }

    static boolean isTextOrPattern(Class<?> given) {
        return given == Pattern.class || isText(given);
    }

    static boolean isRange(Class<?> given) {
        return Range.class.isAssignableFrom(given) || given == Object.class;
    }

    private static boolean isSeveral(Class<?> given) {
        return given.isArray()
                || Iterable.class.isAssignableFrom(given)
                || java.util.Map.class.isAssignableFrom(given)
                || given.isAssignableFrom(Collection.class);
    }
}
