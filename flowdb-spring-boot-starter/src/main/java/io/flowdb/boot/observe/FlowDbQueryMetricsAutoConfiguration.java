package io.flowdb.boot.observe;

import io.flowdb.boot.ConditionalOnSwitch;
import io.flowdb.boot.data.FlowDbDataAutoConfiguration;
import io.flowdb.data.core.FlowDbTemplate;
import io.micrometer.core.instrument.MeterRegistry;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the meter {@code flowdb.query}. Off with {@code management.metrics.enable.flowdb=false}. */
@AutoConfiguration(
        after = FlowDbDataAutoConfiguration.class,
        afterName = {
            "org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration",
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration"
        })
@ConditionalOnSwitch("flowdb.enabled")
@ConditionalOnClass({MeterRegistry.class, FlowDbTemplate.class})
@ConditionalOnBean(MeterRegistry.class)
public final class FlowDbQueryMetricsAutoConfiguration {

    FlowDbQueryMetricsAutoConfiguration() {}

    @Bean
    static QueryMeters flowDbQueryMeters(ObjectProvider<MeterRegistry> registry) {
        return new QueryMeters(registry);
    }
}
