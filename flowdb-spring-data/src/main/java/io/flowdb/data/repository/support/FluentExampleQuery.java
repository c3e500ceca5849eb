package io.flowdb.data.repository.support;

import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbQuery;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.convert.DtoInstantiatingConverter;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.data.mapping.model.EntityInstantiators;
import org.springframework.data.projection.SpelAwareProxyProjectionFactory;
import org.springframework.data.repository.query.FluentQuery.FetchableFluentQuery;

/**
 * A query by example that is still being described. Immutable; each step returns a new one. {@code project} does not change the
 * result: documents are read whole.
 *
 * @param <S> the entity
 * @param <R> what it is returned as
 */
final class FluentExampleQuery<S, R> implements FetchableFluentQuery<R> {

    private final FlowDbOperations operations;
    private final FlowDbQuery query;
    private final Class<S> type;
    private final Function<? super S, ? extends R> projection;

    private FluentExampleQuery(
            FlowDbOperations operations,
            FlowDbQuery query,
            Class<S> type,
            Function<? super S, ? extends R> projection) {
        this.operations = operations;
        this.query = query;
        this.type = type;
        this.projection = projection;
    }

    static <S> FetchableFluentQuery<S> of(FlowDbOperations operations, FlowDbQuery query, Class<S> type) {
        return new FluentExampleQuery<S, S>(operations, query, type, entity -> entity);
    }

    @Override
    public FetchableFluentQuery<R> sortBy(Sort sort) {
        return new FluentExampleQuery<>(operations, query.withSort(query.sort().and(sort)), type, projection);
    }

    @Override
    public FetchableFluentQuery<R> limit(int limit) {
        return new FluentExampleQuery<>(operations, query.withLimit(limit), type, projection);
    }

    @Override
    public <T> FetchableFluentQuery<T> as(Class<T> resultType) {
        return new FluentExampleQuery<>(operations, query, type, projectionTo(resultType));
    }

    private <T> Function<S, T> projectionTo(Class<T> resultType) {
        if (resultType.isAssignableFrom(type)) {
            return resultType::cast;
        }
        if (resultType.isInterface()) {
            SpelAwareProxyProjectionFactory factory = new SpelAwareProxyProjectionFactory();
            return entity -> factory.createProjection(resultType, entity);
        }
        DtoInstantiatingConverter converter = new DtoInstantiatingConverter(
                resultType, operations.getConverter().getMappingContext(), new EntityInstantiators());
        return entity -> resultType.cast(converter.convert(entity));
    }

    @Override
    public FetchableFluentQuery<R> project(Collection<String> properties) {
        properties.forEach(operations.conditions(type)::fieldPath);
        return this;
    }

    @Override
    public @Nullable R oneValue() {
        return operations.findOne(query, type).<R>map(projection).orElse(null);
    }

    @Override
    public @Nullable R firstValue() {
        return operations.findFirst(query, type).<R>map(projection).orElse(null);
    }

    @Override
    public List<R> all() {
        return operations.find(query, type).stream().<R>map(projection).toList();
    }

    @Override
    public Window<R> scroll(ScrollPosition position) {
        if (!query.isLimited()) {
            throw new InvalidDataAccessApiUsageException("scroll needs a limit: call limit(int) before");
        }
        return operations.scroll(query, position, type).map(projection);
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
    public Stream<R> stream() {
        return operations.stream(query, type).map(projection);
    }

    @Override
    public long count() {
        return operations.count(query, type);
    }

    @Override
    public boolean exists() {
        return operations.exists(query, type);
    }
}
