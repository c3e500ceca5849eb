package io.flowdb.benchmarks.spring.user;

import org.jspecify.annotations.Nullable;

/**
 * An entity of any of the stores: a user with an id that the store gives it, a unique email and an index on the city.
 */
public interface StoredUser {

    /** Null before the user is stored. */
    @Nullable
    Long id();

    /** Unique. */
    String email();

    /** Indexed. */
    String city();

    /** In years. */
    int age();

    /** In no index. */
    String name();
}
