package io.flowdb.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Repeatable;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An index over several paths of the documents. A class has those of what it extends and implements, too, unless it
 * has another of the same name.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Repeatable(CompoundIndexes.class)
public @interface CompoundIndex {

    /** Name of the index; empty for {@code by_} and the paths joined by {@code _}. */
    String name() default "";

    /**
     * Dotted paths, as they stand in the JSON documents; the first one sorts first. One that no document of the class
     * can have is refused.
     */
    String[] paths();

    /** Whether no two documents may share all values, if none of them is null. */
    boolean unique() default false;
}
