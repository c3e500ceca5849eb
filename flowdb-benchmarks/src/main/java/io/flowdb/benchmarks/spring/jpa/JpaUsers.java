package io.flowdb.benchmarks.spring.jpa;

import io.flowdb.benchmarks.spring.UserRepository;

/** The repository on JPA. */
public interface JpaUsers extends UserRepository<JpaUser> {}
