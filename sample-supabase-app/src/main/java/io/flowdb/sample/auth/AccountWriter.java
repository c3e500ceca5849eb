package io.flowdb.sample.auth;

import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;

/** Writes a new user and the first session in one transaction. Not final: Spring puts the transaction around it. */
@Component
class AccountWriter {
    private final UserRepository users;
    private final SessionRepository sessions;

    AccountWriter(UserRepository users, SessionRepository sessions) {
        this.users = users;
        this.sessions = sessions;
    }

    /** Throws {@link org.springframework.dao.DuplicateKeyException} when the address is taken. */
    @Retryable(includes = ConcurrencyFailureException.class, maxRetries = 5, delay = 5, jitter = 5)
    @Transactional
    void write(User user, Session session) {
        users.save(user);
        sessions.save(session);
    }
}
