package io.flowdb.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The documents of a class or record live in an object store. */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface ObjectStore {

    /**
     * Name of the store; empty for the simple name of the class with a small first letter. Short for {@link #name()}.
     */
    String value() default "";

    /** Name of the store; give this or {@link #value()}, not both. */
    String name() default "";

    /**
     * Whether the store makes keys for documents that have none: 1, 2, 3 and so on. A document has none if the property
     * with {@link Id} is null or absent, so that is a {@code Long}: a {@code long} that nobody has set is the key 0.
     */
    boolean autoIncrement() default false;
}
