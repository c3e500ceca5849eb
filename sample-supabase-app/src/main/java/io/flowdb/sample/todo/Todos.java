package io.flowdb.sample.todo;

import io.flowdb.sample.web.ApiException;
import io.flowdb.sample.web.IfMatch;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.data.domain.Pageable;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * The list of the one who is signed in; {@link OwnTodos} sees to it that it is no other.
 *
 * <p>Reading and writing a todo is one transaction; when another one was faster, it is repeated. Not final: Spring puts
 * both around the methods.
 */
@Service
class Todos {
    private final TodoRepository todos;
    private final Clock clock;

    Todos(TodoRepository todos, Clock clock) {
        this.todos = todos;
        this.clock = clock;
    }

    /** Highest priority first, then oldest first. */
    List<Todo> list(String userId, Pageable page) {
        return todos.findByUserIdOrderByPriorityDescCreatedAtAsc(userId, page);
    }

    Todo add(String userId, String title, int priority) {
        return todos.save(new Todo(
                UUID.randomUUID().toString(),
                userId,
                title,
                Status.OPEN,
                priority,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                null));
    }

    Todo get(String id) {
        return todos.findById(id).orElseThrow(() -> ApiException.notFound("You have no such todo."));
    }

    /** Stores what {@code change} makes of the todo, if the condition holds. */
    @Retryable(includes = ConcurrencyFailureException.class, maxRetries = 10, delay = 5, jitter = 5, multiplier = 1.5)
    @Transactional
    Todo change(String id, IfMatch condition, UnaryOperator<Todo> change) {
        Todo todo = get(id);
        condition.require(todo.storedVersion());
        return todos.save(change.apply(todo));
    }

    @Retryable(includes = ConcurrencyFailureException.class, maxRetries = 10, delay = 5, jitter = 5, multiplier = 1.5)
    @Transactional
    void delete(String id, IfMatch condition) {
        Todo todo = get(id);
        condition.require(todo.storedVersion());
        todos.delete(todo);
    }
}
