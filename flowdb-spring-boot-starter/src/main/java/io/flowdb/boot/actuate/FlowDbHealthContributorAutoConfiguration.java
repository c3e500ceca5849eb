package io.flowdb.boot.actuate;

import io.flowdb.boot.ConditionalOnSwitch;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbAutoConfiguration;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of the health of each engine. Off with {@code management.health.flowdb.enabled=false}. */
@AutoConfiguration(after = FlowDbAutoConfiguration.class)
@ConditionalOnSwitch("flowdb.enabled")
@ConditionalOnClass(ConditionalOnEnabledHealthIndicator.class)
@ConditionalOnBean(FlowDb.class)
@ConditionalOnEnabledHealthIndicator("flowdb")
public final class FlowDbHealthContributorAutoConfiguration
        extends CompositeHealthContributorConfiguration<FlowDbHealthIndicator, FlowDb> {

    FlowDbHealthContributorAutoConfiguration() {
        super(FlowDbHealthIndicator::new);
    }

    @Bean
    @ConditionalOnMissingBean(name = {"flowDbHealthIndicator", "flowDbHealthContributor"})
    HealthContributor flowDbHealthContributor(ConfigurableListableBeanFactory beanFactory) {
        return createContributor(beanFactory, FlowDb.class);
    }
}
