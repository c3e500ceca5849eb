package io.flowdb.data.repository.config;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.context.annotation.Import;

/** Turns auditing on: {@code @CreatedDate}, {@code @LastModifiedBy} and so on are set when entities are saved. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(FlowDbAuditingRegistrar.class)
public @interface EnableFlowDbAuditing {

    /** Name of the {@code AuditorAware} bean; empty for the only one there is, if any. */
    String auditorAwareRef() default "";

    /** Whether dates are set. */
    boolean setDates() default true;

    /** Whether an entity that is created counts as modified too. */
    boolean modifyOnCreate() default true;

    /** Name of the {@code DateTimeProvider} bean; empty for the only one there is, else the clock. */
    String dateTimeProviderRef() default "";
}
