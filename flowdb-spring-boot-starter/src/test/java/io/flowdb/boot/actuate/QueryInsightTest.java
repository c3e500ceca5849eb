package io.flowdb.boot.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.boot.data.FlowDbTransactional;
import io.flowdb.boot.data.todo.OpenTodoConfiguration;
import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoRepository;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Import;
import org.springframework.dao.OptimisticLockingFailureException;
import tools.jackson.databind.JsonNode;

/** Transactions as meters, slow queries, and how the methods of repositories are carried out, over HTTP. */
class QueryInsightTest {
    @TempDir
    private Path dir;

    @Test
    void prometheus_hasTransactionsByOutcome() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            TodoRepository todos = application.getBean(TodoRepository.class);
            Service service = application.getBean(Service.class);
            todos.save(Todo.of("1", "ada", "write", 1));
            assertThat(service.count()).isEqualTo(1);
            assertThatThrownBy(() -> service.fail("2")).hasMessage("changed my mind");
            assertThatThrownBy(() -> service.conflict("1")).isInstanceOf(OptimisticLockingFailureException.class);

            List<String> lines =
                    Http.get(application, "/actuator/prometheus").body().lines().toList();
            assertThat(count(lines, "commit", false))
                    .as("save, and that of the other thread")
                    .isEqualTo(2);
            assertThat(count(lines, "commit", true)).isEqualTo(1);
            assertThat(count(lines, "rollback", false)).isEqualTo(1);
            assertThat(count(lines, "conflict", false)).isEqualTo(1);
            assertThat(lines)
                    .anyMatch(l ->
                            l.startsWith("flowdb_transactions_seconds_sum{") && l.contains("db_system_name=\"flowdb\""))
                    .anyMatch(l -> l.startsWith("flowdb_transactions_active_seconds_count{") && l.endsWith(" 0"));
        }
    }

    private static double count(List<String> lines, String outcome, boolean readOnly) {
        return lines.stream()
                .filter(l -> l.startsWith("flowdb_transactions_seconds_count{"))
                .filter(l -> l.contains("outcome=\"" + outcome + "\"")
                        && l.contains("read_only=\"" + readOnly + "\"")
                        && l.contains("name=\"flowDbTransactionManager\""))
                .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void observations_turnedOff_areNot() throws Exception {
        try (ConfigurableApplicationContext application = start("management.observations.enable.flowdb=false")) {
            application.getBean(TodoRepository.class).save(Todo.of("1", "ada", "write", 1));
            assertThat(Http.get(application, "/actuator/prometheus").body()).doesNotContain("flowdb_transactions");
        }
    }

    @Test
    void endpoint_read_listsSlowQueriesWithoutValues() throws Exception {
        try (ConfigurableApplicationContext application = start("flowdb.query.slow-threshold=1ns")) {
            TodoRepository todos = application.getBean(TodoRepository.class);
            todos.save(Todo.of("1", "secret-owner", "secret-title", 7));
            todos.findByOwnerIdOrderByPriorityDesc("secret-owner");
            todos.findByPriorityBetween(1, 9, org.springframework.data.domain.PageRequest.of(0, 5));

            String body = Http.get(application, "/actuator/flowdb").body();
            JsonNode slow = Http.json(body).path("slowQueries");
            assertThat(slow.at("/0/query").asString()).isEqualTo("priority >= ? and priority <= ? limit 5");
            assertThat(slow.at("/0/advice").asString()).contains("@Indexed", "priority");
            assertThat(slow.at("/1/query").asString()).isEqualTo("ownerId = ? order by priority desc");
            assertThat(slow.at("/1/store").asString()).isEqualTo("todos");
            assertThat(slow.at("/1/action").asString()).isEqualTo("find");
            assertThat(slow.at("/1/rows").asInt()).isEqualTo(1);
            assertThat(slow.at("/1/millis").asDouble()).isPositive();
            assertThat(slow.at("/1/advice").isNull() || slow.at("/1/advice").isMissingNode())
                    .isTrue();
            assertThat(body).doesNotContain("secret");
        }
    }

    @Test
    void endpoint_read_keepsNoQueryThatIsNotSlow() throws Exception {
        for (String threshold : List.of("1h", "0")) {
            try (ConfigurableApplicationContext application = start("flowdb.query.slow-threshold=" + threshold)) {
                application.getBean(TodoRepository.class).findByOwnerIdOrderByPriorityDesc("ada");
                assertThat(Http.json(Http.get(application, "/actuator/flowdb").body())
                                .path("slowQueries"))
                        .isEmpty();
            }
        }
    }

    @Test
    void endpoint_explain_tellsHowAMethodIsCarriedOut() throws Exception {
        try (ConfigurableApplicationContext application = start("management.endpoint.flowdb.access=unrestricted")) {
            TodoRepository todos = application.getBean(TodoRepository.class);
            todos.save(Todo.of("1", "ada", "write", 1));
            todos.save(Todo.of("2", "bob", "read", 2));

            assertThat(Http.json(Http.get(application, "/actuator/flowdb").body())
                            .path("methods")
                            .toString())
                    .contains(
                            "{\"name\":\"TodoRepository.findByOwnerIdOrderByPriorityDesc\",\"parameters\":[\"String\"]}")
                    .contains("{\"name\":\"TodoRepository.findByPriorityBetween\",\"parameters\":[\"int\",\"int\"]}");
            JsonNode byIndex = explain(application, "TodoRepository.findByOwnerIdOrderByPriorityDesc", "ada");
            assertThat(byIndex.at("/plan/index").asString()).isEqualTo("by_ownerId");
            assertThat(byIndex.at("/plan/documentsRead").asInt()).isEqualTo(1);
            assertThat(byIndex.path("advice").isString()).isFalse();
            JsonNode scan = explain(application, "TodoRepository.findByPriorityBetween", "2;5");
            assertThat(scan.at("/plan/index").isString()).isFalse();
            assertThat(scan.at("/plan/documentsRead").asInt()).isEqualTo(2);
            assertThat(scan.at("/plan/rowsReturned").asInt()).isEqualTo(1);
            assertThat(scan.path("advice").asString()).contains("@Indexed");
            JsonNode delete = explain(application, "TodoRepository.discard", "ada,bob");
            assertThat(delete.at("/plan/rowsReturned").asInt()).isEqualTo(2);
            assertThat(todos.count()).as("explaining deletes nothing").isEqualTo(2);

            assertThat(status(application, "flowDb/TodoRepository.nothing", "")).isEqualTo(400);
            assertThat(status(application, "flowDb/TodoRepository.findByPriorityBetween", "2"))
                    .isEqualTo(400);
            assertThat(status(application, "flowDb/TodoRepository.findByPriorityBetween", "x;2"))
                    .isEqualTo(400);
            assertThat(status(application, "other/TodoRepository.discard", "ada"))
                    .isEqualTo(400);
        }
    }

    @Test
    void endpoint_explain_isClosedByDefault() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            assertThat(status(application, "flowDb/TodoRepository.discard", "ada"))
                    .isIn(404, 405);
        }
    }

    private static JsonNode explain(ConfigurableApplicationContext application, String method, String arguments)
            throws Exception {
        HttpResponse<String> response =
                Http.post(application, "/actuator/flowdb/flowDb/" + method, "{\"arguments\":\"" + arguments + "\"}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Http.json(response);
    }

    private static int status(ConfigurableApplicationContext application, String path, String arguments)
            throws Exception {
        return Http.post(application, "/actuator/flowdb/" + path, "{\"arguments\":\"" + arguments + "\"}")
                .statusCode();
    }

    private ConfigurableApplicationContext start(String... properties) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "flowdb.data-dir=" + dir.resolve("db"),
                        "management.endpoints.web.exposure.include=*")
                .properties(properties)
                .run();
    }

    static class Service {
        private final TodoRepository todos;

        Service(TodoRepository todos) {
            this.todos = todos;
        }

        @FlowDbTransactional(readOnly = true)
        public long count() {
            return todos.count();
        }

        @FlowDbTransactional
        public void fail(String id) {
            todos.save(Todo.of(id, "ada", id, 1));
            throw new IllegalStateException("changed my mind");
        }

        @FlowDbTransactional
        public void conflict(String id) {
            Todo read = todos.findById(id).orElseThrow();
            CompletableFuture.runAsync(() -> todos.save(read)).join();
            todos.findAll();
            todos.save(Todo.of("other", "ada", "other", 1));
        }
    }

    @OpenTodoConfiguration
    @Import(Service.class)
    static class Application {}
}
