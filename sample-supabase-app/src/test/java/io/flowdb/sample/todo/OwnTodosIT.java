package io.flowdb.sample.todo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.flowdb.sample.Api;
import io.flowdb.sample.Api.Account;
import io.flowdb.sample.RunningSample;
import io.flowdb.sample.auth.SignedIn;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.dao.PermissionDeniedDataAccessException;
import org.springframework.data.domain.PageRequest;
import org.springframework.data.domain.Sort;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.web.context.request.RequestAttributes;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

/** The repository of todos as code of the application meets it: with nobody signed in, and with somebody else. */
class OwnTodosIT {
    @TempDir
    static Path dataDir;

    static RunningSample sample;
    static TodoRepository todos;
    static Account ada;
    static Account bob;
    static String id;

    @BeforeAll
    static void start() {
        sample = RunningSample.start(dataDir.resolve("data"));
        Api api = sample.api();
        ada = api.signUp("ada@example.com");
        bob = api.signUp("bob@example.com");
        id = api.post("/api/todos", ada.token(), Map.of("title", "mine")).text("id");
        todos = sample.bean(TodoRepository.class);
    }

    @AfterAll
    static void stop() {
        sample.close();
    }

    @AfterEach
    void signOut() {
        RequestContextHolder.resetRequestAttributes();
    }

    @Test
    void todos_nobodySignedIn_areNone() {
        assertNothingIsThere();
        assertThatThrownBy(() -> todos.save(todo(ada))).isInstanceOf(PermissionDeniedDataAccessException.class);
    }

    @Test
    void todos_ofAnother_areNone() {
        signIn(bob);
        assertNothingIsThere();
        assertThatThrownBy(() -> todos.save(todo(ada))).isInstanceOf(PermissionDeniedDataAccessException.class);
        todos.deleteAll();
        todos.deleteAllById(List.of(id));

        signIn(ada);
        assertThat(todos.findById(id)).isPresent();
        assertThat(todos.count()).isEqualTo(1);
    }

    @Test
    void todo_own_cannotBeGivenAway() {
        signIn(ada);
        Todo mine = todos.findById(id).orElseThrow();
        Todo givenAway = new Todo(
                id, bob.userId(), mine.title(), mine.status(), mine.priority(), mine.createdAt(), mine.version());

        assertThatThrownBy(() -> todos.save(givenAway)).isInstanceOf(PermissionDeniedDataAccessException.class);
        assertThat(todos.findById(id)).contains(mine);
    }

    private static void assertNothingIsThere() {
        assertThat(todos.findById(id)).isEmpty();
        assertThat(todos.existsById(id)).isFalse();
        assertThat(todos.count()).isZero();
        assertThat(todos.findAll()).isEmpty();
        assertThat(todos.findAllById(List.of(id))).isEmpty();
        assertThat(todos.findAll(Sort.by("priority"))).isEmpty();
        assertThat(todos.findByUserIdOrderByPriorityDescCreatedAtAsc(ada.userId(), PageRequest.of(0, 10)))
                .isEmpty();
    }

    private static Todo todo(Account owner) {
        return new Todo("new", owner.userId(), "x", Status.OPEN, 0, Instant.EPOCH, null);
    }

    /** As it is done for a request. */
    private static void signIn(Account account) {
        ServletRequestAttributes request = new ServletRequestAttributes(new MockHttpServletRequest());
        RequestContextHolder.setRequestAttributes(request);
        SignedIn signedIn = new SignedIn(account.userId(), "session");
        request.setAttribute(SignedIn.class.getName(), signedIn, RequestAttributes.SCOPE_REQUEST);
    }
}
