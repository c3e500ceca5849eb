package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import io.flowdb.sample.Api.Account;
import io.flowdb.sample.Api.Answer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** What no client should send. Each is answered with problem details, and the server goes on. */
class BadInputIT {
    private static final String JSON = "application/json";

    @TempDir
    static Path dataDir;

    static RunningSample sample;
    static Api api;
    static Account ada;

    @BeforeAll
    static void start() {
        sample = RunningSample.start(dataDir.resolve("data"));
        api = sample.api();
        ada = api.signUp("ada@example.com");
    }

    @AfterAll
    static void stop() {
        sample.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{\"title\":",
                "[]",
                "7",
                "\"text\"",
                "null",
                "{\"title\":\"a\"} {",
                "{\"title\":\"a\",\"title\":\"b\"}",
                "{'title':'a'}"
            })
    void body_malformed_is400(String body) {
        assertProblem(api.sendRaw("POST", "/api/todos", ada.token(), JSON, body), 400);
        assertProblem(api.sendRaw("POST", "/api/signup", null, JSON, body), 400);
    }

    @Test
    void body_deepNesting_is400() {
        assertProblem(api.sendRaw("POST", "/api/todos", ada.token(), JSON, "[".repeat(200_000)), 400);
        assertProblem(api.sendRaw("POST", "/api/todos", ada.token(), JSON, "{\"x\":" + "[".repeat(200_000)), 400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/api/signup | {\"password\":\"correct horse\"}                               | email",
                "/api/signup | {\"email\":null,\"password\":\"correct horse\"}                  | email",
                "/api/signup | {\"email\":\"\",\"password\":\"correct horse\"}                    | email",
                "/api/signup | {\"email\":\"no address\",\"password\":\"correct horse\"}          | email",
                "/api/signup | {\"email\":7,\"password\":\"correct horse\"}                     | email",
                "/api/signup | {\"email\":\"a\\u0000@example.com\",\"password\":\"correct horse\"} | email",
                "/api/signup | {\"email\":\"eve@example.com\"}                                | password",
                "/api/signup | {\"email\":\"eve@example.com\",\"password\":\"short\"}             | password",
                "/api/signup | {\"email\":\"eve@example.com\",\"password\":[\"a\"]}               | password",
                "/api/signup | {\"email\":\"eve@example.com\",\"password\":\"abcdefgh\\u0000\"}  | password",
                "/api/signup | {\"email\":\"eve@example.com\",\"password\":\"abcdefgh\\ud83d\"}  | password",
                "/api/login  | {\"email\":\"eve@example.com\"}                                | password",
                "/api/login  | {\"password\":\"correct horse\"}                               | email",
                "/api/todos  | {}                                                         | title",
                "/api/todos  | {\"title\":null}                                             | title",
                "/api/todos  | {\"title\":\"  \"}                                             | title",
                "/api/todos  | {\"title\":\"\\u200b\\u00a0\\ufeff\"}                             | title",
                "/api/todos  | {\"title\":\"\\u3164\"}                                         | title",
                "/api/todos  | {\"title\":\"\\u2800 \\u115f\\u1160\\uffa0\"}                       | title",
                "/api/todos  | {\"title\":\"\\u200d\\u034f\\ufe0f\\u180e\\udb40\\udc41\"} | title",
                "/api/todos  | {\"title\":\"\\ufdd0\\udb40\\udc02\\u2065\"} | title",
                "/api/todos  | {\"title\":7}                                                | title",
                "/api/todos  | {\"title\":\"two\\nlines\"}                                    | title",
                "/api/todos  | {\"title\":\"half a \\ud83d pair\"}                            | title",
                "/api/todos  | {\"title\":\"a\",\"priority\":\"high\"}                            | priority",
                "/api/todos  | {\"title\":\"a\",\"priority\":\"1\"}                               | priority",
                "/api/todos  | {\"title\":\"a\",\"priority\":1.5}                               | priority",
                "/api/todos  | {\"title\":\"a\",\"priority\":99999999999}                       | priority",
                "/api/todos  | {\"title\":\"a\",\"priority\":1e999999999}                       | priority"
            })
    void field_missingOrInvalid_is400NamingIt(String path, String body, String field) {
        Answer answer = api.sendRaw("POST", path, ada.token(), JSON, body);

        assertProblem(answer, 400);
        assertNames(answer, field);
    }

    @Test
    void field_tooLong_is400NamingIt() {
        assertNames(todo("{\"title\":\"" + "x".repeat(501) + "\"}"), "title");
        assertThat(todo("{\"title\":\"" + "x".repeat(500) + "\"}").status()).isEqualTo(200);
        String longAddress = "x".repeat(250) + "@example.com";
        String credentials = "{\"email\":\"" + longAddress + "\",\"password\":\"" + "y".repeat(73) + "\"}";
        assertNames(api.sendRaw("POST", "/api/signup", null, JSON, credentials), "email", "password");
        assertNames(api.sendRaw("POST", "/api/login", null, JSON, credentials), "email");
    }

    /** Blanks that are control characters, too, could be matched in so many ways that the first of these took hours. */
    @Test
    void email_tooLong_isNotLookedAtCloser() {
        for (String email : List.of(
                "\u001c".repeat(24_000) + "\u00a0",
                "\u001c".repeat(100_000) + "\u00a0@example.com",
                " ".repeat(100_000) + "\u00a0",
                "x@" + "aa.".repeat(100_000) + " ",
                "\u001c".repeat(253) + "\u00a0")) {
            Map<String, String> account = Map.of("email", email, "password", Api.PASSWORD);
            Answer answer = assertTimeout(Duration.ofSeconds(10), () -> api.post("/api/signup", null, account));
            assertNames(answer, "email");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"status\":\"maybe\"}|status",
                "{\"status\":1}|status",
                "{\"title\":\"\"}|title",
                "{\"title\":\"\\u200b\\u00a0\\ufeff\"}|title",
                "{\"title\":\"\\u3164\\u2800\"}|title",
                "{\"priority\":true}|priority"
            })
    void change_invalidField_is400NamingIt(String body, String field) {
        String id = todo("{\"title\":\"stays\"}").text("id");

        Answer answer = api.sendRaw("PUT", "/api/todos/" + id, ada.token(), JSON, body);

        assertProblem(answer, 400);
        assertNames(answer, field);
    }

    @ParameterizedTest
    @CsvSource({
        "/api/todos?page=-1, page",
        "/api/todos?size=0, size",
        "/api/todos?size=1001, size",
        "/api/todos?size=many, size",
        "/api/todos?size=0x10, size",
        "/api/todos?page=0x0, page",
        "/api/todos?page=%2B1, page",
        "/api/todos?page=%D9%A1, page",
        "/api/cities?limit=0, limit",
        "/api/cities?limit=101, limit",
        "/api/cities?limit=99999999999, limit",
        "/api/cities?country=FRA, country",
        "/api/cities?country=%00%00, country",
        "/api/cities?prefix=%00, prefix"
    })
    void parameter_invalid_is400NamingIt(String path, String parameter) {
        Answer answer = api.get(path, ada.token());

        assertProblem(answer, 400);
        assertNames(answer, parameter);
    }

    @Test
    void parameter_notUtf8_is400() {
        assertProblem(api.get("/api/cities?prefix=%ff", null), 400);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /nothing, 404",
        "GET, /api/nothing, 404",
        "POST, /api/todos/1/2, 404",
        "GET, /error, 404",
        "GET, /application.yml, 404",
        "GET, /data/cities.ndjson.gz, 404",
        "GET, /actuator/env, 404",
        "DELETE, /api/todos/unknown, 404",
        "GET, /api/signup, 405",
        "DELETE, /api/todos, 405",
        "PATCH, /api/todos/1, 405",
        "POST, /api/cities, 405",
        "TRACE, /, 405"
    })
    void route_unknownOrOtherMethod_isProblem(String method, String path, int status) {
        assertProblem(api.send(method, path, ada.token(), null), status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data"})
    void body_otherMediaType_is415(String type) {
        assertProblem(api.sendRaw("POST", "/api/todos", ada.token(), type, "{\"title\":\"a\"}"), 415);
    }

    /**
     * An answer was made only after another look at the header, so errors in it, and all others beside it, had no body.
     */
    @ParameterizedTest
    @CsvSource({
        "GET, /api/todos, garbage, 406",
        "GET, /api/todos, text/html, 406",
        "GET, /api/todos, application/problem+json, 406",
        "GET, /api/cities, application/problem+json, 406",
        "GET, /api/todos/unknown, garbage, 406",
        "GET, /api/todos/unknown, image/png, 406",
        "PATCH, /api/todos/1, garbage, 405",
        "GET, /nothing, garbage, 404",
        "POST, /, garbage, 405",
        "TRACE, /, garbage, 405",
        "GET, /actuator/health, garbage, 406"
    })
    void accept_whateverItSays_errorsAreProblems(String method, String path, String accept, int status) {
        assertProblem(api.send(method, path, ada.token(), null, "Accept", accept), status);
    }

    @Test
    void route_foundByNoController_isNamedAsItWasAsked() {
        assertThat(api.send("POST", "/", null, null).text("instance")).isEqualTo("/");
        assertThat(api.send("TRACE", "/api/todos", null, null).text("instance")).isEqualTo("/api/todos");
        assertThat(api.get("/error", null).text("instance")).isEqualTo("/error");
    }

    /**
     * A filter of Spring read forms before any controller; a broken one was a 500, and a stack trace in the log, for
     * anybody.
     */
    @ParameterizedTest
    @CsvSource({"PUT, 415", "PATCH, 405", "DELETE, 404"})
    void body_brokenForm_isNotRead(String method, int status) {
        assertProblem(
                api.sendRaw(method, "/api/todos/1", ada.token(), "application/x-www-form-urlencoded", "a=%zz"), status);
    }

    /** They were errors of the server, with a stack trace in its log. */
    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/*", "application/*+json"})
    void contentType_withAWildcard_is415(String type) {
        assertProblem(api.sendRaw("POST", "/api/login", null, type, "{}"), 415);
        assertProblem(api.sendRaw("POST", "/api/todos", ada.token(), type, "{}"), 415);
    }

    @ParameterizedTest
    @ValueSource(strings = {"//", "//host/path", "///"})
    void path_ofSeveralSlashes_is404(String path) throws IOException {
        assertThat(raw("GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 404 ")
                .contains("Content-Type: application/problem+json\r\n", "\"instance\":\"/.//");
    }

    /** The date of all files in the jar is that of the build, which is always the same: a browser kept old scripts. */
    @Test
    void page_files_haveTagsOfTheirContent() {
        for (String path : new String[] {"/", "/js/app.js", "/style.css"}) {
            Answer answer = api.get(path, null);
            String tag = answer.header("ETag");
            assertThat(tag).as(path).isNotEmpty();
            assertThat(answer.header("Last-Modified")).isEmpty();
            assertThat(api.send("GET", path, null, null, "If-None-Match", tag).status())
                    .isEqualTo(304);
            assertThat(api.send("GET", path, null, null, "If-Modified-Since", "Fri, 01 Jan 2100 00:00:00 GMT")
                            .status())
                    .isEqualTo(200);
        }
    }

    @Test
    void body_overOneMegabyte_is413() {
        String tooLong = "{\"title\":\"" + "x".repeat(1_000_000) + "\"}";

        assertProblem(api.sendRaw("POST", "/api/todos", ada.token(), JSON, tooLong), 413);
        assertProblem(api.sendChunked("/api/todos", ada.token(), tooLong), 413);
        assertProblem(api.sendRaw("POST", "/api/signup", null, JSON, tooLong), 413);
        assertProblem(api.sendChunked("/api/login", null, tooLong), 413);
        // Below the limit it is read, and then is too long a title.
        assertNames(todo("{\"title\":\"" + "x".repeat(900_000) + "\"}"), "title");
    }

    @Test
    void body_brokenChunks_is400() throws IOException {
        String answer = raw("POST /api/signup HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                .concat("Transfer-Encoding: chunked\r\n\r\nzz\r\n"));

        assertThat(answer).startsWith("HTTP/1.1 400 ").contains("application/problem+json");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NONSENSE\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /../.. HTTP/1.1\r\nHost: x\r\n\r\n",
                "DELETE /api/todos/%00 HTTP/1.1\r\nHost: x\r\n\r\n",
                "DELETE /api/todos/%ff HTTP/1.1\r\nHost: x\r\n\r\n",
                "DELETE /api/todos/a%2fb HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /js/..%5c..%5capplication.yml HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /api/todos HTTP/1.1\r\n\r\n"
            })
    void request_noHttp_is400WithoutDetails(String request) throws IOException {
        assertThat(raw(request))
                .startsWith("HTTP/1.1 400 ")
                .contains("Content-Type: application/problem+json\r\n", "X-Content-Type-Options: nosniff\r\n")
                .endsWith("\r\n\r\n{\"status\":400,\"title\":\"Bad Request\"}")
                .doesNotContain("Exception", "at org.", "Tomcat/");
    }

    /** By the URI as it was typed, these did not look like data, and a cache was allowed to keep somebody's list. */
    @ParameterizedTest
    @ValueSource(strings = {"/%61pi/todos", "/api;v=1/todos", "/api/todos;v=1", "/a%70i/%74odos"})
    void path_spelledOtherwise_isNotStoredEither(String path) {
        Answer answer = api.get(path, ada.token());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void headers_everywhere_keepTheBrowserStrict() {
        for (String path :
                new String[] {"/", "/js/app.js", "/api/cities", "/api/todos", "/nothing", "/WEB-INF/web.xml"}) {
            Answer answer = api.get(path, null);
            assertThat(answer.header("Content-Security-Policy"))
                    .contains("default-src 'none'", "script-src 'self'", "frame-ancestors 'none'")
                    .doesNotContain("unsafe");
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
            assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
            assertThat(answer.header("Cache-Control"))
                    .isEqualTo(path.matches("/(api|WEB-INF)/.*") ? "no-store" : "no-cache");
        }
    }

    private static Answer todo(String body) {
        return api.sendRaw("POST", "/api/todos", ada.token(), JSON, body);
    }

    private static void assertProblem(Answer answer, int status) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.json().path("status").asInt()).isEqualTo(status);
        assertThat(answer.text("title")).isNotEmpty();
        assertThat(answer.body()).doesNotContain("Exception", "io.flowdb", "org.springframework", "trace");
    }

    private static void assertNames(Answer answer, String... fields) {
        JsonNode errors = answer.json().path("errors");
        assertThat(errors.valueStream()
                        .map(error -> error.path("field").asString())
                        .distinct())
                .as(answer.body())
                .containsExactlyInAnyOrder(fields);
        assertThat(errors.valueStream().map(error -> error.path("message").asString()))
                .allSatisfy(message -> assertThat(message).isNotBlank());
    }

    /** Sends bytes that no client library would. */
    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), sample.port())) {
            socket.setSoTimeout(10_000);
            OutputStream out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            byte[] answer = new byte[8_192];
            int length = socket.getInputStream().read(answer);
            return new String(answer, 0, Math.max(length, 0), StandardCharsets.UTF_8);
        }
    }
}
