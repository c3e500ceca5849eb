package io.flowdb.data.core;

import io.flowdb.json.Filter;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Range;

/**
 * The {@link Conditions} on one property. Threads: any. Errors: as there.
 *
 * @param <P> the values of the property
 */
public final class PropertyConditions<P> {

    private final Conditions<?> conditions;
    private final String property;

    PropertyConditions(Conditions<?> conditions, String property) {
        this.conditions = conditions;
        this.property = property;
    }

    /** Equal, or null if {@code value} is. */
    public Filter eq(@Nullable P value) {
        return conditions.eq(property, value);
    }

    /** Not {@link #eq}. */
    public Filter ne(@Nullable P value) {
        return conditions.ne(property, value);
    }

    /** Less. */
    public Filter lt(@Nullable P value) {
        return conditions.lt(property, value);
    }

    /** Less or equal. */
    public Filter le(@Nullable P value) {
        return conditions.le(property, value);
    }

    /** Greater. */
    public Filter gt(@Nullable P value) {
        return conditions.gt(property, value);
    }

    /** Greater or equal. */
    public Filter ge(@Nullable P value) {
        return conditions.ge(property, value);
    }

    /** From {@code low} to {@code high}, both included. */
    public Filter between(@Nullable P low, @Nullable P high) {
        return conditions.between(property, low, high);
    }

    /** In {@code range}. */
    public Filter in(Range<P> range) {
        return conditions.in(property, range);
    }

    /** Equal to one of {@code values}. */
    public Filter in(Collection<? extends @Nullable P> values) {
        return conditions.in(property, values);
    }

    /** Not {@link #in(Collection)}. */
    public Filter notIn(Collection<? extends @Nullable P> values) {
        return conditions.notIn(property, values);
    }

    /** Null or missing. */
    public Filter isNull() {
        return conditions.isNull(property);
    }

    /** Neither null nor missing. */
    public Filter isNotNull() {
        return conditions.isNotNull(property);
    }

    /** Null, missing, or a text or collection without content. */
    public Filter isEmpty() {
        return conditions.isEmpty(property);
    }

    /** Text that starts with {@code prefix}. */
    public Filter startsWith(@Nullable String prefix) {
        return conditions.startsWith(property, prefix, false);
    }

    /** Text with a part, or a collection with an element. */
    public Filter contains(@Nullable Object value) {
        return conditions.contains(property, value, false);
    }

    /** Text like a pattern of SQL. */
    public Filter like(@Nullable String pattern) {
        return conditions.like(property, pattern, false);
    }
}
