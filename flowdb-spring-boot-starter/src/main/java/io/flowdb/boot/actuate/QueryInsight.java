package io.flowdb.boot.actuate;

import io.flowdb.json.Explain;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/** What {@link FlowDbEndpoint} tells of queries; there if Spring Data is. Threads: any. */
public interface QueryInsight {

    /** The last slow queries, the newest first. */
    List<SlowQuery> slowQueries();

    /** The query methods of all repositories, sorted. */
    List<QueryMethod> methods();

    /**
     * How a query method is carried out with these arguments.
     *
     * @param method its {@link QueryMethod#name}
     * @param arguments as text, several separated by semicolons; those for paging and sorting left out
     * @throws IllegalArgumentException if there is no such method, or the arguments do not fit it
     */
    Explained explain(String method, String arguments);

    /**
     * A query that took long; its values are question marks.
     *
     * @param at when it ended
     * @param store what it read
     * @param action find, count, exists or delete
     * @param query its conditions, order and bounds
     * @param rows how many it found, counted or deleted
     * @param millis it took
     * @param advice what would give it an index, or null
     */
    record SlowQuery(
            Instant at,
            String store,
            String action,
            String query,
            long rows,
            double millis,
            @Nullable String advice) {}

    /**
     * A query method.
     *
     * @param name of repository and method, with the types of its parameters where several share it
     * @param parameters the types of its parameters, those for paging and sorting left out
     */
    record QueryMethod(String name, List<String> parameters) {}

    /**
     * How a query was carried out.
     *
     * @param method that was explained
     * @param plan of its query
     * @param advice what would give it an index, or null
     */
    record Explained(String method, Explain plan, @Nullable String advice) implements OperationResponseBody {}
}
