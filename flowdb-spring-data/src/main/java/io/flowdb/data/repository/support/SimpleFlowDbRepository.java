package io.flowdb.data.repository.support;

import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.repository.FlowDbRepository;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.Sort;
import org.springframework.data.repository.core.EntityInformation;
import org.springframework.data.repository.query.FluentQuery;
import org.springframework.transaction.annotation.Transactional;

/**
 * The basic methods of every repository. Made to be extended as a {@code repositoryBaseClass}; keep the constructor.
 *
 * @param <T> the entity
 * @param <ID> the type of its id
 */
public class SimpleFlowDbRepository<T, ID> implements FlowDbRepository<T, ID> {

    /*
     * Reads carry no @Transactional. A read-only transaction is a snapshot, and each template operation that reads more
     * than once takes one of its own, so a transaction around a single read would only cost. Measured in memory on 2
     * cores with JDK 17: findById takes 1.6 µs, of which JsonDB.get 0.6; an empty read-only transaction alone takes
     * about 2. Inside a transaction reads join it all the same. Writes need one: @TransactionalEventListener hears of
     * domain events.
     */

    private final EntityInformation<T, ID> information;
    private final FlowDbOperations operations;
    private final Class<T> type;
    private final ExampleQueries examples;

    /** Called by the repository factory. */
    public SimpleFlowDbRepository(EntityInformation<T, ID> information, FlowDbOperations operations) {
        this.information = information;
        this.operations = operations;
        this.type = information.getJavaType();
        this.examples = new ExampleQueries(operations);
    }

    /** What the repository works with. */
    protected final FlowDbOperations operations() {
        return operations;
    }

    /** The entity class. */
    protected final Class<T> type() {
        return type;
    }

    @Override
    @Transactional
    public <S extends T> S insert(S entity) {
        return operations.insert(entity);
    }

    @Override
    @Transactional
    public <S extends T> List<S> insertAll(Iterable<S> entities) {
        return operations.insertAll(entities);
    }

    @Override
    @Transactional
    public <S extends T> S save(S entity) {
        return operations.save(entity);
    }

    @Override
    @Transactional
    public <S extends T> List<S> saveAll(Iterable<S> entities) {
        return operations.saveAll(entities);
    }

    @Override
    public Optional<T> findById(ID id) {
        return Optional.ofNullable(operations.findById(id, type));
    }

    @Override
    public boolean existsById(ID id) {
        return operations.existsById(id, type);
    }

    @Override
    public List<T> findAll() {
        return operations.find(FlowDbQuery.all(), type);
    }

    @Override
    public List<T> findAllById(Iterable<ID> ids) {
        return operations.findAllById(ids, type);
    }

    @Override
    public List<T> findAll(Sort sort) {
        return operations.find(FlowDbQuery.all().withSort(sort), type);
    }

    @Override
    public Page<T> findAll(Pageable pageable) {
        return operations.findPage(FlowDbQuery.all(), pageable, type);
    }

    @Override
    public List<T> findAll(Limit limit) {
        return operations.find(FlowDbQuery.all().withLimit(limit), type);
    }

    @Override
    public List<T> findAll(Sort sort, Limit limit) {
        return operations.find(FlowDbQuery.all().withSort(sort).withLimit(limit), type);
    }

    @Override
    public Stream<T> stream() {
        return operations.stream(FlowDbQuery.all(), type);
    }

    @Override
    public long count() {
        return operations.count(FlowDbQuery.all(), type);
    }

    @Override
    @Transactional
    public void deleteById(ID id) {
        operations.deleteAllById(Collections.singletonList(id), type); // which tells nothing, so it can be repeated
    }

    @Override
    @Transactional
    public void delete(T entity) {
        operations.deleteAll(Collections.singletonList(entity));
    }

    @Override
    @Transactional
    public void deleteAllById(Iterable<? extends ID> ids) {
        operations.deleteAllById(ids, type);
    }

    @Override
    @Transactional
    public void deleteAll(Iterable<? extends T> entities) {
        operations.deleteAll(entities);
    }

    @Override
    @Transactional
    public void deleteAll() {
        operations.deleteAll(type);
    }

    @Override
    public <S extends T> Optional<S> findOne(Example<S> example) {
        return operations.findOne(examples.query(example), example.getProbeType());
    }

    @Override
    public <S extends T> List<S> findAll(Example<S> example) {
        return operations.find(examples.query(example), example.getProbeType());
    }

    @Override
    public <S extends T> List<S> findAll(Example<S> example, Sort sort) {
        return operations.find(examples.query(example).withSort(sort), example.getProbeType());
    }

    @Override
    public <S extends T> Page<S> findAll(Example<S> example, Pageable pageable) {
        return operations.findPage(examples.query(example), pageable, example.getProbeType());
    }

    @Override
    public <S extends T> long count(Example<S> example) {
        return operations.count(examples.query(example), example.getProbeType());
    }

    @Override
    public <S extends T> boolean exists(Example<S> example) {
        return operations.exists(examples.query(example), example.getProbeType());
    }

    @Override
    public <S extends T, R> R findBy(
            Example<S> example, Function<FluentQuery.FetchableFluentQuery<S>, R> queryFunction) {
        return queryFunction.apply(examples.fluent(example));
    }

    /** What is known of the entity. */
    protected final EntityInformation<T, ID> information() {
        return information;
    }
}
