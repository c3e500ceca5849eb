package io.flowdb.sample.auth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The secret that a client sends with each request: 256 random bits as 43 characters of base64url. It exists in the
 * answer to the log-in only; the server keeps its SHA-256.
 */
final class AccessToken {
    private static final int BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

    private final String value;

    private AccessToken(String value) {
        this.value = value;
    }

    static AccessToken random() {
        byte[] secret = new byte[BYTES];
        RANDOM.nextBytes(secret);
        return new AccessToken(TEXT.encodeToString(secret));
    }

    /** A token as a client sent it; any text will do. */
    static AccessToken received(String value) {
        return new AccessToken(value);
    }

    /** What may be shown to the client that logged in, and to nobody else. */
    String value() {
        return value;
    }

    /* A fast hash is right here: unlike a password the token has too many bits to be guessed from it. */
    String hash() {
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            return TEXT.encodeToString(sha256.digest(value.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256.", e);
        }
    }

    @Override
    public String toString() {
        return "AccessToken[secret]";
    }
}
