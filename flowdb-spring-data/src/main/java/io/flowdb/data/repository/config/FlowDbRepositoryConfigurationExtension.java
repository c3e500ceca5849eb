package io.flowdb.data.repository.config;

import io.flowdb.annotation.ObjectStore;
import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.support.FlowDbRepositoryFactoryBean;
import io.flowdb.data.repository.support.SimpleFlowDbRepository;
import java.lang.annotation.Annotation;
import java.util.Collection;
import java.util.List;
import org.springframework.beans.factory.support.BeanDefinitionBuilder;
import org.springframework.data.repository.config.RepositoryConfigurationExtensionSupport;
import org.springframework.data.repository.config.RepositoryConfigurationSource;
import org.springframework.data.repository.core.RepositoryMetadata;

/**
 * What makes a repository one of FlowDB's: the interface extends {@link FlowDbRepository} or the entity is an
 * {@link ObjectStore}. So repositories of FlowDB and of JPA find their own in one application.
 */
public final class FlowDbRepositoryConfigurationExtension extends RepositoryConfigurationExtensionSupport {

    private static final String DEFAULT_TRANSACTION_MANAGER = "flowDbTransactionManager";
    private static final String DEFAULT_TEMPLATE = "flowDbTemplate";

    @Override
    public String getModuleName() {
        return "FlowDB";
    }

    @Override
    public String getModuleIdentifier() {
        return "flowdb";
    }

    @Override
    protected String getModulePrefix() {
        return "flowdb";
    }

    @Override
    public String getRepositoryBaseClassName() {
        return SimpleFlowDbRepository.class.getName();
    }

    @Override
    public String getRepositoryFactoryBeanClassName() {
        return FlowDbRepositoryFactoryBean.class.getName();
    }

    @Override
    protected Collection<Class<? extends Annotation>> getIdentifyingAnnotations() {
        return List.of(ObjectStore.class);
    }

    @Override
    protected Collection<Class<?>> getIdentifyingTypes() {
        return List.of(FlowDbRepository.class);
    }

    @Override
    public void postProcess(BeanDefinitionBuilder builder, RepositoryConfigurationSource source) {
        builder.addPropertyReference(
                "flowDbOperations", source.getAttribute("flowDbTemplateRef").orElse(DEFAULT_TEMPLATE));
        builder.addPropertyValue(
                "transactionManager",
                source.getAttribute("transactionManagerRef").orElse(DEFAULT_TRANSACTION_MANAGER));
        source.getAttribute("enableDefaultTransactions", Boolean.class)
                .ifPresent(enabled -> builder.addPropertyValue("enableDefaultTransactions", enabled));
    }

    /** A reactive repository belongs to another module; it is left alone. */
    @Override
    protected boolean useRepositoryConfiguration(RepositoryMetadata metadata) {
        return !metadata.isReactiveRepository();
    }
}
