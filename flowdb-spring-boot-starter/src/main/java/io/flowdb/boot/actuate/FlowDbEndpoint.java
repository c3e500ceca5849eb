package io.flowdb.boot.actuate;

import io.flowdb.EngineStats;
import io.flowdb.boot.FlowDb;
import io.flowdb.error.CorruptionException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.error.StoreNotFoundException;
import io.flowdb.json.JsonDB;
import io.flowdb.json.StoreSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.dao.InvalidDataAccessApiUsageException;

/**
 * Looks into the engines: state, figures, stores and indexes; and runs maintenance where
 * {@code management.endpoint.flowdb.access=unrestricted} allows it. Shows no stored data. The names in its JSON do not
 * depend on how the application writes its own.
 */
@Endpoint(id = "flowdb", defaultAccess = Access.READ_ONLY)
public final class FlowDbEndpoint {
    /** Key in the result of an operation that did nothing; the value says why. */
    static final String REFUSED = "refused";

    /** Key in the result of an operation that could not be finished; the value says why. */
    static final String FAILED = "failed";

    private static final String NOT_OPEN = "the engine is not open";

    private final Map<String, FlowDb> engines;
    private final Supplier<@Nullable QueryInsight> queries;

    /** An endpoint for {@code engines}, by the names of their beans; {@code queries} gives null without Spring Data. */
    public FlowDbEndpoint(Map<String, FlowDb> engines, Supplier<@Nullable QueryInsight> queries) {
        this.engines = new TreeMap<>(engines);
        this.queries = queries;
    }

    /** All engines. */
    @ReadOperation
    public Engines flowDb() {
        Map<String, EngineDescription> described = new TreeMap<>();
        engines.forEach((name, flowDb) -> described.put(name, describe(flowDb)));
        QueryInsight insight = queries.get();
        return new Engines(
                described,
                insight == null ? List.of() : insight.slowQueries(),
                insight == null ? List.of() : insight.methods());
    }

    /** One engine; null, which is 404, if there is none of this name. */
    @ReadOperation
    public @Nullable EngineDescription engine(@Selector String name) {
        FlowDb flowDb = engines.get(name);
        return flowDb == null ? null : describe(flowDb);
    }

    /**
     * Runs an operation on an engine that is open; tells if the engine refuses it, or fails.
     *
     * @param name of the engine's bean
     * @param operation name of an {@link Operation}, in any case
     */
    @WriteOperation
    public Outcome run(@Selector String name, @Nullable String operation) {
        FlowDb flowDb = engines.get(name);
        if (flowDb == null) {
            throw new InvalidEndpointRequestException(
                    "There is no engine '" + name + "' (allowed: " + String.join(", ", engines.keySet()) + ")",
                    "Engines: " + engines.keySet());
        }
        Operation wanted = Operation.named(operation);
        long start = System.nanoTime();
        Ending ending;
        Map<String, Object> result;
        try {
            Optional<JsonDB> documents = flowDb.openDocuments();
            if (documents.isEmpty()) {
                ending = Ending.NOT_OPEN;
                result = Map.of(REFUSED, NOT_OPEN);
            } else {
                result = wanted.run(flowDb, documents.get());
                ending = result.containsKey(REFUSED) ? Ending.REFUSED : Ending.DONE;
            }
        } catch (FlowDbException failure) {
            ending = Ending.of(failure);
            result = reason(ending, failure);
        }
        return new Outcome(wanted, ending, (System.nanoTime() - start) / 1_000_000, result);
    }

    private static Map<String, Object> reason(Ending ending, FlowDbException failure) {
        return switch (ending) {
            case NOT_OPEN -> Map.of(REFUSED, NOT_OPEN);
            case REFUSED -> Map.of(REFUSED, "the engine is read-only");
            default -> Map.of(FAILED, String.valueOf(failure.getMessage()));
        };
    }

    /**
     * Runs the query of a repository's method with these arguments and tells how. It deletes nothing; row policies do
     * not count.
     *
     * @param name of the engine's bean
     * @param method repository and method, as {@link Engines#methods()} has it
     * @param arguments as text, several separated by semicolons, those for paging and sorting left out
     */
    @WriteOperation
    public QueryInsight.Explained explain(@Selector String name, @Selector String method, @Nullable String arguments) {
        QueryInsight insight = queries.get();
        FlowDb flowDb = engines.get(name);
        if (insight == null || flowDb == null) {
            throw new InvalidEndpointRequestException("There are no repositories on '" + name + "'", "No repositories");
        }
        if (flowDb.openDocuments().isEmpty()) {
            throw new InvalidEndpointRequestException("'" + name + "': " + NOT_OPEN, NOT_OPEN);
        }
        try {
            return insight.explain(method, arguments == null ? "" : arguments);
        } catch (IllegalArgumentException | InvalidDataAccessApiUsageException e) {
            throw new InvalidEndpointRequestException(
                    String.valueOf(e.getMessage()), String.valueOf(e.getMessage()), e);
        }
    }

    private static EngineDescription describe(FlowDb flowDb) {
        String directory = flowDb.config().inMemory() ? null : flowDb.dataDir().toString();
        Optional<JsonDB> documents = flowDb.openDocuments();
        if (documents.isPresent() && !flowDb.isClosedElsewhere()) {
            try {
                List<StoreDescription> stores =
                        stores(documents.get(), documents.get().storeNames());
                return new EngineDescription(
                        State.OPEN, directory, flowDb.openStats().orElse(null), stores);
            } catch (EngineClosedException closedMeanwhile) {
                // Described below.
            }
        }
        State state = flowDb.isPaused() ? State.PAUSED : flowDb.isClosedElsewhere() ? State.CLOSED : State.NOT_OPEN;
        return new EngineDescription(state, directory, null, List.of());
    }

    /** The stores of these names, without those that were deleted since they were listed. */
    static List<StoreDescription> stores(JsonDB documents, List<String> names) {
        List<StoreDescription> stores = new ArrayList<>(names.size());
        for (String name : names) {
            try {
                stores.add(describe(documents.getStore(name), count(documents, name)));
            } catch (StoreNotFoundException deletedMeanwhile) {
                // Left out.
            }
        }
        return stores;
    }

    /** Null where they cannot be read: the rest is worth seeing all the more. */
    private static @Nullable Long count(JsonDB documents, String store) {
        try {
            return documents.count(store);
        } catch (StorageException | CorruptionException unreadable) {
            return null;
        }
    }

    private static StoreDescription describe(StoreSchema schema, @Nullable Long count) {
        return new StoreDescription(
                schema.name(),
                schema.keyPath(),
                schema.autoIncrement(),
                schema.ttl() == null ? null : schema.ttl().toString(),
                count,
                schema.indexes().stream()
                        .map(i -> new IndexDescription(i.name(), i.paths(), i.unique(), i.multiEntry()))
                        .toList());
    }

    /** Whether an engine can be used. */
    public enum State {
        /** It can. */
        OPEN,
        /** Not until the application context restarts. */
        PAUSED,
        /**
         * Code of the application closed it, and not its bean; not until the application context is paused and
         * restarted.
         */
        CLOSED,
        /** It will open at its first use. */
        NOT_OPEN
    }

    /**
     * Every engine of the application.
     *
     * @param engines by the names of their beans
     * @param slowQueries the last ones, the newest first
     * @param methods the query methods of repositories
     */
    public record Engines(
            Map<String, EngineDescription> engines,
            List<QueryInsight.SlowQuery> slowQueries,
            List<QueryInsight.QueryMethod> methods)
            implements OperationResponseBody {}

    /**
     * One engine.
     *
     * @param state whether it can be used
     * @param directory of its data, or null if it is in memory
     * @param stats its figures, or null if it is not open
     * @param stores sorted by name; empty if it is not open
     */
    public record EngineDescription(
            State state,
            @Nullable String directory,
            @Nullable EngineStats stats,
            List<StoreDescription> stores) implements OperationResponseBody {}

    /**
     * One store.
     *
     * @param name of the store
     * @param keyPath of the primary key in its documents
     * @param autoIncrement whether documents without a key get one
     * @param ttl ISO-8601 duration from the last write of a document to its expiry, or null
     * @param documents their number, or null if they cannot be read; documents that expire are counted by walking their
     *     keys
     * @param indexes in the order in which they were defined
     */
    public record StoreDescription(
            String name,
            String keyPath,
            boolean autoIncrement,
            @Nullable String ttl,
            @Nullable Long documents,
            List<IndexDescription> indexes) {}

    /**
     * One index.
     *
     * @param name of the index
     * @param paths of its values in the documents
     * @param unique whether a value may occur once
     * @param multiEntry whether the elements of an array are indexed
     */
    public record IndexDescription(String name, List<String> paths, boolean unique, boolean multiEntry) {}

    /**
     * What an operation did.
     *
     * @param operation that was run
     * @param ending whether it did what was asked
     * @param millis it took
     * @param result its figures, or why there are none
     */
    public record Outcome(Operation operation, Ending ending, long millis, Map<String, Object> result)
            implements OperationResponseBody {}
}
