package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.boot.FlowDb;
import io.flowdb.sample.Api.Account;
import io.flowdb.sample.Api.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The todo list. Each test has users of its own. */
class TodosIT {
    private static final AtomicInteger USERS = new AtomicInteger();

    @TempDir
    static Path dataDir;

    static RunningSample sample;
    static Api api;

    private Account ada;
    private Account bob;

    @BeforeAll
    static void start() {
        sample = RunningSample.start(dataDir.resolve("data"));
        api = sample.api();
    }

    @AfterAll
    static void stop() {
        sample.close();
    }

    @BeforeEach
    void signUp() {
        ada = api.signUp("ada" + USERS.incrementAndGet() + "@example.com");
        bob = api.signUp("bob" + USERS.incrementAndGet() + "@example.com");
    }

    @Test
    void add_titleOnly_answersTheNewTodo() {
        Instant before = sample.now().truncatedTo(ChronoUnit.SECONDS);

        Answer answer = api.post("/api/todos", ada.token(), Map.of("title", "Buy bread"));

        assertThat(answer.status()).isEqualTo(200);
        JsonNode todo = answer.json();
        assertThat(todo.propertyNames())
                .containsExactlyInAnyOrder("id", "user_id", "title", "status", "priority", "created_at");
        assertThat(todo.get("user_id").asString()).isEqualTo(ada.userId());
        assertThat(todo.get("title").asString()).isEqualTo("Buy bread");
        assertThat(todo.get("status").asString()).isEqualTo("open");
        assertThat(todo.get("priority").isInt()).isTrue();
        assertThat(todo.get("priority").asInt()).isZero();
        String createdAt = todo.get("created_at").asString();
        assertThat(createdAt).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(Instant.parse(createdAt)).isBetween(before, sample.now());
    }

    @Test
    void list_severalPriorities_highestFirstThenOldestFirst() {
        add(ada, "low", 1);
        add(ada, "high, older", 10);
        sample.pass(Duration.ofSeconds(1));
        add(ada, "high, newer", 10);
        add(ada, "below zero", -1);
        add(bob, "not mine", 5);

        assertThat(titles(ada)).containsExactly("high, older", "high, newer", "low", "below zero");
        assertThat(titles(bob)).containsExactly("not mine");
    }

    @Test
    void list_pages_areSlicesOfTheWholeList() {
        for (int priority = 0; priority < 25; priority++) {
            add(ada, "todo " + priority, priority);
        }
        List<String> whole = titles(ada);

        List<String> paged = new ArrayList<>();
        for (int page = 0; page < 4; page++) {
            api.get("/api/todos?size=10&page=" + page, ada.token())
                    .json()
                    .forEach(todo -> paged.add(todo.get("title").asString()));
        }

        assertThat(whole).hasSize(25);
        assertThat(paged).isEqualTo(whole);
    }

    @Test
    void change_someFields_leavesTheOthers() {
        String id = add(ada, "before", 1);

        JsonNode toggled = api.put("/api/todos/" + id, ada.token(), Map.of("status", "done"))
                .json();
        JsonNode renamed = api.put("/api/todos/" + id, ada.token(), Map.of("title", "after", "priority", 7))
                .json();

        assertThat(toggled.get("status").asString()).isEqualTo("done");
        assertThat(toggled.get("title").asString()).isEqualTo("before");
        assertThat(renamed.get("status").asString()).isEqualTo("done");
        assertThat(renamed.get("title").asString()).isEqualTo("after");
        assertThat(renamed.get("priority").asInt()).isEqualTo(7);
        assertThat(list(ada)).containsExactly(renamed);
    }

    @Test
    void change_toEachStatusAndBack_movesInTheIndexes() {
        String id = add(ada, "flip", 0);

        for (String status : List.of("done", "open", "done", "open")) {
            api.put("/api/todos/" + id, ada.token(), Map.of("status", status));
            assertThat(list(ada)).hasSize(1);
            assertThat(list(ada).get(0).get("status").asString()).isEqualTo(status);
        }
    }

    @Test
    void delete_ownTodo_isGone() {
        String id = add(ada, "gone soon", 0);

        Answer answer = api.delete("/api/todos/" + id, ada.token());

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"deleted\":true}");
        assertThat(list(ada)).isEmpty();
        assertThat(api.delete("/api/todos/" + id, ada.token()).status()).isEqualTo(404);
    }

    @Test
    void strangersTodo_changedOrDeleted_is404AndUnchanged() {
        String id = add(ada, "mine", 3);
        List<JsonNode> before = list(ada);

        Answer change = api.put("/api/todos/" + id, bob.token(), Map.of("title", "yours"));
        Answer delete = api.delete("/api/todos/" + id, bob.token());
        Answer unknown = api.put("/api/todos/unknown", bob.token(), Map.of("title", "yours"));

        assertThat(change.status()).isEqualTo(404);
        assertThat(delete.status()).isEqualTo(404);
        assertThat(unknown.status()).isEqualTo(404);
        assertThat(change.text("detail")).isEqualTo(unknown.text("detail"));
        assertThat(list(ada)).isEqualTo(before);
        assertThat(list(bob)).isEmpty();
    }

    @Test
    void get_ownTodo_isAsListedAndAStrangersIs404() {
        String id = add(ada, "mine", 3);

        Answer mine = api.get("/api/todos/" + id, ada.token());
        Answer strangers = api.get("/api/todos/" + id, bob.token());

        assertThat(mine.json()).isEqualTo(list(ada).get(0));
        assertThat(strangers.status()).isEqualTo(404);
        assertThat(strangers.header("ETag")).isEmpty();
        assertThat(strangers.text("detail"))
                .isEqualTo(api.get("/api/todos/unknown", bob.token()).text("detail"));
        assertThat(api.get("/api/todos/" + id, null).status()).isEqualTo(401);
    }

    @Test
    void get_versionTheClientHas_is304() {
        String path = "/api/todos/" + add(ada, "read once", 0);
        String tag = api.get(path, ada.token()).header("ETag");

        Answer again = api.send("GET", path, ada.token(), null, "If-None-Match", tag);
        api.put(path, ada.token(), Map.of("priority", 1));
        Answer changed = api.send("GET", path, ada.token(), null, "If-None-Match", tag);

        assertThat(again.status()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(changed.status()).isEqualTo(200);
        assertThat(api.send("GET", path, bob.token(), null, "If-None-Match", tag)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void ifMatch_olderVersion_is412AndNothingChanged() {
        Answer added = api.post("/api/todos", ada.token(), Map.of("title", "first"));
        String path = "/api/todos/" + added.text("id");
        String first = added.header("ETag");
        Answer changed = changeIf(path, first, "second");
        List<JsonNode> before = list(ada);

        assertThat(changed.status()).isEqualTo(200);
        assertThat(changed.header("ETag")).isNotEqualTo(first).matches("\"[0-9]+\"");
        Answer refused = changeIf(path, first, "third");
        assertThat(refused.status()).isEqualTo(412);
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
        for (String tag : List.of(
                first,
                "garbage",
                "",
                "\"\"",
                ",",
                "W/" + changed.header("ETag"),
                changed.header("ETag") + "x",
                "x" + changed.header("ETag"),
                first + " " + changed.header("ETag"),
                "\"99999999999999999999\"")) {
            assertThat(changeIf(path, tag, "third").status()).as(tag).isEqualTo(412);
            assertThat(api.send("DELETE", path, ada.token(), null, "If-Match", tag)
                            .status())
                    .as(tag)
                    .isEqualTo(412);
        }
        assertThat(list(ada)).isEqualTo(before);
    }

    @Test
    void ifMatch_storedVersionOrAny_isDone() {
        Answer added = api.post("/api/todos", ada.token(), Map.of("title", "first"));
        String path = "/api/todos/" + added.text("id");

        assertThat(changeIf(path, "\"77\", " + added.header("ETag"), "second").status())
                .isEqualTo(200);
        assertThat(changeIf(path, "*", "third").text("title")).isEqualTo("third");
        String last = api.get(path, ada.token()).header("ETag");
        assertThat(api.send("DELETE", path, ada.token(), null, "If-Match", last).status())
                .isEqualTo(200);
        assertThat(changeIf(path, "*", "fourth").status()).isEqualTo(404);
    }

    @Test
    void ifMatch_strangersTodo_is404WhateverTheTag() {
        Answer added = api.post("/api/todos", ada.token(), Map.of("title", "mine"));
        String path = "/api/todos/" + added.text("id");

        for (String tag : List.of(added.header("ETag"), "\"77\"", "*")) {
            assertThat(api.send("PUT", path, bob.token(), Map.of("title", "yours"), "If-Match", tag)
                            .status())
                    .isEqualTo(404);
            assertThat(api.send("DELETE", path, bob.token(), null, "If-Match", tag)
                            .status())
                    .isEqualTo(404);
        }
    }

    /** Eight clients that read the same version: one of them may change it. */
    @Test
    void ifMatch_oneVersionManyWriters_letsOneThrough() throws Exception {
        Answer added = api.post("/api/todos", ada.token(), Map.of("title", "first"));
        String path = "/api/todos/" + added.text("id");
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int client = 0; client < 8; client++) {
                String title = "of " + client;
                calls.add(() -> changeIf(path, added.header("ETag"), title).status());
            }
            List<Integer> statuses = new ArrayList<>();
            for (Future<Integer> call : clients.invokeAll(calls)) {
                statuses.add(call.get());
            }
            assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 412);
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void owner_sentByTheClient_isIgnored() {
        JsonNode added = api.post(
                        "/api/todos", ada.token(), Map.of("title", "x", "user_id", bob.userId(), "id", "chosen"))
                .json();
        JsonNode changed = api.put(
                        "/api/todos/" + added.get("id").asString(), ada.token(), Map.of("user_id", bob.userId()))
                .json();

        assertThat(added.get("user_id").asString()).isEqualTo(ada.userId());
        assertThat(added.get("id").asString()).isNotEqualTo("chosen");
        assertThat(changed).isEqualTo(added);
        assertThat(list(bob)).isEmpty();
    }

    @Test
    void title_markupAndAllScripts_comesBackAsItWas() {
        String title = "<script>alert('x')</script> \"Grüße\" 你好 \uD83D\uDE00 \u05E9\u05DC\u05D5\u05DD \\";
        add(ada, title, 0);

        assertThat(titles(ada)).containsExactly(title);
    }

    /** Emoji younger than Java 17 are no symbols to it; a title of them only was blank. */
    @Test
    void title_ofCharactersNewerThanJava_isNotBlank() {
        for (String title : List.of("\uD83E\uDEE1", "\uD83E\uDEE0 ", "\uD83E\uDECE")) {
            add(ada, title, 0);
        }

        assertThat(titles(ada)).containsExactly("\uD83E\uDEE1", "\uD83E\uDEE0 ", "\uD83E\uDECE");
    }

    /** Two fields, two writers: neither change may be lost to the other. */
    @Test
    void change_atTheSameTime_losesNothing() throws Exception {
        String id = add(ada, "start", 0);
        ExecutorService clients = Executors.newFixedThreadPool(2);
        try {
            for (int round = 1; round <= 20; round++) {
                String title = "title " + round;
                int priority = round;
                List<Callable<Integer>> calls = List.of(
                        () -> api.put("/api/todos/" + id, ada.token(), Map.of("title", title))
                                .status(),
                        () -> api.put("/api/todos/" + id, ada.token(), Map.of("priority", priority))
                                .status());
                for (Future<Integer> call : clients.invokeAll(calls)) {
                    assertThat(call.get()).isEqualTo(200);
                }
                JsonNode todo = list(ada).get(0);
                assertThat(todo.get("title").asString()).isEqualTo(title);
                assertThat(todo.get("priority").asInt()).isEqualTo(priority);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    /** Changes of different todos do not get in each other's way, though all are found by their owner. */
    @Test
    void change_manyTodosOfOneUserAtOnce_allSucceed() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Integer>> calls = new ArrayList<>();
            for (int todo = 0; todo < 8; todo++) {
                String path = "/api/todos/" + add(ada, "todo " + todo, 0);
                for (int round = 1; round <= 10; round++) {
                    Map<String, Integer> change = Map.of("priority", round);
                    calls.add(() -> api.put(path, ada.token(), change).status());
                }
                calls.add(() -> api.post("/api/todos", ada.token(), Map.of("title", "new"))
                        .status());
            }
            Collections.shuffle(calls, new Random(17));
            for (Future<Integer> call : clients.invokeAll(calls)) {
                assertThat(call.get()).isEqualTo(200);
            }
        } finally {
            clients.shutdownNow();
        }
    }

    /** A sign-up begins with a transaction and was answered with 500, as if the server had a bug. */
    @Test
    void store_closed_is503OnEveryRouteUntilItOpens() {
        String path = "/api/todos/" + add(ada, "stays", 0);
        Map<String, String> account = Map.of("email", "new@example.com", "password", Api.PASSWORD);
        FlowDb store = sample.bean(FlowDb.class);
        store.stop();
        try {
            List<Answer> answers = List.of(
                    api.get("/api/todos", ada.token()),
                    api.get(path, ada.token()),
                    api.post("/api/todos", ada.token(), Map.of("title", "x")),
                    api.put(path, ada.token(), Map.of("title", "x")),
                    api.delete(path, ada.token()),
                    api.post("/api/logout", ada.token(), null),
                    api.post("/api/signup", null, account),
                    api.post("/api/login", null, account),
                    api.get("/api/cities", null),
                    api.get("/api/cities/import", null),
                    api.get("/actuator/health", null));
            assertThat(answers).extracting(Answer::status).containsOnly(503);
            assertThat(answers.subList(0, 10))
                    .extracting(answer -> answer.header("Content-Type"))
                    .containsOnly("application/problem+json");
        } finally {
            store.start();
        }
        assertThat(titles(ada)).containsExactly("stays");
    }

    private Answer changeIf(String path, String tag, String title) {
        return api.send("PUT", path, ada.token(), Map.of("title", title), "If-Match", tag);
    }

    private static String add(Account owner, String title, int priority) {
        Answer answer = api.post("/api/todos", owner.token(), Map.of("title", title, "priority", priority));
        assertThat(answer.status()).isEqualTo(200);
        return answer.text("id");
    }

    private static List<JsonNode> list(Account owner) {
        Answer answer = api.get("/api/todos", owner.token());
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json().isArray()).isTrue();
        return answer.json().valueStream().toList();
    }

    private static List<String> titles(Account owner) {
        return list(owner).stream().map(todo -> todo.get("title").asString()).toList();
    }
}
