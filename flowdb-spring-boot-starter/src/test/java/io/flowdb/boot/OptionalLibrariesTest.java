package io.flowdb.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.boot.data.todo.Todo;
import io.flowdb.json.JsonDB;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurationImportSelector;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.annotation.AnnotationAttributes;
import org.springframework.core.type.AnnotationMetadata;

/** The starter in an application that lacks some of the libraries it can use. */
class OptionalLibrariesTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withUserConfiguration(Application.class)
            .withPropertyValues("flowdb.in-memory=true");

    @Test
    void application_withEveryLibrary_starts() {
        runner.run(context -> assertThat(context)
                .hasSingleBean(JsonDB.class)
                .hasBean("flowDbHealthContributor")
                .hasBean("flowDbTemplate")
                .hasBean("flowDbTransactionManager"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "org.springframework.boot.health",
                "org.springframework.boot.actuate",
                "org.springframework.boot.micrometer",
                "io.micrometer",
                "org.springframework.boot.jackson",
                "org.springframework.boot.session",
                "org.springframework.boot.security",
                "org.springframework.boot.webmvc",
                "org.springframework.boot.devtools"
            })
    void application_withoutALibrary_starts(String library) {
        runner.withClassLoader(new FilteredClassLoader(library))
                .run(context -> assertThat(context)
                        .hasNotFailed()
                        .hasSingleBean(JsonDB.class)
                        .hasBean("flowDbTransactionManager"));
    }

    @Configuration(proxyBeanMethods = false)
    @AutoConfigurationPackage(basePackageClasses = Todo.class)
    @Import(OurAutoConfigurations.class)
    static class Application {}

    /**
     * Chooses as Spring Boot does, from the file of imports and by the conditions on classes, but only what is
     * FlowDB's.
     */
    static final class OurAutoConfigurations extends AutoConfigurationImportSelector {
        @Override
        protected AnnotationAttributes getAttributes(AnnotationMetadata metadata) {
            AnnotationAttributes nothingExcluded = new AnnotationAttributes();
            nothingExcluded.put("exclude", new String[0]);
            nothingExcluded.put("excludeName", new String[0]);
            return nothingExcluded;
        }

        @Override
        protected List<String> getCandidateConfigurations(
                AnnotationMetadata metadata, AnnotationAttributes attributes) {
            return super.getCandidateConfigurations(metadata, attributes).stream()
                    .filter(name -> name.startsWith("io.flowdb."))
                    .toList();
        }
    }
}
