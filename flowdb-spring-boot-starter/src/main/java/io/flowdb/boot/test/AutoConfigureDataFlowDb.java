package io.flowdb.boot.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.PropertyMapping;

/** Imports the auto-configuration that a test of FlowDB's data layer needs, and no other. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@ImportAutoConfiguration
@PropertyMapping("flowdb")
public @interface AutoConfigureDataFlowDb {

    /**
     * Whether the engine of the test is in memory, whatever properties and {@code Config} beans of the application say;
     * an engine or documents that it declares itself stay what they are.
     */
    boolean inMemory() default true;
}
