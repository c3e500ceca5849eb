package io.flowdb.data.core;

import io.flowdb.json.Direction;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.Filter;
import io.flowdb.json.JsonQuery;
import io.flowdb.json.StoreSchema;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Carries a {@link FlowDbQuery} out as a query of the document layer. Threads: any. */
final class QueryRunner {

    private final EntityProperties properties;
    private final Function<String, StoreSchema> schemas;

    /** Null if nobody asks for them. Set once, before the template is used. */
    private @Nullable SlowQueries slowQueries;

    /** All listeners as one; null if nobody asks. Set before the template is used. */
    private @Nullable QueryListener listener;

    QueryRunner(EntityProperties properties, Function<String, StoreSchema> schemas) {
        this.properties = properties;
        this.schemas = schemas;
    }

    void addListener(QueryListener added) {
        QueryListener others = listener;
        listener = others == null
                ? added
                : (store, path, nanos) -> {
                    others.queried(store, path, nanos);
                    added.queried(store, path, nanos);
                };
    }

    void setSlowQueries(SlowQueries slowQueries) {
        this.slowQueries = slowQueries;
    }

    private <R> R measured(String action, Plan plan, ToLongFunction<R> rows, Supplier<R> query) {
        SlowQueries slow = slowQueries;
        QueryListener told = listener;
        if (slow == null && told == null) {
            return query.get();
        }
        long start = System.nanoTime();
        R result = query.get();
        long nanos = System.nanoTime() - start;
        if (slow != null) {
            slow.measured(action, plan, rows.applyAsLong(result), nanos, () -> advice(plan));
        }
        if (told != null) {
            told.queried(
                    plan.store(), IndexAdvice.accessPath(plan.query().filter(), schemas.apply(plan.store())), nanos);
        }
        return result;
    }

    private @Nullable String advice(Plan plan) {
        return IndexAdvice.of(plan.query().filter(), schemas.apply(plan.store()), plan.type(), properties);
    }

    /** A query of a class on its store, its order resolved. */
    record Plan(String store, Class<?> type, FlowDbQuery query, EntityOrder order) {

        /** Nothing can match, so nothing is read. */
        boolean isNever() {
            return query.limit() == 0 || (query.filter() != null && QueryRunner.isNever(query.filter()));
        }
    }

    Plan plan(String store, FlowDbQuery query, Class<?> type) {
        return new Plan(store, type, query, EntityOrder.of(query.sort(), type, properties));
    }

    List<JsonNode> list(DocumentOperations operations, Plan plan) {
        if (plan.isNever()) {
            return List.of();
        }
        return measured("find", plan, List::size, () -> collect(operations, plan));
    }

    private List<JsonNode> collect(DocumentOperations operations, Plan plan) {
        if (plan.order().isNative()) {
            return query(operations, plan).collect();
        }
        List<JsonNode> all = new ArrayList<>(matching(operations, plan).collect());
        all.sort(plan.order().comparator());
        long from = Math.min(plan.query().offset(), all.size());
        long to = plan.query().isLimited() ? Math.min(from + plan.query().limit(), all.size()) : all.size();
        return all.subList((int) from, (int) to);
    }

    /** Read as it is consumed, as far as the order lets it; see {@link JsonQuery#stream()}. */
    Stream<JsonNode> stream(DocumentOperations operations, Plan plan) {
        if (plan.isNever()) {
            return Stream.empty();
        }
        return plan.order().isNative() ? query(operations, plan).stream() : collect(operations, plan).stream();
    }

    long count(DocumentOperations operations, Plan plan) {
        if (plan.isNever()) {
            return 0;
        }
        FlowDbQuery query = plan.query();
        if (query.filter() == null && query.offset() == 0 && !query.isLimited()) {
            return operations.count(plan.store());
        }
        return measured(
                "count",
                plan,
                Long::longValue,
                () -> bounded(matching(operations, plan), query).count());
    }

    boolean exists(DocumentOperations operations, Plan plan) {
        return !plan.isNever()
                && measured(
                        "exists",
                        plan,
                        found -> found ? 1 : 0,
                        () -> bounded(matching(operations, plan), plan.query()).exists());
    }

    long delete(DocumentOperations operations, Plan plan) {
        if (plan.isNever()) {
            return 0;
        }
        FlowDbQuery query = plan.query();
        if (query.filter() == null && query.offset() == 0 && !query.isLimited()) {
            return operations.clear(plan.store());
        }
        return measured(
                "delete", plan, Long::longValue, () -> query(operations, plan).delete());
    }

    /** With filter, order, offset and limit. */
    JsonQuery query(DocumentOperations operations, Plan plan) {
        JsonQuery query = matching(operations, plan);
        for (EntityOrder.Key key : plan.order().keys()) {
            query.orderBy(key.property().fieldPath(), key.ascending() ? Direction.ASC : Direction.DESC);
        }
        return bounded(query, plan.query());
    }

    private static JsonQuery matching(DocumentOperations operations, Plan plan) {
        JsonQuery query = operations.query(plan.store());
        return plan.query().filter() == null ? query : query.where(plan.query().filter());
    }

    private static JsonQuery bounded(JsonQuery query, FlowDbQuery bounds) {
        if (bounds.offset() > 0) {
            query.offset(bounds.offset());
        }
        return bounds.isLimited() ? query.limit(bounds.limit()) : query;
    }

    /** Whether a filter holds for no document at all, as that of an empty IN. */
    static boolean isNever(Filter filter) {
        if (filter instanceof Filter.Or or) {
            return or.filters().stream().allMatch(QueryRunner::isNever);
        }
        if (filter instanceof Filter.In in) {
            return in.values().isEmpty();
        }
        return filter instanceof Filter.And and && and.filters().stream().anyMatch(QueryRunner::isNever);
    }
}
