package io.flowdb.sample.todo;

import io.flowdb.sample.auth.SignedIn;
import io.flowdb.sample.web.IfMatch;
import io.flowdb.sample.web.PlainText;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Pattern;
import jakarta.validation.constraints.Size;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.PageRequest;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The todo list over HTTP. {@link SignedIn} comes first everywhere: no token, no look at the rest. */
@RestController
@RequestMapping(path = "/api/todos", produces = MediaType.APPLICATION_JSON_VALUE)
final class TodoController {
    private static final String TITLE_LENGTH = "must have at most 500 characters";
    private static final String TITLE_BLANK = "must not be blank";

    /**
     * Something to see: a space without width, or the mark of a byte order, is no white space but looks like nothing,
     * and so do the fillers among the letters of Hangul and the blank one of the patterns of Braille. A character that
     * this Java does not know yet is seen, unless Unicode keeps its place for those that are not.
     */
    private static final String VISIBLE = "(?s).*[\\p{L}\\p{N}\\p{P}\\p{S}\\p{Co}\\p{Cn}"
            + "&&[^\\p{IsNoncharacter_Code_Point}\\u115F\\u1160\\u2065\\u2800\\u3164\\uFFA0\\uFFF0-\\uFFF8"
            + "\\x{E0000}-\\x{E0FFF}]].*";

    private final Todos todos;

    TodoController(Todos todos) {
        this.todos = todos;
    }

    /** A page of the list. Without parameters it is the whole list for anybody with up to 1000 todos. */
    @GetMapping
    List<Answer> list(
            SignedIn me,
            @RequestParam(defaultValue = "0")
                    @Min(value = 0, message = "must be 0 to 1000000")
                    @Max(value = 1_000_000, message = "must be 0 to 1000000")
                    int page,
            @RequestParam(defaultValue = "1000")
                    @Min(value = 1, message = "must be 1 to 1000")
                    @Max(value = 1000, message = "must be 1 to 1000")
                    int size) {
        return todos.list(me.userId(), PageRequest.of(page, size)).stream()
                .map(Answer::of)
                .toList();
    }

    @GetMapping("/{id}")
    ResponseEntity<Answer> get(SignedIn me, @PathVariable String id) {
        return answer(todos.get(id));
    }

    @PostMapping
    ResponseEntity<Answer> add(SignedIn me, @Valid @RequestBody NewTodo todo) {
        int priority = todo.priority() == null ? 0 : todo.priority();
        return answer(todos.add(me.userId(), todo.title(), priority));
    }

    @PutMapping("/{id}")
    ResponseEntity<Answer> change(
            SignedIn me,
            @PathVariable String id,
            @RequestHeader HttpHeaders headers,
            @Valid @RequestBody Change change) {
        return answer(todos.change(
                id, IfMatch.of(headers), todo -> todo.with(change.title(), change.status(), change.priority())));
    }

    @DeleteMapping("/{id}")
    Deleted delete(SignedIn me, @PathVariable String id, @RequestHeader HttpHeaders headers) {
        todos.delete(id, IfMatch.of(headers));
        return new Deleted(true);
    }

    /** With the version as its tag, by which a client may say what it would change. */
    private static ResponseEntity<Answer> answer(Todo todo) {
        return ResponseEntity.ok().eTag(IfMatch.tag(todo.storedVersion())).body(Answer.of(todo));
    }

    /** Body of an addition. */
    record NewTodo(
            @NotNull(message = TITLE_BLANK)
            @Pattern(regexp = VISIBLE, message = TITLE_BLANK)
            @Size(max = 500, message = TITLE_LENGTH)
            @PlainText
            String title,

            @Nullable Integer priority) {}

    /** Body of a change: any of these. */
    record Change(
            @Pattern(regexp = VISIBLE, message = TITLE_BLANK)
            @Size(max = 500, message = TITLE_LENGTH)
            @PlainText
            @Nullable
            String title,

            @Nullable Status status,
            @Nullable Integer priority) {}

    /** A todo as clients see it. */
    record Answer(String id, String userId, String title, Status status, int priority, Instant createdAt) {
        static Answer of(Todo todo) {
            return new Answer(
                    todo.id(),
                    todo.userId(),
                    todo.title(),
                    todo.status(),
                    todo.priority(),
                    todo.createdAt().truncatedTo(ChronoUnit.SECONDS));
        }
    }

    /** Answer to a deletion. */
    record Deleted(boolean deleted) {}
}
