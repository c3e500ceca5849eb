package io.flowdb.sample.todo;

import io.flowdb.data.repository.FlowDbRepository;
import java.util.List;
import org.springframework.data.domain.Pageable;

interface TodoRepository extends FlowDbRepository<Todo, String> {
    List<Todo> findByUserIdOrderByPriorityDescCreatedAtAsc(String userId, Pageable page);
}
