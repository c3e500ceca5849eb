package io.flowdb.data.core;

import io.flowdb.json.Filter;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.data.core.TypedPropertyPath;
import org.springframework.data.domain.Sort;

/** {@link ExecutableUpdate} on {@link EntityUpdates}. */
final class FluentUpdate<T> implements ExecutableUpdate<T> {

    private final EntityUpdates updates;
    private final FlowDbQuery query;
    private final Class<T> type;
    private final UnaryOperator<T> change;

    private FluentUpdate(EntityUpdates updates, FlowDbQuery query, Class<T> type, UnaryOperator<T> change) {
        this.updates = updates;
        this.query = query;
        this.type = type;
        this.change = change;
    }

    static <T> ExecutableUpdate<T> of(EntityUpdates updates, Class<T> type) {
        return new FluentUpdate<>(updates, FlowDbQuery.all(), type, UnaryOperator.identity());
    }

    private ExecutableUpdate<T> with(FlowDbQuery changed) {
        return new FluentUpdate<>(updates, changed, type, change);
    }

    @Override
    public ExecutableUpdate<T> matching(FlowDbQuery other) {
        return with(query.and(other));
    }

    @Override
    public ExecutableUpdate<T> matching(Filter filter) {
        return with(query.and(filter));
    }

    @Override
    public ExecutableUpdate<T> matching(Function<? super Conditions<T>, Filter> condition) {
        return matching(condition.apply(updates.conditions(type)));
    }

    @Override
    public ExecutableUpdate<T> sort(Sort sort) {
        return with(query.withSort(query.sort().and(sort)));
    }

    @Override
    public ExecutableUpdate<T> limit(int limit) {
        return with(query.withLimit(limit));
    }

    @Override
    public ExecutableUpdate<T> set(String property, @Nullable Object value) {
        return apply(updates.setting(type, property, value));
    }

    @Override
    public <P> ExecutableUpdate<T> set(TypedPropertyPath<T, P> property, @Nullable P value) {
        return set(TypedPropertyPath.of(property).toDotPath(), value);
    }

    @Override
    public ExecutableUpdate<T> increment(String property, Number by) {
        return apply(updates.incrementing(type, property, by));
    }

    @Override
    public ExecutableUpdate<T> apply(UnaryOperator<T> next) {
        return new FluentUpdate<>(updates, query, type, entity -> next.apply(change.apply(entity)));
    }

    @Override
    public long all() {
        return findAndUpdate().size();
    }

    @Override
    public List<T> findAndUpdate() {
        return updates.update(query, type, change);
    }
}
