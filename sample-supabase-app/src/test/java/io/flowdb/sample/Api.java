package io.flowdb.sample;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A client of the sample that knows HTTP and JSON and nothing else. Threads: any. */
public final class Api {
    /** A password that is long enough. */
    public static final String PASSWORD = "correct horse";

    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofMinutes(1))
            .build();
    private final URI base;

    public Api(int port) {
        this.base = URI.create("http://127.0.0.1:" + port);
    }

    /** What the server answered. */
    public record Answer(int status, HttpHeaders headers, String body) {
        public JsonNode json() {
            return JSON.readTree(body);
        }

        public String text(String field) {
            return json().path(field).asString();
        }

        public String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }

    /** A user as the client knows one after sign-up or log-in. */
    public record Account(String email, String userId, String token) {}

    public Account signUp(String email) {
        return account(email, post("/api/signup", null, Map.of("email", email, "password", PASSWORD)));
    }

    public Account logIn(String email) {
        return account(email, post("/api/login", null, Map.of("email", email, "password", PASSWORD)));
    }

    private static Account account(String email, Answer answer) {
        if (answer.status() != 200) {
            throw new IllegalStateException(answer.status() + " " + answer.body());
        }
        return new Account(email, answer.text("user_id"), answer.text("token"));
    }

    public Answer get(String path, String token) {
        return send("GET", path, token, null);
    }

    public Answer post(String path, String token, Object body) {
        return send("POST", path, token, body);
    }

    public Answer put(String path, String token, Object body) {
        return send("PUT", path, token, body);
    }

    public Answer delete(String path, String token) {
        return send("DELETE", path, token, null);
    }

    /** Sends {@code body} as JSON, or none for null; no token for null; then headers, name and value in turn. */
    public Answer send(String method, String path, String token, Object body, String... headers) {
        HttpRequest.Builder request = request(path, token);
        if (headers.length > 0) {
            request.headers(headers);
        }
        if (body == null) {
            request.method(method, BodyPublishers.noBody());
        } else {
            request.header("Content-Type", "application/json")
                    .method(method, BodyPublishers.ofString(JSON.writeValueAsString(body)));
        }
        return send(request);
    }

    /** Sends the header {@code Authorization} as it is. */
    public Answer getWithAuthorization(String path, String header) {
        return send(request(path, null).header("Authorization", header).GET());
    }

    /** Sends bytes as they are. */
    public Answer sendRaw(String method, String path, String token, String contentType, String body) {
        return send(
                request(path, token).header("Content-Type", contentType).method(method, BodyPublishers.ofString(body)));
    }

    /** Sends bytes with {@code Transfer-Encoding: chunked}. */
    public Answer sendChunked(String path, String token, String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        BodyPublisher chunked = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(bytes));
        return send(
                request(path, token).header("Content-Type", "application/json").POST(chunked));
    }

    private HttpRequest.Builder request(String path, String token) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(30));
        return token == null ? request : request.header("Authorization", "Bearer " + token);
    }

    private Answer send(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response = http.send(request.build(), BodyHandlers.ofString());
            return new Answer(response.statusCode(), response.headers(), response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
