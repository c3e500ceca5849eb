package io.flowdb.data.repository.config;

import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.convert.FlowDbCustomConversions;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.core.FlowDbExceptionTranslator;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.flowdb.data.core.StoreSchemas;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.json.JsonDB;
import io.flowdb.json.SchemaMode;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.AnnotationTypeFilter;
import org.springframework.util.ClassUtils;

/**
 * The beans of FlowDB for an application without Spring Boot: extend it in a {@code @Configuration} with
 * {@link EnableFlowDbRepositories} and {@code @EnableTransactionManagement}. Stores and indexes are made when the
 * template is.
 */
public abstract class AbstractFlowDbConfiguration {

    /** Opens the database; closed with the application context. */
    @Bean(destroyMethod = "close")
    public abstract JsonDB flowDbDatabase();

    /** Packages with entities, those below included. Default: that of the configuration class. */
    protected Collection<String> getEntityPackages() {
        return List.of(ClassUtils.getPackageName(ClassUtils.getUserClass(this)));
    }

    /** Converters of the application. */
    @Bean
    public FlowDbCustomConversions flowDbCustomConversions() {
        return new FlowDbCustomConversions();
    }

    /** The entities found in {@link #getEntityPackages()}. */
    @Bean
    public FlowDbMappingContext flowDbMappingContext(FlowDbCustomConversions conversions)
            throws ClassNotFoundException {
        FlowDbMappingContext context = new FlowDbMappingContext();
        context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
        context.setInitialEntitySet(scan());
        return context;
    }

    private Set<Class<?>> scan() throws ClassNotFoundException {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AnnotationTypeFilter(ObjectStore.class));
        Set<Class<?>> entities = new LinkedHashSet<>();
        for (String pack : getEntityPackages()) {
            for (BeanDefinition found : scanner.findCandidateComponents(pack)) {
                entities.add(ClassUtils.forName(
                        String.valueOf(found.getBeanClassName()), getClass().getClassLoader()));
            }
        }
        return entities;
    }

    /** Entities to documents and back. */
    @Bean
    public MappingFlowDbConverter flowDbConverter(FlowDbMappingContext context, FlowDbCustomConversions conversions) {
        return new MappingFlowDbConverter(context, conversions);
    }

    /** The template; repositories work with it. */
    @Bean
    public FlowDbTemplate flowDbTemplate(JsonDB database, FlowDbConverter converter) {
        database.applySchemas(new StoreSchemas(converter).all(), SchemaMode.UPDATE);
        return new FlowDbTemplate(database, converter);
    }

    /** Transactions. */
    @Bean
    public FlowDbTransactionManager flowDbTransactionManager(JsonDB database) {
        return new FlowDbTransactionManager(database);
    }

    /** Exceptions for {@code @Repository} classes. */
    @Bean
    public FlowDbExceptionTranslator flowDbExceptionTranslator() {
        return new FlowDbExceptionTranslator();
    }
}
