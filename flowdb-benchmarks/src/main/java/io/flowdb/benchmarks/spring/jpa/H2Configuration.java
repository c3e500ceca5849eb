package io.flowdb.benchmarks.spring.jpa;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.flowdb.benchmarks.spring.user.UserStore;
import jakarta.persistence.EntityManagerFactory;
import java.nio.file.Path;
import java.util.Map;
import javax.sql.DataSource;
import org.h2.store.fs.FilePath;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jpa.repository.config.EnableJpaRepositories;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.orm.jpa.vendor.HibernateJpaVendorAdapter;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/**
 * Spring Data JPA with Hibernate on H2 in a file, connections pooled as Spring Boot does it. Beyond the defaults
 * Hibernate writes inserts in batches and H2 has 128 MiB of cache.
 */
@Configuration
@EnableJpaRepositories
@EnableTransactionManagement
public class H2Configuration {
    private static final int CACHE_KIBIBYTES = 128 << 10;
    private static final int BATCH = 1_000;

    H2Configuration() {}

    /** Starts a context whose commits are forced to disk; see {@link ForcedFilePath}. */
    public static UserStore<JpaUser> startForced(Path dir) throws Exception {
        return start(dir, Forced.class);
    }

    /** Starts a context with H2's own settings. */
    public static UserStore<JpaUser> startDefault(Path dir) throws Exception {
        return start(dir, Default.class);
    }

    private static UserStore<JpaUser> start(Path dir, Class<?> configuration) throws Exception {
        return UserStore.start(dir, configuration, JpaUsers.class, JpaUser::new);
    }

    @Bean
    LocalContainerEntityManagerFactoryBean entityManagerFactory(DataSource dataSource) {
        LocalContainerEntityManagerFactoryBean factory = new LocalContainerEntityManagerFactoryBean();
        factory.setDataSource(dataSource);
        factory.setJpaVendorAdapter(new HibernateJpaVendorAdapter());
        factory.setPackagesToScan(JpaUser.class.getPackageName());
        factory.setJpaPropertyMap(Map.of(
                "hibernate.hbm2ddl.auto",
                "update",
                "hibernate.jdbc.batch_size",
                BATCH,
                "hibernate.order_inserts",
                true));
        return factory;
    }

    @Bean
    JpaTransactionManager transactionManager(EntityManagerFactory factory) {
        return new JpaTransactionManager(factory);
    }

    private static HikariDataSource pool(String file, String options) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:h2:" + file + ";DB_CLOSE_ON_EXIT=FALSE;CACHE_SIZE=" + CACHE_KIBIBYTES + options);
        return new HikariDataSource(config);
    }

    /** A commit has reached the disk when it returns. */
    @Configuration
    static class Forced extends H2Configuration {
        @Bean
        HikariDataSource dataSource(Path directory) {
            FilePath.register(new ForcedFilePath());
            return pool(ForcedFilePath.SCHEME + ":" + directory.resolve("users"), ";WRITE_DELAY=0");
        }
    }

    /** A commit is written by a thread of H2, up to half a second later. */
    @Configuration
    static class Default extends H2Configuration {
        @Bean
        HikariDataSource dataSource(Path directory) {
            return pool(directory.resolve("users").toString(), "");
        }
    }
}
