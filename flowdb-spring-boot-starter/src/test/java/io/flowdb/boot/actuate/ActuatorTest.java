package io.flowdb.boot.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.Config;
import io.flowdb.Engine;
import io.flowdb.EngineStats;
import io.flowdb.boot.FlowDb;
import io.flowdb.boot.FlowDbInitializer;
import io.flowdb.boot.data.todo.OpenTodoConfiguration;
import io.flowdb.boot.data.todo.Todo;
import io.flowdb.boot.data.todo.TodoRepository;
import io.flowdb.error.StorageException;
import io.flowdb.json.JsonDB;
import io.micrometer.core.instrument.MeterRegistry;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.data.domain.Sort;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Health, metrics and endpoint of a running application, over HTTP. */
class ActuatorTest {
    @TempDir
    private Path dir;

    @Test
    void health_ofARunningApplication_showsTheEngine() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            JsonNode engine =
                    Http.json(Http.get(application, "/actuator/health")).at("/components/flowDb");

            assertThat(engine.path("status").asString()).isEqualTo("UP");
            assertThat(engine.at("/details/dataDir").asString())
                    .isEqualTo(dir.resolve("db").toString());
            assertThat(engine.at("/details/state").asString()).isEqualTo("open");
        }
    }

    /** Sizes were objects that JSON showed as {@code {"negative":false}}. */
    @Test
    void health_ofARunningApplication_showsSpaceInBytes() throws Exception {
        try (ConfigurableApplicationContext application =
                start("flowdb.memtable-size=1MB", "flowdb.wal-segment-size=2MB")) {
            JsonNode details =
                    Http.json(Http.get(application, "/actuator/health")).at("/components/flowDb/details");

            assertThat(details.path("neededSpace").asLong()).isEqualTo(3L << 20);
            assertThat(details.path("freeSpace").asLong()).isGreaterThan(3L << 20);
        }
    }

    /** The directory of the tables is lost while the application runs. */
    @Test
    void health_afterAFlushThatFailed_isDownUntilOneSucceeds() throws Exception {
        try (ConfigurableApplicationContext application = start("flowdb.auto-background=false")) {
            Engine engine = application.getBean(FlowDb.class).engine();
            application
                    .getBean(JsonDB.class)
                    .put("notes", JsonMapper.shared().createObjectNode().put("id", 1));
            Path tables = dir.resolve("db").resolve("sst");
            Path away = dir.resolve("away");
            Files.move(tables, away);
            assertThatThrownBy(engine::flush).isInstanceOf(StorageException.class);

            HttpResponse<String> down = Http.get(application, "/actuator/health");
            assertThat(down.statusCode()).isEqualTo(503);
            JsonNode health = Http.json(down).at("/components/flowDb");
            assertThat(health.path("status").asString()).isEqualTo("DOWN");
            assertThat(health.at("/details/reason").asString()).contains("sst");

            Files.move(away, tables);
            engine.flush();
            assertThat(Http.json(Http.get(application, "/actuator/health"))
                            .at("/components/flowDb/status")
                            .asString())
                    .isEqualTo("UP");
        }
    }

    @Test
    void prometheus_hasEveryMeter() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            JsonDB documents = application.getBean(JsonDB.class);
            for (int i = 0; i < 10; i++) {
                documents.put("notes", JsonMapper.shared().createObjectNode().put("id", i));
            }
            documents.get("notes", 1);
            List<String> lines =
                    Http.get(application, "/actuator/prometheus").body().lines().toList();

            assertThat(lines)
                    .allMatch(line -> line.isEmpty()
                            || line.startsWith("#")
                            || line.matches("[a-z_0-9]+(\\{[^}]*})? [-+0-9.eEINafnity]+"));
            assertThat(lines.stream().filter(l -> l.startsWith("flowdb_")).map(l -> l.replaceAll(" .*", "")))
                    .contains(
                            "flowdb_records_written_total{name=\"flowDb\"}",
                            "flowdb_records_read_total{name=\"flowDb\"}",
                            "flowdb_records_expired_total{name=\"flowDb\"}",
                            "flowdb_written_bytes_total{name=\"flowDb\"}",
                            "flowdb_read_bytes_total{name=\"flowDb\"}",
                            "flowdb_scans_total{name=\"flowDb\"}",
                            "flowdb_write_amplification{name=\"flowDb\"}",
                            "flowdb_index_memory_bytes{name=\"flowDb\"}",
                            "flowdb_time_buckets{name=\"flowDb\"}",
                            "flowdb_sst_blocks{name=\"flowDb\"}",
                            "flowdb_sst_compression_ratio{name=\"flowDb\"}",
                            "flowdb_latency_seconds{name=\"flowDb\",operation=\"write\",quantile=\"0.5\"}",
                            "flowdb_latency_seconds{name=\"flowDb\",operation=\"read\",quantile=\"0.9\"}",
                            "flowdb_latency_seconds{name=\"flowDb\",operation=\"scan\",quantile=\"0.99\"}",
                            "flowdb_latency_seconds{name=\"flowDb\",operation=\"flush\",quantile=\"1\"}",
                            "flowdb_latency_seconds{name=\"flowDb\",operation=\"sync\",quantile=\"1\"}",
                            "flowdb_latency_seconds{name=\"flowDb\",operation=\"compaction\",quantile=\"1\"}",
                            "flowdb_flush_last_seconds{name=\"flowDb\"}",
                            "flowdb_compaction_last_seconds{name=\"flowDb\"}",
                            "flowdb_gc_last_seconds{name=\"flowDb\"}",
                            "flowdb_uptime_seconds{name=\"flowDb\"}",
                            "flowdb_wal_size_bytes{name=\"flowDb\"}",
                            "flowdb_wal_sync_seconds_count{name=\"flowDb\"}",
                            "flowdb_wal_sync_seconds_sum{name=\"flowDb\"}",
                            "flowdb_write_stalls_seconds_count{name=\"flowDb\"}",
                            "flowdb_memtable_records{name=\"flowDb\"}",
                            "flowdb_memtable_size_bytes{name=\"flowDb\"}",
                            "flowdb_memtable_frozen{name=\"flowDb\"}",
                            "flowdb_memtable_limit_bytes{name=\"flowDb\"}",
                            "flowdb_block_cache_limit_bytes{name=\"flowDb\"}",
                            "flowdb_index_limit_bytes{name=\"flowDb\"}",
                            "flowdb_flush_seconds_count{name=\"flowDb\"}",
                            "flowdb_compaction_seconds_count{name=\"flowDb\"}",
                            "flowdb_compaction_bytes_total{direction=\"in\",name=\"flowDb\"}",
                            "flowdb_compaction_bytes_total{direction=\"out\",name=\"flowDb\"}",
                            "flowdb_gc_runs_total{name=\"flowDb\"}",
                            "flowdb_gc_expired_total{name=\"flowDb\"}",
                            "flowdb_sst_files{name=\"flowDb\"}",
                            "flowdb_sst_size_bytes{name=\"flowDb\"}",
                            "flowdb_sst_records{name=\"flowDb\"}",
                            "flowdb_block_cache_size_bytes{name=\"flowDb\"}",
                            "flowdb_block_cache_gets_total{name=\"flowDb\",result=\"hit\"}",
                            "flowdb_block_cache_gets_total{name=\"flowDb\",result=\"miss\"}",
                            "flowdb_bloom_checks_total{name=\"flowDb\",result=\"negative\"}",
                            "flowdb_bloom_checks_total{name=\"flowDb\",result=\"false-positive\"}",
                            "flowdb_bloom_checks_total{name=\"flowDb\",result=\"positive\"}",
                            "flowdb_snapshots{name=\"flowDb\"}");
            assertThat(value(lines, "flowdb_records_written_total")).isGreaterThanOrEqualTo(10);
            assertThat(value(lines, "flowdb_wal_sync_seconds_count")).isGreaterThanOrEqualTo(10);
            assertThat(value(lines, "flowdb_wal_sync_seconds_sum")).isPositive();
            assertThat(value(lines, "flowdb_read_bytes_total")).isPositive();
            EngineStats.MemoryLimits limits =
                    application.getBean(FlowDb.class).engine().stats().memoryLimits();
            assertThat(value(lines, "flowdb_memtable_limit_bytes")).isEqualTo(limits.memtableBytes());
            assertThat(value(lines, "flowdb_block_cache_limit_bytes")).isEqualTo(limits.cacheBytes());
            assertThat(value(lines, "flowdb_index_limit_bytes")).isEqualTo(limits.indexBytes());
            assertThat(value(lines, "flowdb_uptime_seconds")).isPositive();
            assertThat(lines.stream()
                            .filter(l -> l.contains("operation=\"write\",quantile=\"1\""))
                            .map(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1))))
                    .singleElement()
                    .satisfies(longest -> assertThat(longest).isBetween(1e-6, 60.0));
        }
    }

    @Test
    void prometheus_hasTheMethodsOfRepositories() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            application.getBean(TodoRepository.class).findByOwnerIdOrderByPriorityDesc("ada");

            assertThat(Http.get(application, "/actuator/prometheus").body())
                    .containsPattern("spring_data_repository_invocations_seconds_count\\{[^}]*"
                            + "method=\"findByOwnerIdOrderByPriorityDesc\"[^}]*repository=\"TodoRepository\"");
        }
    }

    @Test
    void prometheus_hasTheQueriesByPlan() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            TodoRepository todos = application.getBean(TodoRepository.class);
            todos.findByOwnerIdOrderByPriorityDesc("ada");
            todos.findByOwnerIdOrderByPriorityDesc("bob");
            todos.findAll(Sort.by("title"));

            List<String> lines =
                    Http.get(application, "/actuator/prometheus").body().lines().toList();
            assertThat(lines)
                    .contains(
                            "flowdb_query_seconds_count{name=\"flowDbTemplate\",plan=\"index\",store=\"todos\"} 2",
                            "flowdb_query_seconds_count{name=\"flowDbTemplate\",plan=\"scan\",store=\"todos\"} 1");
        }
    }

    @Test
    void prometheus_withoutOurMeters_hasNone() throws Exception {
        try (ConfigurableApplicationContext application = start("management.metrics.enable.flowdb=false")) {
            application.getBean(TodoRepository.class).findByOwnerIdOrderByPriorityDesc("ada");

            assertThat(Http.get(application, "/actuator/prometheus").body()).doesNotContain("flowdb_");
        }
    }

    @Test
    void meters_acrossPauseAndRestart_areRegisteredOnceAndKeepTheirFigures() {
        try (ConfigurableApplicationContext application = start()) {
            MeterRegistry registry = application.getBean(MeterRegistry.class);
            application
                    .getBean(JsonDB.class)
                    .put("notes", JsonMapper.shared().createObjectNode().put("id", 1));
            double before = written(registry);
            assertThat(before).isPositive();

            application.getBean(FlowDb.class).stop();
            assertThat(written(registry)).isEqualTo(before);
            assertThat(application.getBean(FlowDb.class).openEngine()).isEmpty();
            application.getBean(FlowDb.class).start();

            assertThat(registry.find("flowdb.records.written").functionCounters())
                    .hasSize(1);
            application.getBean(FlowDbMetrics.class).destroy();
            assertThat(registry.getMeters()).noneMatch(m -> m.getId().getName().startsWith("flowdb."));
        }
    }

    @Test
    void endpoint_read_showsStoresAndFiguresButNoData() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            application
                    .getBean(JsonDB.class)
                    .put("notes", JsonMapper.shared().createObjectNode().put("id", "secret"));

            HttpResponse<String> response = Http.get(application, "/actuator/flowdb");
            JsonNode engine = Http.json(response).at("/engines/flowDb");
            assertThat(engine.path("state").asString()).isEqualTo("OPEN");
            assertThat(engine.path("directory").asString())
                    .isEqualTo(dir.resolve("db").toString());
            assertThat(engine.at("/stats/recordsWritten").asLong()).isPositive();
            assertThat(engine.at("/stats/latencies/write/timed").asLong()).isPositive();
            assertThat(engine.at("/stats/uptime").asString()).startsWith("PT");
            JsonNode notes = engine.at("/stores/0");
            assertThat(engine.at("/stores/1/indexes/0/name").asString()).startsWith("by_");
            assertThat(notes.path("name").asString()).isEqualTo("notes");
            assertThat(notes.path("documents").asLong()).isEqualTo(1);
            assertThat(response.body()).doesNotContain("secret");

            JsonNode alone = Http.json(Http.get(application, "/actuator/flowdb/flowDb"));
            for (String field : List.of("state", "directory", "stores")) {
                assertThat(alone.get(field)).isEqualTo(engine.get(field));
            }
            assertThat(alone.at("/stats/recordsWritten")).isEqualTo(engine.at("/stats/recordsWritten"));
            assertThat(Http.get(application, "/actuator/flowdb/other").statusCode())
                    .isEqualTo(404);
        }
    }

    /** The names followed those that the application gives its own JSON. */
    @Test
    void endpoint_ofAnApplicationThatNamesItsJsonOtherwise_keepsItsNames() throws Exception {
        try (ConfigurableApplicationContext application = start(
                "spring.jackson.property-naming-strategy=SNAKE_CASE",
                "flowdb.query.slow-threshold=1ns",
                "management.endpoint.flowdb.access=unrestricted")) {
            application.getBean(TodoRepository.class).findByOwnerIdOrderByPriorityDesc("ada");

            HttpResponse<String> all = Http.get(application, "/actuator/flowdb");
            assertThat(Http.json(all).at("/engines/flowDb/stats/recordsWritten").isNumber())
                    .isTrue();
            assertThat(Http.json(all).at("/slowQueries/0/store").asString()).isEqualTo("todos");
            String alone = Http.get(application, "/actuator/flowdb/flowDb").body();
            String verified = run(application, "verify").toString();
            String explained = Http.post(
                            application,
                            "/actuator/flowdb/flowDb/TodoRepository.findByOwnerIdOrderByPriorityDesc",
                            "{\"arguments\":\"ada\"}")
                    .body();
            assertThat(List.of(all.body(), alone, verified, explained))
                    .allSatisfy(body -> assertThat(body).doesNotContainPattern("\"[a-z]+_[a-z_]+\"\\s*:"));
        }
    }

    @Test
    void endpoint_write_isClosedByDefault() throws Exception {
        try (ConfigurableApplicationContext application = start()) {
            assertThat(Http.post(application, "/actuator/flowdb/flowDb", "{\"operation\":\"flush\"}")
                            .statusCode())
                    .isEqualTo(405);
        }
    }

    @Test
    void endpoint_whereOpened_runsMaintenance() throws Exception {
        try (ConfigurableApplicationContext application = start("management.endpoint.flowdb.access=unrestricted")) {
            application
                    .getBean(JsonDB.class)
                    .put("notes", JsonMapper.shared().createObjectNode().put("id", 1));

            assertThat(run(application, "flush").path("operation").asString()).isEqualTo("FLUSH");
            EngineStats stats = application.getBean(FlowDb.class).engine().stats();
            assertThat(stats.memtables().records()).isZero();
            assertThat(stats.tables().count()).isPositive();
            assertThat(run(application, "compact").at("/result/changed").isBoolean())
                    .isTrue();
            assertThat(run(application, "gc").at("/result/recordsPurged").asLong())
                    .isZero();
            JsonNode verified = run(application, "verify").path("result");
            assertThat(verified.path("clean").asBoolean()).isTrue();
            assertThat(verified.at("/tables/tables").asInt()).isPositive();
            assertThat(verified.at("/stores/notes/documents").asInt()).isEqualTo(1);
            Path copy = Path.of(
                    run(application, "checkpoint").at("/result/directory").asString());
            assertThat(copy).hasParent(dir).isDirectory();
            try (JsonDB restored = JsonDB.open(Config.of(copy))) {
                assertThat(restored.count("notes")).isEqualTo(1);
            }
            assertThat(failing(application, "explode", 400).toString())
                    .contains("UNKNOWN", "'explode'", "flush, compact, gc, verify, checkpoint");
            HttpResponse<String> other = Http.post(application, "/actuator/flowdb/other", "{\"operation\":\"flush\"}");
            assertThat(other.statusCode()).isEqualTo(400);
            assertThat(other.body()).contains("'other'", "flowDb");
        }
    }

    /** This was answered with 500 and a stack trace in the log. */
    @Test
    void endpoint_onADirectoryThatIsLost_saysWhatFailed() throws Exception {
        try (ConfigurableApplicationContext application =
                start("flowdb.auto-background=false", "management.endpoint.flowdb.access=unrestricted")) {
            application
                    .getBean(JsonDB.class)
                    .put("notes", JsonMapper.shared().createObjectNode().put("id", 1));
            Path tables = dir.resolve("db").resolve("sst");
            Path away = dir.resolve("away");
            Files.move(tables, away);
            for (String operation : List.of("flush", "checkpoint")) {
                JsonNode outcome = failing(application, operation, 503);
                assertThat(outcome.path("operation").asString()).isEqualToIgnoringCase(operation);
                assertThat(outcome.path("ending").asString()).isEqualTo("FAILED");
                assertThat(outcome.at("/result/failed").asString()).contains("sst");
            }
            Files.move(away, tables);
            assertThat(run(application, "flush").path("ending").asString()).isEqualTo("DONE");
        }
    }

    /** A refusal had the status of a success: a script that makes backups did not see it. */
    @Test
    void endpoint_onAnEngineThatIsNotOpen_is503() throws Exception {
        try (ConfigurableApplicationContext application = start("management.endpoint.flowdb.access=unrestricted")) {
            application.getBean(FlowDb.class).engine().close();

            JsonNode outcome = failing(application, "flush", 503);
            assertThat(outcome.path("ending").asString()).isEqualTo("NOT_OPEN");
            assertThat(outcome.at("/result/refused").asString()).isEqualTo("the engine is not open");
        }
    }

    @Test
    void endpoint_checkpointOfAnEngineInMemory_is409() throws Exception {
        try (ConfigurableApplicationContext application =
                start("flowdb.in-memory=true", "management.endpoint.flowdb.access=unrestricted")) {
            application.getBean(JsonDB.class).storeNames();

            JsonNode outcome = failing(application, "checkpoint", 409);
            assertThat(outcome.path("ending").asString()).isEqualTo("REFUSED");
            assertThat(outcome.at("/result/refused").asString()).contains("in memory");
        }
    }

    /** Looking at a damaged database, and checking it, were answered with 500: just where they are needed. */
    @Test
    void endpoint_onDamagedTables_showsTheRestAndVerifies() throws Exception {
        try (ConfigurableApplicationContext application =
                start("flowdb.auto-background=false", "management.endpoint.flowdb.access=unrestricted")) {
            JsonDB documents = application.getBean(JsonDB.class);
            TodoRepository todos = application.getBean(TodoRepository.class);
            for (int i = 0; i < 200; i++) {
                documents.put("notes", JsonMapper.shared().createObjectNode().put("id", i));
                todos.save(Todo.of("todo" + i, "ada", "title " + i, i));
            }
            application.getBean(FlowDb.class).engine().flush();
            damage(dir.resolve("db").resolve("sst"));

            JsonNode engine =
                    Http.json(Http.get(application, "/actuator/flowdb")).at("/engines/flowDb");
            assertThat(engine.path("state").asString()).isEqualTo("OPEN");
            assertThat(engine.at("/stores/0/name").asString()).isEqualTo("notes");
            JsonNode verified = run(application, "verify").path("result");
            assertThat(verified.path("clean").asBoolean()).isFalse();
            assertThat(verified.at("/tables/problems").size()).isPositive();
            assertThat(verified.at("/stores/notes/failed").asString()).contains("orruption");

            HttpResponse<String> explained = Http.post(
                    application,
                    "/actuator/flowdb/flowDb/TodoRepository.findByOwnerIdOrderByPriorityDesc",
                    "{\"arguments\":\"ada\"}");
            assertThat(explained.statusCode()).as(explained.body()).isEqualTo(500);
            assertThat(Http.json(explained).path("ending").asString()).isEqualTo("DAMAGED");
            assertThat(Http.json(explained).path("failed").asString()).contains("orruption");
        }
    }

    /** Overwrites the blocks of all tables, not what is read when they are opened. */
    private static void damage(Path tables) throws IOException {
        try (Stream<Path> files = Files.list(tables)) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                for (int at = 16; at < bytes.length / 2; at += 64) {
                    bytes[at] ^= 0x55;
                }
                Files.write(file, bytes);
            }
        }
    }

    private static JsonNode failing(ConfigurableApplicationContext application, String operation, int status)
            throws Exception {
        HttpResponse<String> response =
                Http.post(application, "/actuator/flowdb/flowDb", "{\"operation\":\"" + operation + "\"}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        return Http.json(response);
    }

    private static JsonNode run(ConfigurableApplicationContext application, String operation) throws Exception {
        HttpResponse<String> response =
                Http.post(application, "/actuator/flowdb/flowDb", "{\"operation\":\"" + operation + "\"}");
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return Http.json(response);
    }

    private static double written(MeterRegistry registry) {
        return registry.get("flowdb.records.written").functionCounter().count();
    }

    private static double value(List<String> lines, String name) {
        return lines.stream()
                .filter(l -> l.startsWith(name + "{"))
                .mapToDouble(l -> Double.parseDouble(l.substring(l.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow();
    }

    private ConfigurableApplicationContext start(String... properties) {
        return new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.SERVLET)
                .properties(
                        "server.port=0",
                        "server.address=127.0.0.1",
                        "flowdb.data-dir=" + dir.resolve("db"),
                        "management.endpoints.web.exposure.include=*",
                        "management.endpoint.health.show-details=always")
                .properties(properties)
                .run();
    }

    @OpenTodoConfiguration
    static class Application {
        @Bean
        FlowDbInitializer notesStore() {
            return database -> database.createObjectStore("notes", "id");
        }
    }
}
