package io.flowdb.boot.data;

import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import io.flowdb.data.repository.config.FlowDbRepositoryConfigurationExtension;
import java.lang.annotation.Annotation;
import org.springframework.boot.autoconfigure.data.AbstractRepositoryConfigurationSourceSupport;
import org.springframework.data.repository.config.RepositoryConfigurationExtension;

/** Registers the repositories in the application's packages, with the defaults of {@link EnableFlowDbRepositories}. */
final class RepositoriesRegistrar extends AbstractRepositoryConfigurationSourceSupport {
    /*
     * Not nested in the auto-configuration: Spring would take the annotated class inside for a configuration of its
     * own.
     */

    @Override
    protected Class<? extends Annotation> getAnnotation() {
        return EnableFlowDbRepositories.class;
    }

    @Override
    protected Class<?> getConfiguration() {
        return Defaults.class;
    }

    @Override
    protected RepositoryConfigurationExtension getRepositoryConfigurationExtension() {
        return new FlowDbRepositoryConfigurationExtension();
    }

    /** Carries the annotation. */
    @EnableFlowDbRepositories
    private static final class Defaults {}
}
