package io.flowdb.data.core;

import io.flowdb.json.Explain;
import io.flowdb.json.Filter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Sort;
import org.springframework.data.domain.Window;

/**
 * A query that is being described. Immutable. Errors: {@link org.springframework.dao.DataAccessException}, at the last
 * step.
 *
 * @param <T> the entity
 * @param <R> what it is returned as
 */
public interface ExecutableQuery<T, R> {

    /**
     * As what each entity is returned: an interface with some of its properties, or a class that is constructed from
     * them. A class below the entity in its store finds those of its kind only. Anything else is an {@link
     * org.springframework.dao.InvalidDataAccessApiUsageException}.
     */
    <X> ExecutableQuery<T, X> as(Class<X> resultType);

    /**
     * Only what {@code query} finds: its filter is added, its order appended, its offset and limit replace those of
     * before.
     */
    ExecutableQuery<T, R> matching(FlowDbQuery query);

    /** Only what satisfies {@code filter} as well. */
    ExecutableQuery<T, R> matching(Filter filter);

    /** Only what satisfies the condition as well: {@code matching(c -> c.eq("title", title))}. */
    ExecutableQuery<T, R> matching(Function<? super Conditions<T>, Filter> condition);

    /** In this order, after the order of before. */
    ExecutableQuery<T, R> sort(Sort sort);

    /** Without the first {@code offset}. */
    ExecutableQuery<T, R> offset(long offset);

    /** At most {@code limit}. */
    ExecutableQuery<T, R> limit(int limit);

    /** At most as many, if that is limited. */
    ExecutableQuery<T, R> limit(Limit limit);

    /** The only one; throws {@code IncorrectResultSizeDataAccessException} if there are more. */
    Optional<R> one();

    /** The first one. */
    Optional<R> first();

    /** All. */
    List<R> all();

    /** One by one, as {@link FlowDbOperations#stream}. Close the stream: it may pin a snapshot. */
    Stream<R> stream();

    /** One page; offset and limit bound the whole. */
    Page<R> page(Pageable pageable);

    /** One page, and whether there is a next one. */
    Slice<R> slice(Pageable pageable);

    /** What follows a position, at most as many as {@code limit} says, which must have been called. */
    Window<R> scroll(ScrollPosition position);

    /** How many. */
    long count();

    /** Whether there is one. */
    boolean exists();

    /** Runs the query and tells how it was carried out. */
    Explain explain();
}
