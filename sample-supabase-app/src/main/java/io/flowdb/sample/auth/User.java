package io.flowdb.sample.auth;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import java.time.Instant;

/**
 * Somebody with an account.
 *
 * @param email in the form of {@link EmailAddress#normalize}; the unique index lets one of two simultaneous sign-ups
 *     fail
 * @param passwordHash with the name of its algorithm in front, so that stored hashes outlive a change of algorithm
 */
@ObjectStore("users")
record User(@Id String id, @Indexed(unique = true) String email, String passwordHash, Instant createdAt) {}
