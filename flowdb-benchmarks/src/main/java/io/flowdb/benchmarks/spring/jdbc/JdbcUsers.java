package io.flowdb.benchmarks.spring.jdbc;

import io.flowdb.benchmarks.spring.user.UserRepository;

/** The repository on SQLite. */
public interface JdbcUsers extends UserRepository<JdbcUser> {}
