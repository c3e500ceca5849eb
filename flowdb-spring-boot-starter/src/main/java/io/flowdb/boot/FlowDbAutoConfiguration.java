package io.flowdb.boot;

import io.flowdb.Config;
import io.flowdb.json.JsonDB;
import io.flowdb.json.Migration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of the engine and the document store. Off with {@code flowdb.enabled=false}; each bean backs off
 * when the application declares its own.
 */
@AutoConfiguration
@ConditionalOnSwitch("flowdb.enabled")
@EnableConfigurationProperties(FlowDbProperties.class)
public final class FlowDbAutoConfiguration {

    FlowDbAutoConfiguration() {}

    @Bean
    @Role(BeanDefinition.ROLE_INFRASTRUCTURE)
    static ConfigurationPropertiesBindHandlerAdvisor flowDbPropertiesCheck() {
        return PropertiesCheck::new;
    }

    @Bean
    @ConditionalOnMissingBean
    Config flowDbConfig(FlowDbProperties properties, ObjectProvider<FlowDbConfigCustomizer> customizers) {
        Config.Builder builder = properties.toConfigBuilder();
        customizers.orderedStream().forEach(c -> c.customize(builder));
        return builder.build();
    }

    @Bean
    @ConditionalOnMissingBean({FlowDb.class, JsonDB.class})
    FlowDb flowDb(Config config, FlowDbProperties properties, ObjectProvider<FlowDbInitializer> initializers) {
        return FlowDb.of(config, properties.shutdownTimeout(), initializers);
    }

    /** The documents of the engine, also after a pause has closed it and a restart opened it anew. */
    @Bean(destroyMethod = "") // closed with FlowDb, after every bean that uses it
    @ConditionalOnMissingBean
    @ConditionalOnBean(FlowDb.class)
    JsonDB flowDbDocuments(FlowDb flowDb) {
        return flowDb.documents();
    }

    @Bean
    @ConditionalOnMissingBean
    MigrationInitializer flowDbMigrationInitializer(ObjectProvider<Migration> migrations) {
        return new MigrationInitializer(migrations);
    }
}
