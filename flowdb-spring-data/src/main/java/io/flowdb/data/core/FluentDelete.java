package io.flowdb.data.core;

import io.flowdb.json.Filter;
import java.util.List;
import java.util.function.Function;

/** {@link ExecutableDelete} on {@link FlowDbOperations}. */
final class FluentDelete<T> implements ExecutableDelete<T> {

    private final FlowDbOperations operations;
    private final FlowDbQuery query;
    private final Class<T> type;

    FluentDelete(FlowDbOperations operations, FlowDbQuery query, Class<T> type) {
        this.operations = operations;
        this.query = query;
        this.type = type;
    }

    @Override
    public ExecutableDelete<T> matching(FlowDbQuery other) {
        return new FluentDelete<>(operations, query.and(other), type);
    }

    @Override
    public ExecutableDelete<T> matching(Filter filter) {
        return new FluentDelete<>(operations, query.and(filter), type);
    }

    @Override
    public ExecutableDelete<T> matching(Function<? super Conditions<T>, Filter> condition) {
        return matching(condition.apply(operations.conditions(type)));
    }

    @Override
    public long all() {
        return operations.delete(query, type);
    }

    @Override
    public List<T> findAndDelete() {
        return operations.findAndDelete(query, type);
    }
}
