package io.flowdb.data.core;

import io.flowdb.json.Filter;
import java.util.List;
import java.util.function.Function;

/**
 * A delete that is being described; of all entities, unless it is told which. Immutable.
 *
 * @param <T> the entity
 */
public interface ExecutableDelete<T> {

    /** Only what {@code query} finds: its filter is added, its order, offset and limit are taken. */
    ExecutableDelete<T> matching(FlowDbQuery query);

    /** Only what satisfies {@code filter} as well. */
    ExecutableDelete<T> matching(Filter filter);

    /** Only what satisfies the condition as well. */
    ExecutableDelete<T> matching(Function<? super Conditions<T>, Filter> condition);

    /** Deletes, atomically, and returns how many; delete callbacks are not called. */
    long all();

    /** Deletes, atomically, and returns what was deleted; delete callbacks are called. */
    List<T> findAndDelete();
}
