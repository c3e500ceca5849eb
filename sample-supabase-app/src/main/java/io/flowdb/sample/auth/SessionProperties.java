package io.flowdb.sample.auth;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Settings under {@code sample.session}.
 *
 * @param lifetime for how long a token is good after the log-in
 */
@ConfigurationProperties("sample.session")
record SessionProperties(@DefaultValue("30d") Duration lifetime) {
    SessionProperties {
        if (lifetime.isNegative() || lifetime.isZero()) {
            throw new IllegalArgumentException("sample.session.lifetime must be positive, not " + lifetime + ".");
        }
    }
}
