package io.flowdb.boot.observe;

import io.flowdb.boot.ConditionalOnSwitch;
import io.flowdb.boot.data.FlowDbTransactionAutoConfiguration;
import io.flowdb.data.core.FlowDbTransactionManager;
import io.micrometer.observation.ObservationRegistry;
import java.util.Objects;
import java.util.function.Supplier;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.util.function.SingletonSupplier;

/**
 * Auto-configuration of observed transactions: each is an observation {@code flowdb.transactions}, which becomes a
 * meter and, with tracing, a span. Off with {@code management.observations.enable.flowdb=false}.
 */
@AutoConfiguration(
        after = FlowDbTransactionAutoConfiguration.class,
        afterName = "org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration")
@ConditionalOnSwitch("flowdb.enabled")
@ConditionalOnClass({ObservationRegistry.class, FlowDbTransactionManager.class})
@ConditionalOnBean(ObservationRegistry.class)
public final class FlowDbObservationAutoConfiguration {

    FlowDbObservationAutoConfiguration() {}

    @Bean
    static BeanPostProcessor flowDbTransactionObservations(
            ObjectProvider<ObservationRegistry> registry, ObjectProvider<FlowDbTransactionConvention> conventions) {
        return new Observer(
                SingletonSupplier.of(registry::getObject),
                SingletonSupplier.of(() -> conventions.getIfAvailable(() -> FlowDbTransactionConvention.DEFAULT)));
    }

    /** Observes every transaction manager; what it needs is found at the start, where a mistake is seen. */
    private record Observer(Supplier<ObservationRegistry> registry, Supplier<FlowDbTransactionConvention> convention)
            implements BeanPostProcessor, SmartInitializingSingleton {

        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            if (bean instanceof FlowDbTransactionManager manager) {
                manager.addListener(new TransactionObservations(beanName, registry, convention));
            }
            return bean;
        }

        @Override
        public void afterSingletonsInstantiated() {
            Objects.requireNonNull(registry.get());
            Objects.requireNonNull(convention.get());
        }
    }
}
