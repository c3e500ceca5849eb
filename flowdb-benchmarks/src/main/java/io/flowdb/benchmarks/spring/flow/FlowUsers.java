package io.flowdb.benchmarks.spring.flow;

import io.flowdb.benchmarks.spring.user.UserRepository;

/** The repository on FlowDB. */
public interface FlowUsers extends UserRepository<FlowUser> {}
