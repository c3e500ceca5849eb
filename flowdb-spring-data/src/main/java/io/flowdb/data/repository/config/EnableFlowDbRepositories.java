package io.flowdb.data.repository.config;

import io.flowdb.data.repository.support.FlowDbRepositoryFactoryBean;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.beans.factory.support.BeanNameGenerator;
import org.springframework.context.annotation.ComponentScan.Filter;
import org.springframework.context.annotation.Import;
import org.springframework.data.repository.config.BootstrapMode;
import org.springframework.data.repository.config.DefaultRepositoryBaseClass;
import org.springframework.data.repository.core.support.RepositoryFragmentsContributor;
import org.springframework.data.repository.query.QueryLookupStrategy;
import org.springframework.data.repository.query.QueryLookupStrategy.Key;

/**
 * Looks for repositories of FlowDB below the package of the annotated class, or below the given packages. With FlowDB's
 * Spring Boot starter this is done without the annotation.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(FlowDbRepositoriesRegistrar.class)
public @interface EnableFlowDbRepositories {

    /** As {@link #basePackages()}. */
    String[] value() default {};

    /** Packages to look in, with those below. */
    String[] basePackages() default {};

    /** Classes whose packages are looked in. */
    Class<?>[] basePackageClasses() default {};

    /** Which interfaces are taken, of those found. */
    Filter[] includeFilters() default {};

    /** Which interfaces are not taken. */
    Filter[] excludeFilters() default {};

    /** Name ending of classes that implement methods of a repository. */
    String repositoryImplementationPostfix() default "Impl";

    /** A properties file of named queries; default {@code META-INF/flowdb-named-queries.properties}. */
    String namedQueriesLocation() default "";

    /** Whether annotations, method names or first the one and then the other make the query. */
    Key queryLookupStrategy() default QueryLookupStrategy.Key.CREATE_IF_NOT_FOUND;

    /** The bean class that makes each repository. */
    Class<?> repositoryFactoryBeanClass() default FlowDbRepositoryFactoryBean.class;

    /** A class to implement the basic methods with. */
    Class<?> repositoryBaseClass() default DefaultRepositoryBaseClass.class;

    /** Names of the repository beans. */
    Class<? extends BeanNameGenerator> nameGenerator() default BeanNameGenerator.class;

    /** Name of the template bean the repositories work with. */
    String flowDbTemplateRef() default "flowDbTemplate";

    /** Name of the transaction manager of the repositories. */
    String transactionManagerRef() default "flowDbTransactionManager";

    /** Whether writes without {@code @Transactional} get a transaction. */
    boolean enableDefaultTransactions() default true;

    /** Whether interfaces inside other classes are found. */
    boolean considerNestedRepositories() default false;

    /** When repositories are made. */
    BootstrapMode bootstrapMode() default BootstrapMode.DEFAULT;

    /** Adds methods implemented elsewhere to every repository. */
    Class<? extends RepositoryFragmentsContributor> fragmentsContributor() default RepositoryFragmentsContributor.class;
}
