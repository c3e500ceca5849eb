package io.flowdb.sample.auth;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import org.jspecify.annotations.Nullable;
import org.springframework.security.crypto.factory.PasswordEncoderFactories;
import org.springframework.security.crypto.password.PasswordEncoder;
import org.springframework.stereotype.Component;

/** Hashes passwords, slowly on purpose, and checks them in the same time whether there is such a user or not. */
@Component
final class Passwords {
    /** Bcrypt hashes no more; a longer password would be cut without a word. */
    static final int MAX_BYTES = 72;

    private final PasswordEncoder encoder = PasswordEncoderFactories.createDelegatingPasswordEncoder();

    /** Compared with when there is no user; no password has this hash but one that was thrown away. */
    private final String nobodysHash = encode(AccessToken.random().value());

    String hash(String password) {
        return encode(normalize(password));
    }

    /** Whether {@code password} has the {@code hash}. Costs the same for a null hash and for a wrong password. */
    boolean matches(String password, @Nullable String hash) {
        String normal = normalize(password);
        boolean possible = hash != null && isHashedWhole(normal);
        boolean matches = encoder.matches(normal, possible ? hash : nobodysHash);
        return possible && matches;
    }

    /**
     * The one form in which it is hashed, however it was typed: accents and letters in one. What is too long in any
     * form stays as it is, as to put its marks in order could take long.
     */
    static String normalize(String typed) {
        return typed.length() > 4 * MAX_BYTES ? typed : Normalizer.normalize(typed, Normalizer.Form.NFC);
    }

    /** Bcrypt takes a text that is too long, or with U+0000, for a shorter one, and UTF-8 half a pair for another. */
    private static boolean isHashedWhole(String password) {
        return password.getBytes(StandardCharsets.UTF_8).length <= MAX_BYTES
                && password.indexOf('\0') < 0
                && StandardCharsets.UTF_8.newEncoder().canEncode(password);
    }

    private String encode(String password) {
        String hash = encoder.encode(password);
        if (hash == null) {
            throw new IllegalStateException("The encoder returned no hash.");
        }
        return hash;
    }
}
