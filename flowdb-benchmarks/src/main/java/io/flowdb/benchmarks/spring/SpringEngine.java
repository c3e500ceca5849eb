package io.flowdb.benchmarks.spring;

import io.flowdb.benchmarks.spring.flow.FlowConfiguration;
import io.flowdb.benchmarks.spring.jdbc.SqliteConfiguration;
import io.flowdb.benchmarks.spring.jpa.H2Configuration;
import io.flowdb.benchmarks.spring.user.UserStore;
import java.nio.file.Path;

/** The stores below Spring Data that can be measured. */
public enum SpringEngine {
    /** FlowDB. */
    FLOWDB(FlowConfiguration::start),
    /** JPA with Hibernate on H2, every commit forced to disk. */
    JPA_H2(H2Configuration::startForced),
    /** The same with H2's own settings: a commit is in memory for half a second before it is written. */
    JPA_H2_DEFAULT(H2Configuration::startDefault),
    /** JDBC on SQLite. */
    JDBC_SQLITE(SqliteConfiguration::start);

    private final Starter starter;

    SpringEngine(Starter starter) {
        this.starter = starter;
    }

    /** Starts an application context with a new or existing database. */
    public UserStore<?> start(Path dir) throws Exception {
        return starter.start(dir);
    }

    private interface Starter {
        UserStore<?> start(Path dir) throws Exception;
    }
}
