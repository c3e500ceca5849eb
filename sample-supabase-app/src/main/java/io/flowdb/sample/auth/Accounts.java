package io.flowdb.sample.auth;

import io.flowdb.sample.web.ApiException;
import io.flowdb.sample.web.InvalidField;
import java.time.Clock;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.stereotype.Service;

/** Signs up, logs in and out, and tells whose token a request carries. */
@Service
final class Accounts {
    private final UserRepository users;
    private final SessionRepository sessions;
    private final AccountWriter writer;
    private final Passwords passwords;
    private final SessionProperties properties;
    private final Clock clock;

    Accounts(
            UserRepository users,
            SessionRepository sessions,
            AccountWriter writer,
            Passwords passwords,
            SessionProperties properties,
            Clock clock) {
        this.users = users;
        this.sessions = sessions;
        this.writer = writer;
        this.passwords = passwords;
        this.properties = properties;
        this.clock = clock;
    }

    /** Creates the user and a first session, both or neither. */
    LogIn signUp(String email, String password) {
        AccessToken token = AccessToken.random();
        User user = new User(UUID.randomUUID().toString(), email, passwords.hash(password), clock.instant());
        try {
            writer.write(user, newSession(token, user));
        } catch (DuplicateKeyException taken) {
            throw ApiException.taken(new InvalidField("email", "is registered already"), taken);
        }
        return new LogIn(user.id(), token);
    }

    /** Empty for an unknown address as for a wrong password, after the same time. */
    Optional<LogIn> logIn(String email, String password) {
        Optional<User> user = users.findByEmail(email);
        if (!passwords.matches(password, user.map(User::passwordHash).orElse(null))) {
            return Optional.empty();
        }
        return user.map(known -> {
            AccessToken token = AccessToken.random();
            sessions.save(newSession(token, known));
            return new LogIn(known.id(), token);
        });
    }

    void logOut(SignedIn signedIn) {
        sessions.deleteById(signedIn.sessionKey());
    }

    /** The user who was given the token, unless it has expired or was logged out. */
    Optional<SignedIn> find(AccessToken token) {
        Instant now = clock.instant();
        return sessions.findById(token.hash())
                .filter(session -> now.isBefore(session.expiresAt()))
                .map(session -> new SignedIn(session.userId(), session.tokenHash()));
    }

    private Session newSession(AccessToken token, User user) {
        Instant now = clock.instant();
        return new Session(token.hash(), user.id(), now, now.plus(properties.lifetime()));
    }

    /** What a client gets once. */
    record LogIn(String userId, AccessToken token) {}
}
