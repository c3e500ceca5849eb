package io.flowdb.data.repository.config;

import java.lang.annotation.Annotation;
import org.springframework.data.repository.config.RepositoryBeanDefinitionRegistrarSupport;
import org.springframework.data.repository.config.RepositoryConfigurationExtension;

/** Registers what {@link EnableFlowDbRepositories} finds. */
final class FlowDbRepositoriesRegistrar extends RepositoryBeanDefinitionRegistrarSupport {

    @Override
    protected Class<? extends Annotation> getAnnotation() {
        return EnableFlowDbRepositories.class;
    }

    @Override
    protected RepositoryConfigurationExtension getExtension() {
        return new FlowDbRepositoryConfigurationExtension();
    }
}
