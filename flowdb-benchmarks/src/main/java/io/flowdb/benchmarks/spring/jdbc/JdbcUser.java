package io.flowdb.benchmarks.spring.jdbc;

import io.flowdb.benchmarks.spring.user.StoredUser;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.Table;

/** The user as a row of Spring Data JDBC. */
@Table("users")
public record JdbcUser(@Id @Nullable Long id, String email, String city, int age, String name) implements StoredUser {}
