package io.flowdb.boot.data;

import io.flowdb.annotation.ObjectStore;
import io.flowdb.boot.ConditionalOnSwitch;
import io.flowdb.boot.FlowDbAutoConfiguration;
import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.boot.FlowDbProperties;
import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.convert.FlowDbCustomConversions;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.core.FlowDbExceptionTranslator;
import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbTemplate;
import io.flowdb.data.core.ScanMode;
import io.flowdb.data.core.SlowQueries;
import io.flowdb.data.core.StoreSchemas;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.json.JsonDB;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.persistence.autoconfigure.EntityScanner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.data.domain.ManagedTypes;

/** Auto-configuration of mapping, template, exception translation and schema. */
@AutoConfiguration(after = FlowDbAutoConfiguration.class)
@ConditionalOnSwitch("flowdb.enabled")
@ConditionalOnBean(JsonDB.class)
@EnableConfigurationProperties(FlowDbProperties.class)
public final class FlowDbDataAutoConfiguration {

    /** Name of the bean that lists the entity classes. */
    static final String MANAGED_TYPES = "flowdb.managed-types";

    /** Name by which repositories refer to the template. */
    private static final String TEMPLATE = "flowDbTemplate";

    FlowDbDataAutoConfiguration() {}

    /** The classes with {@code @ObjectStore} in the application's packages. */
    @Bean(name = MANAGED_TYPES, defaultCandidate = false) // other stores have lists of their own
    @ConditionalOnMissingBean(name = MANAGED_TYPES)
    static ManagedTypes flowDbManagedTypes(ApplicationContext context) throws ClassNotFoundException {
        return ManagedTypes.fromIterable(new EntityScanner(context).scan(ObjectStore.class));
    }

    @Bean
    @ConditionalOnMissingBean
    static FlowDbCustomConversions flowDbCustomConversions() {
        return new FlowDbCustomConversions();
    }

    @Bean
    @ConditionalOnMissingBean
    static FlowDbMappingContext flowDbMappingContext(
            @Qualifier(MANAGED_TYPES) ManagedTypes managedTypes, FlowDbCustomConversions conversions) {
        FlowDbMappingContext context = new FlowDbMappingContext();
        context.setManagedTypes(managedTypes);
        context.setSimpleTypeHolder(conversions.getSimpleTypeHolder());
        return context;
    }

    @Bean
    @ConditionalOnMissingBean(FlowDbConverter.class)
    MappingFlowDbConverter flowDbConverter(FlowDbMappingContext context, FlowDbCustomConversions conversions) {
        return new MappingFlowDbConverter(context, conversions);
    }

    @Bean
    @ConditionalOnMissingBean
    FlowDbExceptionTranslator flowDbExceptionTranslator() {
        return new FlowDbExceptionTranslator();
    }

    @Bean
    @ConditionalOnMissingBean
    CurrentDocuments flowDbCurrentDocuments(
            ConfigurableListableBeanFactory beans,
            ObjectProvider<JsonDB> database,
            ObjectProvider<FlowDbInitializer> initializers) {
        return CurrentDocuments.of(beans, database, initializers);
    }

    @Bean
    @ConditionalOnMissingBean(FlowDbOperations.class)
    FlowDbTemplate flowDbTemplate(
            CurrentDocuments documents,
            FlowDbConverter converter,
            FlowDbProperties properties,
            SlowQueries slowQueries) {
        FlowDbTemplate template = new FlowDbTemplate(documents, converter);
        template.setScanMode(ScanMode.valueOf(properties.query().scan().name()));
        if (!properties.query().slowThreshold().isZero()) {
            template.setSlowQueries(slowQueries);
        }
        return template;
    }

    @Bean
    static ReferredBean flowDbTemplateByName() {
        return new ReferredBean(TEMPLATE, FlowDbOperations.class);
    }

    @Bean
    @ConditionalOnMissingBean
    SlowQueries flowDbSlowQueries(FlowDbProperties properties) {
        return new SlowQueries(properties.query().slowThreshold());
    }

    @Bean
    @ConditionalOnMissingBean
    SchemaInitializer flowDbSchemaInitializer(
            FlowDbConverter converter, FlowDbProperties properties, ConfigurableListableBeanFactory beans) {
        return SchemaInitializer.of(
                new StoreSchemas(converter),
                RepositoryEntities.on(TEMPLATE, beans),
                properties.schema().mode());
    }
}
