package io.flowdb.data.repository.query;

import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.json.Explain;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.data.repository.query.Parameter;
import org.springframework.data.repository.query.RepositoryQuery;

/** A query method of a repository that can tell how it is carried out. Threads: any. */
public interface ExplainableQuery extends RepositoryQuery {

    /** The repository and method: {@code TodoRepository.findByOwner}. */
    String description();

    /** The repository; a method that several inherit is a query of each. */
    Class<?> repository();

    /** The type of a parameter as declared, with the type of its elements. */
    ResolvableType typeOf(Parameter parameter);

    /** What the method runs on. */
    FlowDbOperations operations();

    /**
     * Finds what the method would find with these arguments, on {@code operations}, and tells how; changes nothing,
     * also for a method that deletes.
     */
    Explain explain(FlowDbOperations operations, @Nullable Object[] arguments);

    /** Which annotation would give the query with these arguments an index; empty if it has one, or needs none. */
    Optional<String> advice(FlowDbOperations operations, @Nullable Object[] arguments);
}
