package io.flowdb.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The property has an index of its own. In a nested type the index covers the dotted path that leads to the property.
 */
@Documented
@Target({ElementType.FIELD, ElementType.METHOD, ElementType.RECORD_COMPONENT
}) // a parameter would be all that Kotlin annotates
@Retention(RetentionPolicy.RUNTIME)
public @interface Indexed {

    /** Whether no two documents may share a value other than null. */
    boolean unique() default false;

    /** Name of the index; empty for {@code by_} and the path, as in {@code by_address.city}. */
    String name() default "";

    /** Whether an array gives one entry for each of its elements. */
    boolean multiEntry() default false;
}
