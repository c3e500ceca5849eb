package io.flowdb.boot;

import io.flowdb.Config;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration of the engine and the document store. Off with {@code flowdb.enabled=false}; each bean backs off when
 * the application declares its own.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "flowdb.enabled", matchIfMissing = true)
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
}
