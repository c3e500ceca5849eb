package io.flowdb.sample.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class AccessTokenTest {
    @Test
    void random_manyTimes_alwaysAnother() {
        Set<String> values = new HashSet<>();
        for (int round = 0; round < 10_000; round++) {
            values.add(AccessToken.random().value());
        }

        assertThat(values).hasSize(10_000).allMatch(value -> value.matches("[A-Za-z0-9_-]{43}"));
    }

    @Test
    void hash_receivedToken_isTheSameAndNotTheToken() {
        AccessToken token = AccessToken.random();

        assertThat(AccessToken.received(token.value()).hash())
                .isEqualTo(token.hash())
                .isNotEqualTo(token.value());
        // SHA-256 of "abc", from FIPS 180-2, in base64url.
        assertThat(AccessToken.received("abc").hash()).isEqualTo("ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
    }

    @Test
    void toString_anyToken_tellsNothing() {
        AccessToken token = AccessToken.random();

        assertThat(token.toString()).doesNotContain(token.value());
    }
}
