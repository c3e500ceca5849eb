package io.flowdb.benchmarks.spring.flow;

import io.flowdb.Config;
import io.flowdb.SyncMode;
import io.flowdb.benchmarks.spring.user.UserStore;
import io.flowdb.data.repository.config.AbstractFlowDbConfiguration;
import io.flowdb.data.repository.config.EnableFlowDbRepositories;
import io.flowdb.json.JsonDB;
import java.nio.file.Path;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/** FlowDB with its default settings, every commit forced to disk. */
@Configuration
@EnableFlowDbRepositories
@EnableTransactionManagement
public class FlowConfiguration extends AbstractFlowDbConfiguration {
    private final Path directory;

    FlowConfiguration(Path directory) {
        this.directory = directory;
    }

    /** Starts a context. */
    public static UserStore<FlowUser> start(Path dir) throws Exception {
        return UserStore.start(
                dir,
                FlowConfiguration.class,
                FlowUsers.class,
                (email, city, age, name) -> new FlowUser(null, email, city, age, name));
    }

    @Override
    @Bean(destroyMethod = "close")
    public JsonDB flowDbDatabase() {
        return JsonDB.open(Config.builder()
                .dataDir(directory)
                .walSyncMode(SyncMode.always())
                .build());
    }
}
