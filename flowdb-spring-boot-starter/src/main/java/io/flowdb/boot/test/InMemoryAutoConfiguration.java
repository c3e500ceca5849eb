package io.flowdb.boot.test;

import io.flowdb.Config;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of tests only: with {@code flowdb.in-memory=true} a {@link Config} that the application makes
 * itself, or changes with a customizer, is one in memory, too.
 */
@AutoConfiguration
@ConditionalOnProperty("flowdb.in-memory")
public final class InMemoryAutoConfiguration {

    InMemoryAutoConfiguration() {}

    @Bean
    static BeanPostProcessor flowDbConfigInMemory() {
        return new InMemory();
    }

    private static final class InMemory implements BeanPostProcessor {
        @Override
        public Object postProcessAfterInitialization(Object bean, String beanName) {
            return bean instanceof Config config && !config.inMemory()
                    ? config.toBuilder().inMemory(true).readOnly(false).build()
                    : bean;
        }
    }
}
