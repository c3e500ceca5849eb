package io.flowdb.boot.observe;

import io.flowdb.boot.ConditionalOnSwitch;
import io.flowdb.boot.actuate.FlowDbEndpoint;
import io.flowdb.boot.data.FlowDbDataAutoConfiguration;
import io.flowdb.boot.data.FlowDbRepositoriesAutoConfiguration;
import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.SlowQueries;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Auto-configuration of what {@link FlowDbEndpoint} tells of queries. */
@AutoConfiguration(after = {FlowDbDataAutoConfiguration.class, FlowDbRepositoriesAutoConfiguration.class})
@ConditionalOnSwitch("flowdb.enabled")
@ConditionalOnClass({ConditionalOnAvailableEndpoint.class, FlowDbOperations.class})
@ConditionalOnBean(FlowDbOperations.class)
@ConditionalOnAvailableEndpoint(FlowDbEndpoint.class)
public final class FlowDbQueryInsightAutoConfiguration {

    FlowDbQueryInsightAutoConfiguration() {}

    @Bean
    static RepositoryQueries flowDbRepositoryQueries(ObjectProvider<SlowQueries> slow) {
        return new RepositoryQueries(slow);
    }
}
