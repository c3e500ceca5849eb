package io.flowdb.sample.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.sample.Api;
import io.flowdb.sample.Api.Account;
import io.flowdb.sample.RunningSample;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SessionSweepIT {
    @Test
    void deleteExpired_someExpired_leavesTheOthers(@TempDir Path dataDir) {
        try (RunningSample sample = RunningSample.start(dataDir)) {
            Api api = sample.api();
            SessionRepository sessions = sample.bean(SessionRepository.class);
            SessionSweep sweep = sample.bean(SessionSweep.class);
            api.signUp("ada@example.com");
            api.logIn("ada@example.com");
            sample.pass(Duration.ofDays(29));
            Account late = api.logIn("ada@example.com");
            sweep.deleteExpired();
            assertThat(sessions.count()).isEqualTo(3);

            sample.pass(Duration.ofDays(1));
            sweep.deleteExpired();

            assertThat(sessions.findAll())
                    .singleElement()
                    .extracting(Session::tokenHash)
                    .isEqualTo(AccessToken.received(late.token()).hash());
            assertThat(api.get("/api/todos", late.token()).status()).isEqualTo(200);
        }
    }
}
