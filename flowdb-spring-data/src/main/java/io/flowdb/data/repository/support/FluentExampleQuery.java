package io.flowdb.data.repository.support;

import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.ExecutableQuery;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;
import org.springframework.data.repository.query.FluentQuery.FetchableFluentQuery;

/**
 * A query by example that is still being described. Immutable; each step returns a new one. {@code project} does not
 * change the result: documents are read whole.
 *
 * @param <S> the entity
 * @param <R> what it is returned as
 */
final class FluentExampleQuery<S, R> implements FetchableFluentQuery<R> {

    private final ExecutableQuery<S, R> query;
    private final Conditions<S> properties;

    FluentExampleQuery(ExecutableQuery<S, R> query, Conditions<S> properties) {
        this.query = query;
        this.properties = properties;
    }

    @Override
    public FetchableFluentQuery<R> sortBy(Sort sort) {
        return new FluentExampleQuery<>(query.sort(sort), properties);
    }

    @Override
    public FetchableFluentQuery<R> limit(int limit) {
        return new FluentExampleQuery<>(query.limit(limit), properties);
    }

    @Override
    public <T> FetchableFluentQuery<T> as(Class<T> resultType) {
        return new FluentExampleQuery<>(query.as(resultType), properties);
    }

    @Override
    public FetchableFluentQuery<R> project(Collection<String> names) {
        names.forEach(properties::fieldPath); // throws where there is no such property
        return this;
    }

    @Override
    public @Nullable R oneValue() {
        return query.one().orElse(null);
    }

    @Override
    public @Nullable R firstValue() {
        return query.first().orElse(null);
    }

    @Override
    public List<R> all() {
        return query.all();
    }

    @Override
    public Window<R> scroll(ScrollPosition position) {
        return query.scroll(position);
    }

    @Override
    public Page<R> page(Pageable pageable) {
        return query.page(pageable);
    }

    @Override
    public Slice<R> slice(Pageable pageable) {
        return query.slice(pageable);
    }

    @Override
    public Stream<R> stream() {
        return query.stream();
    }

    @Override
    public long count() {
        return query.count();
    }

    @Override
    public boolean exists() {
        return query.exists();
    }
}
