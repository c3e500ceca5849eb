package io.flowdb.data.core;

import io.flowdb.json.Explain;
import io.flowdb.json.Filter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;

/** {@link ExecutableQuery} on {@link FlowDbOperations}. */
final class FluentQuery<T, R> implements ExecutableQuery<T, R> {

    private final FlowDbOperations operations;
    private final Projections projections;
    private final FlowDbQuery query;
    private final Class<T> type;
    private final Function<? super T, ? extends R> projection;

    private FluentQuery(
            FlowDbOperations operations,
            Projections projections,
            FlowDbQuery query,
            Class<T> type,
            Function<? super T, ? extends R> projection) {
        this.operations = operations;
        this.projections = projections;
        this.query = query;
        this.type = type;
        this.projection = projection;
    }

    static <T> ExecutableQuery<T, T> of(FlowDbOperations operations, Projections projections, Class<T> type) {
        return new FluentQuery<T, T>(operations, projections, FlowDbQuery.all(), type, entity -> entity);
    }

    private ExecutableQuery<T, R> with(FlowDbQuery changed) {
        return new FluentQuery<>(operations, projections, changed, type, projection);
    }

    @Override
    @SuppressWarnings("unchecked") // of a subclass of T: a T as well
    public <X> ExecutableQuery<T, X> as(Class<X> resultType) {
        if (projections.isKindOf(resultType, type)) {
            Class<T> kind = (Class<T>) resultType;
            return new FluentQuery<>(operations, projections, query, kind, resultType::cast);
        }
        return new FluentQuery<>(operations, projections, query, type, projections.to(resultType, type));
    }

    @Override
    public ExecutableQuery<T, R> matching(FlowDbQuery other) {
        return with(query.and(other));
    }

    @Override
    public ExecutableQuery<T, R> matching(Filter filter) {
        return with(query.and(filter));
    }

    @Override
    public ExecutableQuery<T, R> matching(Function<? super Conditions<T>, Filter> condition) {
        return matching(condition.apply(operations.conditions(type)));
    }

    @Override
    public ExecutableQuery<T, R> sort(Sort sort) {
        return with(query.withSort(query.sort().and(sort)));
    }

    @Override
    public ExecutableQuery<T, R> offset(long offset) {
        return with(query.withOffset(offset));
    }

    @Override
    public ExecutableQuery<T, R> limit(int limit) {
        return with(query.withLimit(limit));
    }

    @Override
    public ExecutableQuery<T, R> limit(Limit limit) {
        return with(query.withLimit(limit));
    }

    @Override
    public Optional<R> one() {
        return operations.findOne(query, type).map(projection);
    }

    @Override
    public Optional<R> first() {
        return operations.findFirst(query, type).map(projection);
    }

    @Override
    public List<R> all() {
        return operations.find(query, type).stream().<R>map(projection).toList();
    }

    @Override
    public Stream<R> stream() {
        return operations.stream(query, type).map(projection);
    }

    @Override
    public Page<R> page(Pageable pageable) {
        return operations.findPage(query, pageable, type).map(projection);
    }

    @Override
    public Slice<R> slice(Pageable pageable) {
        return operations.findSlice(query, pageable, type).map(projection);
    }

    @Override
    public Window<R> scroll(ScrollPosition position) {
        if (!query.isLimited()) {
            throw new InvalidDataAccessApiUsageException("scroll needs a limit: call limit(int) before");
        }
        return operations.scroll(query, position, type).map(projection);
    }

    @Override
    public long count() {
        return operations.count(query, type);
    }

    @Override
    public boolean exists() {
        return operations.exists(query, type);
    }

    @Override
    public Explain explain() {
        return operations.explain(query, type);
    }
}
