package io.flowdb.boot.data.todo;

import io.flowdb.data.repository.FlowDbRepository;
import io.flowdb.data.repository.Query;
import java.util.Collection;
import java.util.List;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;

/** Found without any annotation. */
public interface TodoRepository extends FlowDbRepository<Todo, String> {

    /** By index. */
    List<Todo> findByOwnerIdOrderByPriorityDesc(String ownerId);

    /** By no index. */
    Page<Todo> findByPriorityBetween(int low, int high, Pageable page);

    /** By index, several values. */
    @Query(value = "ownerId in :owners", delete = true)
    long discard(Collection<String> owners);
}
