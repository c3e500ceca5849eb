package io.flowdb.boot.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import org.springframework.context.ConfigurableApplicationContext;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Requests to an application that listens on the loopback interface. */
final class Http {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private Http() {}

    static HttpResponse<String> get(ConfigurableApplicationContext application, String path)
            throws IOException, InterruptedException {
        return CLIENT.send(request(application, path).build(), BodyHandlers.ofString());
    }

    static HttpResponse<String> post(ConfigurableApplicationContext application, String path, String body)
            throws IOException, InterruptedException {
        return CLIENT.send(
                request(application, path)
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofString(body))
                        .build(),
                BodyHandlers.ofString());
    }

    private static HttpRequest.Builder request(ConfigurableApplicationContext application, String path) {
        return HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + application.getEnvironment().getProperty("local.server.port") + path));
    }

    static JsonNode json(String body) {
        return JsonMapper.shared().readTree(body);
    }

    static JsonNode json(HttpResponse<String> response) {
        return json(response.body());
    }
}
