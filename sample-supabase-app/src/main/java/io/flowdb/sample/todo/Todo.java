package io.flowdb.sample.todo;

import io.flowdb.annotation.CompoundIndex;
import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.data.annotation.Version;

/**
 * One thing to do.
 *
 * @param userId the owner; set once, by the server
 * @param version of the stored document, null before it is stored; a save based on an older one is refused
 */
@ObjectStore("todos")
@CompoundIndex(
        name = "by_user_priority",
        paths = {"userId", "priority"})
@CompoundIndex(
        name = "by_user_status",
        paths = {"userId", "status"})
record Todo(
        @Id String id,
        @Indexed String userId,
        String title,
        Status status,
        int priority,
        Instant createdAt,
        @Version @Nullable Long version) {
    /** Its version; only of a todo that is stored. */
    long storedVersion() {
        return Objects.requireNonNull(version, "version");
    }

    /** This todo with the values given; null leaves a value as it is. */
    Todo with(@Nullable String newTitle, @Nullable Status newStatus, @Nullable Integer newPriority) {
        return new Todo(
                id,
                userId,
                newTitle == null ? title : newTitle,
                newStatus == null ? status : newStatus,
                newPriority == null ? priority : newPriority,
                createdAt,
                version);
    }
}
