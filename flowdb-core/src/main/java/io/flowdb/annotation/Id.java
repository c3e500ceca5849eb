package io.flowdb.annotation;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The property that holds the primary key. Exactly one in a document class; it may lie in a nested type. */
@Documented
@Target({ElementType.FIELD, ElementType.METHOD, ElementType.RECORD_COMPONENT
}) // a parameter would be all that Kotlin annotates
@Retention(RetentionPolicy.RUNTIME)
public @interface Id {}
