package io.flowdb.data.repository;

import java.util.List;
import java.util.stream.Stream;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Sort;
import org.springframework.data.repository.ListCrudRepository;
import org.springframework.data.repository.ListPagingAndSortingRepository;
import org.springframework.data.repository.NoRepositoryBean;
import org.springframework.data.repository.query.ListQueryByExampleExecutor;

/**
 * A repository on one store. Writes are transactional: they join the running transaction or are one of their own.
 * Single reads join the running transaction or see the newest committed state; reads of several steps see one state
 * throughout.
 *
 * <p>{@code save} of an entity without version overwrites; with {@code @Version} it compares, and inserts where the
 * version is null or zero. It returns what was stored: for records and other immutable entities a new instance that has
 * id and version.
 *
 * <p>Errors: {@code org.springframework.dao.DataAccessException}.
 *
 * @param <T> the entity class, annotated {@code @ObjectStore}
 * @param <ID> the type of its id
 */
@NoRepositoryBean
public interface FlowDbRepository<T, ID>
        extends ListCrudRepository<T, ID>, ListPagingAndSortingRepository<T, ID>, ListQueryByExampleExecutor<T> {

    /**
     * Stores a new entity.
     *
     * @throws org.springframework.dao.DuplicateKeyException if its id or a unique value is taken
     */
    <S extends T> S insert(S entity);

    /** Stores new entities, all or none, in one commit. */
    <S extends T> List<S> insertAll(Iterable<S> entities);

    /** The first entities in the order of their ids. */
    List<T> findAll(Limit limit);

    /** The first entities in the given order. */
    List<T> findAll(Sort sort, Limit limit);

    /** All entities in the order of their ids, read as the stream is consumed. Close it: it pins a snapshot. */
    Stream<T> stream();
}
