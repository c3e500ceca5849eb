package io.flowdb.boot.data.todo;

import io.flowdb.data.repository.FlowDbRepository;
import java.util.List;

/** Found without any annotation. */
public interface TodoRepository extends FlowDbRepository<Todo, String> {

    /** By index. */
    List<Todo> findByOwnerIdOrderByPriorityDesc(String ownerId);
}
