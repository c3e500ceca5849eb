package io.flowdb.boot.data;

import io.flowdb.boot.ConditionalOnSwitch;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import io.flowdb.data.repository.config.FlowDbRepositoryConfigurationExtension;
import io.flowdb.data.repository.support.FlowDbRepositoryFactoryBean;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Import;

/**
 * Finds repositories in the application's packages, as {@link EnableFlowDbRepositories} would; that annotation on a
 * class of the application replaces this.
 */
@AutoConfiguration(after = {FlowDbDataAutoConfiguration.class, FlowDbTransactionAutoConfiguration.class})
@ConditionalOnBean(CurrentDocuments.class)
@ConditionalOnMissingBean({FlowDbRepositoryFactoryBean.class, FlowDbRepositoryConfigurationExtension.class})
@ConditionalOnSwitch("flowdb.repositories.enabled")
@Import(RepositoriesRegistrar.class)
public final class FlowDbRepositoriesAutoConfiguration {

    FlowDbRepositoriesAutoConfiguration() {}
}
