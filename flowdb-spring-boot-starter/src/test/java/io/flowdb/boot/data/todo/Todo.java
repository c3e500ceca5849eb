package io.flowdb.boot.data.todo;

import io.flowdb.annotation.Id;
import io.flowdb.annotation.Indexed;
import io.flowdb.annotation.ObjectStore;
import org.springframework.data.annotation.Version;

/** An entity as the documentation shows it. */
@ObjectStore("todos")
public record Todo(
        @Id String id,
        @Indexed String ownerId,
        @Indexed(unique = true) String title,
        int priority,
        @Version Long version) {

    /** A new one. */
    public static Todo of(String id, String ownerId, String title, int priority) {
        return new Todo(id, ownerId, title, priority, null);
    }
}
