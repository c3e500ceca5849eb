package io.flowdb.data.core;

import io.flowdb.json.Filter;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.core.TypedPropertyPath;
import org.springframework.data.domain.Sort;

/**
 * A change of entities that is being described. The changes are made to each entity, in the order given, and it is
 * saved as {@link FlowDbOperations#save} would: its version counts up, auditing and callbacks see it. All of it,
 * callbacks included, is one transaction, repeated on conflict unless one was running before. The id cannot be changed.
 * Immutable.
 *
 * @param <T> the entity
 */
public interface ExecutableUpdate<T> {

    /** Only what {@code query} finds: its filter is added, its order, offset and limit are taken. */
    ExecutableUpdate<T> matching(FlowDbQuery query);

    /** Only what satisfies {@code filter} as well. */
    ExecutableUpdate<T> matching(Filter filter);

    /** Only what satisfies the condition as well. */
    ExecutableUpdate<T> matching(Function<? super Conditions<T>, Filter> condition);

    /** In this order, which matters for {@link #limit}. */
    ExecutableUpdate<T> sort(Sort sort);

    /** The first {@code limit} only. */
    ExecutableUpdate<T> limit(int limit);

    /** Sets a property; {@code property} may be a path. */
    ExecutableUpdate<T> set(String property, @Nullable Object value);

    /** Sets a property: {@code set(Todo::title, title)}. */
    <P> ExecutableUpdate<T> set(TypedPropertyPath<T, P> property, @Nullable P value);

    /**
     * Adds to a number, in its own type; null counts as 0. Throws {@link InvalidDataAccessApiUsageException} where the
     * type has no such number.
     */
    ExecutableUpdate<T> increment(String property, Number by);

    /** Replaces the entity by what {@code change} makes of it; called again when the transaction is repeated. */
    ExecutableUpdate<T> apply(UnaryOperator<T> change);

    /** Makes the changes and returns how many entities were found and saved. */
    long all();

    /** Makes the changes and returns the entities as they were saved. */
    List<T> findAndUpdate();
}
