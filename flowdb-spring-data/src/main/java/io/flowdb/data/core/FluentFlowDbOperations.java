package io.flowdb.data.core;

/**
 * Operations described step by step: {@code template.query(Todo.class).matching(…).sort(…).limit(10).all()}. Each step
 * returns a new description and nothing is read or written before the last one; descriptions are immutable, so one may
 * be kept and run often. They follow the same rules as the other operations: transactions, row policies, callbacks,
 * exceptions.
 */
public interface FluentFlowDbOperations {

    /** Finds, counts or scrolls entities. */
    <T> ExecutableQuery<T, T> query(Class<T> type);

    /** Stores new entities. */
    <T> ExecutableInsert<T> insert(Class<T> type);

    /** Changes entities that are there. */
    <T> ExecutableUpdate<T> update(Class<T> type);

    /** Deletes entities. */
    <T> ExecutableDelete<T> delete(Class<T> type);
}
