package io.flowdb.boot.actuate;

import io.flowdb.boot.ConditionalOnSwitch;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbAutoConfiguration;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of {@link FlowDbEndpoint}. Over HTTP once {@code management.endpoints.web.exposure.include} lists
 * it.
 */
@AutoConfiguration(after = FlowDbAutoConfiguration.class)
@ConditionalOnSwitch("flowdb.enabled")
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(FlowDb.class)
@ConditionalOnAvailableEndpoint(FlowDbEndpoint.class)
public final class FlowDbEndpointAutoConfiguration {

    FlowDbEndpointAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    FlowDbEndpoint flowDbEndpoint(ConfigurableListableBeanFactory beanFactory, ObjectProvider<QueryInsight> queries) {
        return new FlowDbEndpoint(
                SimpleAutowireCandidateResolver.resolveAutowireCandidates(beanFactory, FlowDb.class),
                queries::getIfAvailable);
    }

    @Bean
    @ConditionalOnMissingBean
    @ConditionalOnBean(FlowDbEndpoint.class)
    @ConditionalOnAvailableEndpoint(endpoint = FlowDbEndpoint.class, exposure = EndpointExposure.WEB)
    FlowDbWebEndpoint flowDbWebEndpoint(FlowDbEndpoint endpoint) {
        return new FlowDbWebEndpoint(endpoint);
    }
}
