package io.flowdb.data.core;

import java.util.ArrayList;
import java.util.List;

/** {@link ExecutableInsert} on {@link FlowDbOperations}. */
final class FluentInsert<T> implements ExecutableInsert<T> {

    private final FlowDbOperations operations;
    private final Class<T> type;

    FluentInsert(FlowDbOperations operations, Class<T> type) {
        this.operations = operations;
        this.type = type;
    }

    @Override
    public T one(T entity) {
        return operations.insert(type.cast(entity));
    }

    @Override
    public List<T> all(Iterable<? extends T> entities) {
        List<T> checked = new ArrayList<>();
        entities.forEach(entity -> checked.add(type.cast(entity)));
        return operations.insertAll(checked);
    }
}
