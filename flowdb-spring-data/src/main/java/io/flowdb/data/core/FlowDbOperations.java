package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.Explain;
import io.flowdb.json.ExportFormat;
import java.io.OutputStream;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Window;

/**
 * Entities in their stores. Every operation joins the FlowDB transaction of the thread, if there is one, and reads its
 * writes; without one it is atomic by itself: a write is one commit, repeated on conflict, and a read sees one state.
 *
 * <p>Threads: any. Errors: {@link org.springframework.dao.DataAccessException}, see {@link FlowDbExceptionTranslator}.
 */
public interface FlowDbOperations extends FluentFlowDbOperations {

    /**
     * Stores a new entity; throws {@code DuplicateKeyException} if its id or a unique value is taken; in a transaction
     * the latter shows at its commit. Returns what was stored.
     */
    <T> T insert(T entity);

    /** Stores new entities, all or none, in one commit. */
    <T> List<T> insertAll(Iterable<? extends T> entities);

    /**
     * Stores an entity: over the one with its id, or as a new one where id or version say so. With a version the stored
     * one must be that of the entity, else {@code OptimisticLockingFailureException}. Returns what was stored, for
     * immutable entities a new instance.
     */
    <T> T save(T entity);

    /** Saves entities, all or none, in one commit. */
    <T> List<T> saveAll(Iterable<? extends T> entities);

    /** The entity with this id, or null. */
    <T> @Nullable T findById(Object id, Class<T> type);

    /** The entities with these ids that exist, in the order of the ids, from one state. */
    <T> List<T> findAllById(Iterable<?> ids, Class<T> type);

    /** Whether there is an entity with this id. */
    boolean existsById(Object id, Class<?> type);

    /** The entities a query finds. */
    <T> List<T> find(FlowDbQuery query, Class<T> type);

    /** The only entity a query finds; throws {@code IncorrectResultSizeDataAccessException} if there are more. */
    <T> Optional<T> findOne(FlowDbQuery query, Class<T> type);

    /** The first entity a query finds. */
    <T> Optional<T> findFirst(FlowDbQuery query, Class<T> type);

    /**
     * The entities a query finds, of one state, read as the stream is consumed; only a result that no index gives in
     * the wanted order is found, and sorted, before. Close the stream, unless it is read to its end: until then it pins
     * a snapshot. In a transaction what that writes meanwhile, ahead of the stream, is seen as well; to change what is
     * streamed, collect it first.
     */
    <T> Stream<T> stream(FlowDbQuery query, Class<T> type);

    /**
     * One page of what a query finds; counts all only if the page itself does not tell. Limit and offset of the query
     * bound the whole.
     */
    <T> Page<T> findPage(FlowDbQuery query, Pageable pageable, Class<T> type);

    /** One page of what a query finds and whether there is a next one. */
    <T> Slice<T> findSlice(FlowDbQuery query, Pageable pageable, Class<T> type);

    /**
     * What follows a position, at most as many as the query's limit says. Keyset positions hold the stored values of
     * the sorted properties and the id, nulls included, so windows neither skip nor repeat while others write.
     */
    <T> Window<T> scroll(FlowDbQuery query, ScrollPosition position, Class<T> type);

    /** How many entities a query finds. */
    long count(FlowDbQuery query, Class<?> type);

    /** Whether a query finds an entity. */
    boolean exists(FlowDbQuery query, Class<?> type);

    /**
     * Deletes the entity with the id of this one; false if there is none. With a version the stored one must be that of
     * the entity, else {@code OptimisticLockingFailureException}.
     */
    boolean delete(Object entity);

    /** Deletes the entity with this id, whatever its version; false if there is none. */
    boolean deleteById(Object id, Class<?> type);

    /** As {@link #delete(Object)} of each, all or none, in one commit. */
    void deleteAll(Iterable<?> entities);

    /** As {@link #deleteById} of each, all or none, in one commit. */
    void deleteAllById(Iterable<?> ids, Class<?> type);

    /** Deletes the entities of a class, atomically. */
    void deleteAll(Class<?> type);

    /** Deletes what a query finds, atomically, and returns the number. */
    long delete(FlowDbQuery query, Class<?> type);

    /** Deletes what a query finds, atomically, and returns it. */
    <T> List<T> findAndDelete(FlowDbQuery query, Class<T> type);

    /**
     * Deletes the one entity a query finds and returns it. Of several it deletes none, and throws
     * {@link org.springframework.dao.IncorrectResultSizeDataAccessException}.
     */
    <T> Optional<T> findOneAndDelete(FlowDbQuery query, Class<T> type);

    /**
     * The committed changes from now on of the entities that may be read. Changes are kept from the first call on,
     * within the limits of {@link io.flowdb.json.JsonDB#changes(long)}.
     */
    <T> EntityChanges<T> changes(Class<T> type);

    /** The same after the commit {@code sinceSeqno}, the last one that was seen. */
    <T> EntityChanges<T> changes(Class<T> type, long sinceSeqno);

    /**
     * Writes the documents of the entities that may be read as JSON in UTF-8, those of one state in the order of their
     * ids, and returns their number. {@code to} is flushed and stays open.
     */
    long export(Class<?> type, OutputStream to, ExportFormat format);

    /** Runs a query and tells how it was carried out; of a store with row policies not how much was read, but -1. */
    Explain explain(FlowDbQuery query, Class<?> type);

    /** What becomes of query methods that no index serves. */
    ScanMode getScanMode();

    /** Which annotation would give a query an index; empty if it has one, or needs none. Runs nothing. */
    Optional<String> adviseIndex(FlowDbQuery query, Class<?> type);

    /** Conditions on the properties of an entity. */
    <T> Conditions<T> conditions(Class<T> type);

    /**
     * The same operations without {@link RowPolicy row policies}, for work of the application itself. Logged with its
     * reason.
     */
    FlowDbOperations bypassingRowPolicies(String reason);

    /**
     * The documents themselves, in the transaction of the thread if there is one; exceptions are translated. Row
     * policies do not guard them: where there are some, this is only permitted after {@link #bypassingRowPolicies}.
     */
    <R extends @Nullable Object> R execute(Function<? super DocumentOperations, R> action);

    /**
     * Runs {@code action} in one transaction over {@code stores}: that of the thread, else one of its own, repeated on
     * conflict. As {@link #execute} only where no row policies are, or after {@link #bypassingRowPolicies}.
     */
    <R extends @Nullable Object> R executeAtomically(
            Collection<String> stores, Function<? super DocumentOperations, R> action);

    /** Name of the store of an entity class. */
    String storeOf(Class<?> type);

    /** The converter that reads and writes the documents. */
    FlowDbConverter getConverter();
}
