package io.flowdb.boot.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.autoconfigure.OverrideAutoConfiguration;
import org.springframework.boot.test.context.filter.annotation.TypeExcludeFilters;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.core.annotation.AliasFor;
import org.springframework.core.env.Environment;
import org.springframework.test.context.BootstrapWith;
import org.springframework.test.context.junit.jupiter.SpringExtension;
import org.springframework.transaction.annotation.Transactional;

/**
 * A test of entities and repositories: an engine in memory, repositories and template, none of the application's other
 * components, and a transaction around each test that is rolled back at its end. Where the application only reads its
 * database, or has no stores made ({@code flowdb.read-only}, {@code flowdb.schema.mode}), the test does both.
 *
 * <p>{@code @AutoConfigureDataFlowDb(inMemory = false)} beside it takes the engine that the application configures;
 * {@code @Transactional(propagation = NOT_SUPPORTED)} lets the tests commit.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@BootstrapWith(DataFlowDbTestContextBootstrapper.class)
@ExtendWith(SpringExtension.class)
@OverrideAutoConfiguration(enabled = false)
@TypeExcludeFilters(DataFlowDbTypeExcludeFilter.class)
@Transactional(transactionManager = "flowDbTransactionManager")
@AutoConfigureDataFlowDb
@ImportAutoConfiguration
public @interface DataFlowDbTest {

    /** Properties of the {@link Environment}, {@code key=value}. */
    String[] properties() default {};

    /** Whether the components of the application are left out. */
    boolean useDefaultFilters() default true;

    /** Components to take nevertheless. */
    Filter[] includeFilters() default {};

    /** Components to leave out. */
    Filter[] excludeFilters() default {};

    /** Auto-configuration to leave out. */
    @AliasFor(annotation = ImportAutoConfiguration.class, attribute = "exclude")
    Class<?>[] excludeAutoConfiguration() default {};
}
