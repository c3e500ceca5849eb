package io.flowdb.sample;

import static org.assertj.core.api.Assertions.assertThat;

import io.flowdb.sample.Api.Account;
import io.flowdb.sample.Api.Answer;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * A user who writes at random until the server is gone, and remembers what it said yes to. The one request under way at
 * that moment may have happened or not. Threads: one at a time.
 */
final class WritingClient {
    private final String name;
    private final Random random;
    private final List<Account> others = new ArrayList<>();
    private final Set<String> tokens = new HashSet<>();
    private final Set<String> endedTokens = new HashSet<>();
    private final Map<String, JsonNode> todos = new HashMap<>();

    /** The first session of the user, never ended. Null before the sign-up. */
    private Account self;

    private Attempt underWay = Attempt.NONE;
    private int attempts;
    private volatile int acknowledged; // written by the thread that writes

    /**
     * A request without an answer.
     *
     * @param subject id of a todo or a token, if there is one already
     * @param title new title of that todo, or of the todo added
     */
    private record Attempt(String subject, String title) {
        static final Attempt NONE = new Attempt("", "");
    }

    WritingClient(String name, long seed) {
        this.name = name;
        this.random = new Random(seed);
    }

    int acknowledged() {
        return acknowledged;
    }

    void writeWhileServed(Api api) {
        try {
            while (true) {
                attempts++;
                write(api);
                underWay = Attempt.NONE;
                acknowledged = acknowledged + 1;
            }
        } catch (UncheckedIOException gone) {
            // The server is killed: the end of this round.
        }
    }

    private void write(Api api) {
        int choice = random.nextInt(20);
        if (choice == 0) {
            others.add(api.signUp(name + "-" + attempts + "@example.com"));
        } else if (choice == 1) {
            tokens.add(api.logIn(self.email()).token());
        } else if (choice == 2 && !tokens.isEmpty()) {
            logOut(api, tokens.iterator().next());
        } else if (choice < 12 || todos.isEmpty()) {
            add(api);
        } else if (choice < 17) {
            change(api, anyTodo());
        } else {
            delete(api, anyTodo());
        }
    }

    private String anyTodo() {
        List<String> ids = todos.keySet().stream().sorted().toList();
        return ids.get(random.nextInt(ids.size()));
    }

    private void add(Api api) {
        String title = "added by " + attempts;
        underWay = new Attempt("", title);
        Answer answer = api.post("/api/todos", self.token(), Map.of("title", title, "priority", random.nextInt(5)));
        assertThat(answer.status()).isEqualTo(200);
        todos.put(answer.text("id"), answer.json());
    }

    private void change(Api api, String id) {
        String title = "changed by " + attempts;
        underWay = new Attempt(id, title);
        String status = random.nextBoolean() ? "done" : "open";
        Answer answer = api.put("/api/todos/" + id, self.token(), Map.of("title", title, "status", status));
        assertThat(answer.status()).isEqualTo(200);
        todos.put(id, answer.json());
    }

    private void delete(Api api, String id) {
        underWay = new Attempt(id, "");
        assertThat(api.delete("/api/todos/" + id, self.token()).status()).isEqualTo(200);
        todos.remove(id);
    }

    private void logOut(Api api, String token) {
        underWay = new Attempt(token, "");
        assertThat(api.post("/api/logout", token, null).status()).isEqualTo(204);
        tokens.remove(token);
        endedTokens.add(token);
    }

    /** Compares what the server has with what it said, and learns how the request under way has ended. */
    void verify(Api api) {
        if (self == null) {
            self = api.signUp(name + "@example.com");
            return;
        }
        verifySessions(api);
        verifyTodos(api);
        underWay = Attempt.NONE;
    }

    private void verifySessions(Api api) {
        assertThat(api.logIn(self.email()).userId()).isEqualTo(self.userId());
        for (Account other : others) {
            assertThat(api.get("/api/todos", other.token()).status()).isEqualTo(200);
        }
        for (String token : Set.copyOf(tokens)) {
            int status = api.get("/api/todos", token).status();
            if (status == 401 && token.equals(underWay.subject())) {
                tokens.remove(token);
            } else {
                assertThat(status).isEqualTo(200);
            }
        }
        for (String token : endedTokens) {
            assertThat(api.get("/api/todos", token).status()).isEqualTo(401);
        }
    }

    private void verifyTodos(Api api) {
        Answer answer = api.get("/api/todos", self.token());
        assertThat(answer.status()).isEqualTo(200);
        Map<String, JsonNode> stored = new HashMap<>();
        answer.json().forEach(todo -> stored.put(todo.get("id").asString(), todo));
        assertThat(stored).hasSize(answer.json().size());
        Set<String> ids = new HashSet<>(todos.keySet());
        ids.addAll(stored.keySet());
        for (String id : ids) {
            JsonNode there = stored.get(id);
            if (!isUnderWay(id, there)) {
                assertThat(there).as("todo %s of %s", id, name).isEqualTo(todos.get(id));
            }
        }
        todos.clear();
        todos.putAll(stored);
    }

    /** Whether the request without an answer explains this state of a todo. */
    private boolean isUnderWay(String id, JsonNode stored) {
        boolean added = !todos.containsKey(id) && underWay.subject().isEmpty();
        if (!added && !id.equals(underWay.subject())) {
            return false;
        }
        boolean deleted = stored == null && underWay.title().isEmpty();
        boolean written = stored != null && stored.get("title").asString().equals(underWay.title());
        return written || (deleted && !added);
    }
}
