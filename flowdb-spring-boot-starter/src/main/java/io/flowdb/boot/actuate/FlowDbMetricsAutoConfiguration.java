package io.flowdb.boot.actuate;

import io.flowdb.boot.ConditionalOnSwitch;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.SimpleAutowireCandidateResolver;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the meters of all engines. Off with {@code management.metrics.enable.flowdb=false}. */
@AutoConfiguration(
        after = FlowDbAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration"
        })
@ConditionalOnSwitch("flowdb.enabled")
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({FlowDb.class, MeterRegistry.class})
public final class FlowDbMetricsAutoConfiguration {

    FlowDbMetricsAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    FlowDbMetrics flowDbMetrics(ConfigurableListableBeanFactory beanFactory) {
        return new FlowDbMetrics(SimpleAutowireCandidateResolver.resolveAutowireCandidates(beanFactory, FlowDb.class));
    }
}
