package io.flowdb.benchmarks.spring.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.flowdb.benchmarks.spring.user.UserStore;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.jdbc.core.dialect.JdbcDialect;
import org.springframework.data.jdbc.repository.config.AbstractJdbcConfiguration;
import org.springframework.data.jdbc.repository.config.EnableJdbcRepositories;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcOperations;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.sqlite.SQLiteConfig;

/**
 * Spring Data JDBC on SQLite, connections pooled as Spring Boot does it; WAL journal, {@code synchronous=FULL}, so that
 * a commit has reached the disk when it returns, and 128 MiB of cache.
 */
@Configuration
@EnableJdbcRepositories
@EnableTransactionManagement
public class SqliteConfiguration extends AbstractJdbcConfiguration {
    private static final int CACHE_KIBIBYTES = 128 << 10;
    private static final List<String> SCHEMA = List.of(
            "CREATE TABLE IF NOT EXISTS users(id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE, city TEXT NOT NULL,"
                    + " age INTEGER NOT NULL, name TEXT NOT NULL)",
            "CREATE INDEX IF NOT EXISTS by_city ON users(city)");

    SqliteConfiguration() {}

    /** Starts a context. */
    public static UserStore<JdbcUser> start(Path dir) throws Exception {
        return UserStore.start(
                dir,
                SqliteConfiguration.class,
                JdbcUsers.class,
                (email, city, age, name) -> new JdbcUser(null, email, city, age, name));
    }

    @Bean
    HikariDataSource dataSource(Path directory) {
        SQLiteConfig sqlite = new SQLiteConfig();
        sqlite.setJournalMode(SQLiteConfig.JournalMode.WAL);
        sqlite.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        sqlite.setCacheSize(-CACHE_KIBIBYTES);
        sqlite.setBusyTimeout(60_000);
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl("jdbc:sqlite:" + directory.resolve("users.db"));
        config.setDataSourceProperties(sqlite.toProperties());
        return new HikariDataSource(config);
    }

    @Bean
    NamedParameterJdbcOperations namedParameterJdbcOperations(DataSource dataSource) {
        JdbcTemplate template = new JdbcTemplate(dataSource);
        SCHEMA.forEach(template::execute);
        return new NamedParameterJdbcTemplate(template);
    }

    @Bean
    JdbcTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Override
    public JdbcDialect jdbcDialect(NamedParameterJdbcOperations operations) {
        return new SqliteDialect();
    }
}
