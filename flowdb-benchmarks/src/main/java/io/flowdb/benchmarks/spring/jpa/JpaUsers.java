package io.flowdb.benchmarks.spring.jpa;

import io.flowdb.benchmarks.spring.user.UserRepository;

/** The repository on JPA. */
public interface JpaUsers extends UserRepository<JpaUser> {}
