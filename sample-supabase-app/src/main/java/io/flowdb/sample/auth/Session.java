package io.flowdb.sample.auth;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import java.time.Instant;

/**
 * A log-in that is still good. The key is the hash of the token: who reads the store cannot act as its users.
 *
 * @param expiresAt the first moment at which the token is refused
 */
@ObjectStore("sessions")
record Session(
        @Id String tokenHash,
        @Indexed String userId,
        Instant createdAt,
        @Indexed Instant expiresAt) {}
