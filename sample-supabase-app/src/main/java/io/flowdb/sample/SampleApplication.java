package io.flowdb.sample;

import java.time.Clock;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.scheduling.annotation.EnableScheduling;

/**
 * A small web application on an embedded FlowDB: people sign up, keep their own todo list and search cities.
 *
 * <p>The features are packages: {@code auth}, {@code todo}, {@code city}; {@code web} holds what is common to all
 * requests.
 */
@SpringBootApplication(proxyBeanMethods = false)
@ConfigurationPropertiesScan
@EnableResilientMethods
@EnableScheduling
public final class SampleApplication {
    /** Runs the application until the process is asked to end. */
    public static void main(String[] arguments) {
        SpringApplication.run(SampleApplication.class, arguments);
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
