package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.sample.Api.Account;
import io.flowdb.sample.Api.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Sign-up, log-in, tokens. */
@ExtendWith(OutputCaptureExtension.class)
class AccountsIT {
    @TempDir
    static Path dataDir;

    static RunningSample sample;
    static Api api;

    @BeforeAll
    static void start() {
        sample = RunningSample.start(dataDir.resolve("data"));
        api = sample.api();
    }

    @AfterAll
    static void stop() {
        sample.close();
    }

    @Test
    void signUp_newAddress_givesUserIdAndTokenThatWorks() {
        Answer answer = api.post("/api/signup", null, credentials("new@example.com", Api.PASSWORD));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().propertyNames()).containsExactlyInAnyOrder("user_id", "token");
        assertThat(answer.text("token")).matches("[A-Za-z0-9_-]{43}");
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(api.get("/api/todos", answer.text("token")).status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"twice@example.com", "TWICE@Example.com"})
    void signUp_takenAddress_is409NamingTheField(String again) {
        api.post("/api/signup", null, credentials("twice@example.com", Api.PASSWORD));

        Answer answer = api.post("/api/signup", null, credentials(again, "another password"));

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("email");
        assertThat(api.post("/api/login", null, credentials("twice@example.com", "another password"))
                        .status())
                .isEqualTo(401);
    }

    /** The accent as a mark of its own made another account of what looks, and to mail is, the same address. */
    @Test
    void signUp_accentTypedInAnotherWay_isTheSameAddress() {
        Account account = api.signUp("andr\u00E9@example.com");

        assertThat(api.post("/api/signup", null, credentials("Andre\u0301@example.com", Api.PASSWORD))
                        .status())
                .isEqualTo(409);
        assertThat(api.logIn("andre\u0301@example.com").userId()).isEqualTo(account.userId());
    }

    /** With a character that nobody sees, an address looked like that of somebody else. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a\u200Bnn@example.com",
                "a\u202Enn@example.com",
                "ann\u2060@example.com",
                "a\u00ADnn@example.com",
                "a\u3164nn@example.com",
                "a\u115Fnn@example.com",
                "a\uFE0Fnn@example.com",
                "a\u034Fnn@example.com",
                "a\u2800nn@example.com",
                "a\u00A0nn@example.com",
                "a\u3000nn@example.com",
                "a\uDB40\uDD00nn@example.com",
                "\u00A0ann@example.com"
            })
    void signUp_addressWithInvisibleCharacters_is400NamingTheField(String address) {
        Answer answer = api.post("/api/signup", null, credentials(address, Api.PASSWORD));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("email");
    }

    @Test
    void signUp_sameAddressAtOnce_succeedsOnce() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 5; round++) {
                Map<String, String> body = credentials("race" + round + "@example.com", Api.PASSWORD);
                List<Callable<Integer>> calls = new ArrayList<>();
                for (int client = 0; client < 8; client++) {
                    calls.add(() -> api.post("/api/signup", null, body).status());
                }
                List<Integer> statuses = new ArrayList<>();
                for (Future<Integer> call : clients.invokeAll(calls)) {
                    statuses.add(call.get());
                }
                assertThat(statuses).containsOnly(200, 409).containsOnlyOnce(200);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void logIn_rightPassword_givesAnotherToken() {
        Account first = api.signUp("again@example.com");

        Account second = api.logIn("Again@example.com");

        assertThat(second.userId()).isEqualTo(first.userId());
        assertThat(second.token()).isNotEqualTo(first.token());
        assertThat(api.get("/api/todos", first.token()).status()).isEqualTo(200);
        assertThat(api.get("/api/todos", second.token()).status()).isEqualTo(200);
    }

    @Test
    void logIn_wrongPasswordOrUnknownAddress_sameAnswer() {
        api.signUp("known@example.com");

        Answer wrong = api.post("/api/login", null, credentials("known@example.com", "wrong horse"));
        Answer unknown = api.post("/api/login", null, credentials("unknown@example.com", "wrong horse"));

        assertThat(wrong.status()).isEqualTo(401);
        assertThat(wrong.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(unknown.status()).isEqualTo(401);
        assertThat(unknown.body()).isEqualTo(wrong.body());
        assertThat(unknown.headers().map().keySet())
                .isEqualTo(wrong.headers().map().keySet());
    }

    /** Bcrypt looks at 72 bytes only, so that a longer password with the right beginning would pass. */
    @Test
    void logIn_passwordWithMoreBehindTheRightOne_is401() {
        String longest = "x".repeat(72);
        assertThat(api.post("/api/signup", null, credentials("long@example.com", longest))
                        .status())
                .isEqualTo(200);

        assertThat(api.post("/api/login", null, credentials("long@example.com", longest + "y"))
                        .status())
                .isEqualTo(401);
        assertThat(api.post("/api/login", null, credentials("long@example.com", longest))
                        .status())
                .isEqualTo(200);
    }

    @Test
    void logIn_tooManyAttempts_is429UntilTimeHasPassed() {
        api.signUp("guessed@example.com");
        for (int attempt = 0; attempt < 10; attempt++) {
            assertThat(api.post("/api/login", null, credentials("guessed@example.com", "guess " + attempt))
                            .status())
                    .isEqualTo(401);
        }

        Answer refused = api.post("/api/login", null, credentials("guessed@example.com", Api.PASSWORD));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 300);
        sample.pass(Duration.ofMinutes(5));
        assertThat(api.logIn("guessed@example.com").token()).isNotEmpty();
    }

    /**
     * It was limited for each address only: a client could try one password on all of them. Then the right ones were not:
     * who had one could make sessions without end.
     */
    @Test
    void logIn_tooManyOfAClient_is429ForAnyAddress() {
        api.signUp("right@example.com");
        int answered = 0;
        int status;
        do {
            Map<String, String> attempt = answered % 2 == 0
                    ? credentials("right@example.com", Api.PASSWORD)
                    : credentials("any" + answered % 20 + "@example.com", "a guess");
            status = api.post("/api/login", null, attempt).status();
            answered++;
        } while (status != 429 && answered <= 100);

        assertThat(status).isEqualTo(429);
        assertThat(answered).isBetween(70, 101);
        assertThat(api.post("/api/login", null, credentials("another@example.com", "a guess"))
                        .status())
                .isEqualTo(429);
        sample.pass(Duration.ofMinutes(5));
        api.signUp("another@example.com");
        assertThat(api.logIn("another@example.com").token()).isNotEmpty();
    }

    /** One that costs nothing to refuse made the others forget how often they had been guessed. */
    @Test
    void logIn_emptyPassword_is400() {
        Answer answer = api.post("/api/login", null, credentials("ann@example.com", ""));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("password");
    }

    /** A client could fill the disk with accounts, and keep the processors busy with hashes. */
    @Test
    void signUp_tooManyOfAClient_is429UntilTimeHasPassed() {
        api.post("/api/signup", null, credentials("first@example.com", Api.PASSWORD));
        for (int attempt = 1; attempt <= 100; attempt++) {
            assertThat(api.post("/api/signup", null, credentials("first@example.com", Api.PASSWORD))
                            .status())
                    .isIn(409, 429);
        }

        Answer refused = api.post("/api/signup", null, credentials("more@example.com", Api.PASSWORD));

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isBetween(1, 300);
        sample.pass(Duration.ofMinutes(5));
        assertThat(api.signUp("more@example.com").token()).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Bearer", "Bearer ", "Basic YTpi", "bearer nonsense", "Bearer \u00e9\u00e9"})
    void token_malformed_is401(String header) {
        Answer answer = api.getWithAuthorization("/api/todos", header);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(answer.header("WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @ParameterizedTest
    @CsvSource({"GET, /api/todos", "POST, /api/todos", "PUT, /api/todos/1", "DELETE, /api/todos/1", "POST, /api/logout"
    })
    void token_missing_is401BeforeTheBodyIsRead(String method, String path) {
        assertThat(api.sendRaw(method, path, null, "application/json", "{no JSON")
                        .status())
                .isEqualTo(401);
    }

    @Test
    void token_expired_is401() {
        Account account = api.signUp("late@example.com");
        sample.pass(Duration.ofDays(30).minusMinutes(1));
        assertThat(api.get("/api/todos", account.token()).status()).isEqualTo(200);

        sample.pass(Duration.ofMinutes(1));

        assertThat(api.get("/api/todos", account.token()).status()).isEqualTo(401);
    }

    @Test
    void logOut_endsThatSessionOnly() {
        Account one = api.signUp("leaving@example.com");
        Account other = api.logIn("leaving@example.com");

        assertThat(api.post("/api/logout", one.token(), null).status()).isEqualTo(204);

        assertThat(api.get("/api/todos", one.token()).status()).isEqualTo(401);
        assertThat(api.post("/api/logout", one.token(), null).status()).isEqualTo(401);
        assertThat(api.get("/api/todos", other.token()).status()).isEqualTo(200);
    }

    @Test
    void restart_keepsUsersSessionsAndTodos(@TempDir Path ownDir) {
        Account account;
        String todo;
        try (RunningSample first = RunningSample.start(ownDir)) {
            account = first.api().signUp("ada@example.com");
            todo = first.api()
                    .post("/api/todos", account.token(), Map.of("title", "stay"))
                    .body();
        }

        try (RunningSample second = RunningSample.start(ownDir)) {
            assertThat(second.api().get("/api/todos", account.token()).body()).isEqualTo("[" + todo + "]");
            assertThat(second.api().logIn("ada@example.com").userId()).isEqualTo(account.userId());
            assertThat(second.api()
                            .post("/api/signup", null, credentials("ada@example.com", Api.PASSWORD))
                            .status())
                    .isEqualTo(409);
        }
    }

    @Test
    void secrets_areNeitherStoredNorLogged(@TempDir Path ownDir, CapturedOutput output) throws IOException {
        String password = "a very particular password";
        String token;
        try (RunningSample own = RunningSample.start(ownDir, "logging.level.io.flowdb=DEBUG")) {
            Answer answer = own.api().post("/api/signup", null, credentials("secret@example.com", password));
            token = answer.text("token");
            own.api().post("/api/login", null, credentials("secret@example.com", password + "!"));
        }

        assertThat(output.getAll()).doesNotContain(password).doesNotContain(token);
        String stored = allBytesIn(ownDir);
        assertThat(stored.contains("secret@example.com")).isTrue();
        assertThat(stored.contains(password)).isFalse();
        assertThat(stored.contains(token)).isFalse();
    }

    private static String allBytesIn(Path directory) throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }

    private static Map<String, String> credentials(String email, String password) {
        return Map.of("email", email, "password", password);
    }
}
