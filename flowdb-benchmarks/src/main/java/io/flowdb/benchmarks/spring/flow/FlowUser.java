package io.flowdb.benchmarks.spring.flow;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import io.flowdb.benchmarks.spring.user.StoredUser;
import org.jspecify.annotations.Nullable;

/** The user as a document of FlowDB. */
@ObjectStore("users")
public record FlowUser(
        @Id @Nullable Long id,
        @Indexed(unique = true) String email,
        @Indexed String city,
        int age,
        String name) implements StoredUser {}
