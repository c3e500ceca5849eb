package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.Explain;
import io.flowdb.json.ExportFormat;
import io.flowdb.json.JsonDB;
import io.flowdb.json.StoreSchema;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.BeansException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.Window;
import org.springframework.data.mapping.callback.EntityCallback;
import org.springframework.data.mapping.callback.EntityCallbacks;
import org.springframework.util.function.SingletonSupplier;

/** {@link FlowDbOperations} on a {@link JsonDB}. */
public final class FlowDbTemplate implements FlowDbOperations, ApplicationContextAware {

    private static final Logger LOG = LoggerFactory.getLogger(FlowDbTemplate.class);

    private final EntityAccess access;
    private final EntityReads reads;
    private final EntitySaves saves;
    private final EntityDeletes deletes;
    private final Projections projections;

    private ScanMode scanMode = ScanMode.WARN;

    /** A template with a mapping context of its own. */
    public FlowDbTemplate(JsonDB database) {
        this(() -> database, new MappingFlowDbConverter(new FlowDbMappingContext()));
    }

    /** A template on {@code database}. */
    public FlowDbTemplate(JsonDB database, FlowDbConverter converter) {
        this(() -> database, converter);
    }

    /** A template on the database that {@code database} gives at each operation; it may open it at the first one. */
    public FlowDbTemplate(Supplier<JsonDB> database, FlowDbConverter converter) {
        this(new EntityAccess(database, converter), new Projections(converter));
    }

    private FlowDbTemplate(EntityAccess access, Projections projections) {
        this.access = access;
        this.reads = new EntityReads(access);
        this.saves = new EntitySaves(access);
        this.deletes = new EntityDeletes(access);
        this.projections = projections;
    }

    @Override
    public void setApplicationContext(ApplicationContext context) throws BeansException {
        if (context.getBeanNamesForType(EntityCallback.class, true, false).length > 0) {
            access.setCallbacks(
                    EntityCallbacks.create(context),
                    context.getBeanNamesForType(AfterConvertCallback.class, true, false).length > 0);
        }
        projections.setBeanFactory(context);
        checkScopes(context);
        access.setPolicies(SingletonSupplier.of(() -> {
            checkPresence(context);
            List<RowPolicy<?>> beans = new ArrayList<>();
            context.getBeanProvider(RowPolicy.class).orderedStream().forEach(beans::add);
            return RowPolicies.of(beans, this);
        }));
    }

    /** A policy that is made anew for each request, say, would be kept, and asked as whoever came first. */
    private static void checkScopes(ApplicationContext context) {
        for (String name : context.getBeanNamesForType(RowPolicy.class, true, false)) {
            if (!context.isSingleton(name) && !context.isPrototype(name) && !ScopedProxyUtils.isScopedTarget(name)) {
                throw new IllegalStateException(
                        "The row policy '" + name + "' has a scope of its own and no proxy, so it would be asked as"
                                + " whoever came first; give its @Scope a proxyMode, or make it a"
                                + " singleton");
            }
        }
    }

    /** What becomes of query methods that no index serves; default {@link ScanMode#WARN}. */
    public void setScanMode(ScanMode scanMode) {
        this.scanMode = scanMode;
    }

    /** A bean that is null is no bean to Spring, which would leave the store unguarded without a word. */
    private static void checkPresence(ApplicationContext context) {
        for (String name : context.getBeanNamesForType(RowPolicy.class)) {
            if (context.isSingleton(name) && !(context.getBean(name) instanceof RowPolicy)) {
                throw new IllegalStateException("The row policy '" + name + "' is null;"
                        + " to guard nothing declare no bean, to permit nothing return rows.none()");
            }
        }
    }

    /** Tells {@code slowQueries} of every query, also of those that bypass row policies. Default: none is told. */
    public void setSlowQueries(SlowQueries slowQueries) {
        access.queries().setSlowQueries(slowQueries);
    }

    /**
     * Tells {@code listener}, too, of every query, also of those that bypass row policies. To be called before the
     * template is used.
     */
    public void addQueryListener(QueryListener listener) {
        access.queries().addListener(listener);
    }

    @Override
    public ScanMode getScanMode() {
        return scanMode;
    }

    @Override
    public Optional<String> adviseIndex(FlowDbQuery query, Class<?> type) {
        StoreSchema schema = access.documents().schema(storeOf(type));
        return Optional.ofNullable(IndexAdvice.of(query.filter(), schema, type, access.properties()));
    }

    /** Guards stores by these policies, instead of the beans of the application context. */
    public void setRowPolicies(List<? extends RowPolicy<?>> policies) {
        RowPolicies fixed = RowPolicies.of(policies, this);
        access.setPolicies(() -> fixed);
    }

    @Override
    public FlowDbOperations bypassingRowPolicies(String reason) {
        LOG.info("Row policies are bypassed: {}", reason);
        FlowDbTemplate unguarded = new FlowDbTemplate(access.unguarded(), projections);
        unguarded.setScanMode(scanMode);
        return unguarded;
    }

    /**
     * Calls these before and after conversion, saving and deleting, instead of the beans of the application context.
     */
    public void setEntityCallbacks(EntityCallbacks callbacks) {
        access.setCallbacks(callbacks, true);
    }

    @Override
    public <T> ExecutableQuery<T, T> query(Class<T> type) {
        return FluentQuery.of(this, projections, type);
    }

    @Override
    public <T> ExecutableInsert<T> insert(Class<T> type) {
        return new FluentInsert<>(this, type);
    }

    @Override
    public <T> ExecutableUpdate<T> update(Class<T> type) {
        return FluentUpdate.of(new EntityUpdates(access, saves), type);
    }

    @Override
    public <T> ExecutableDelete<T> delete(Class<T> type) {
        return new FluentDelete<>(this, FlowDbQuery.all(), type);
    }

    @Override
    public <T> T insert(T entity) {
        return saves.save(entity, true);
    }

    @Override
    public <T> T save(T entity) {
        return saves.save(entity, false);
    }

    @Override
    public <T> List<T> insertAll(Iterable<? extends T> entities) {
        return saves.saveAll(entities, true);
    }

    @Override
    public <T> List<T> saveAll(Iterable<? extends T> entities) {
        return saves.saveAll(entities, false);
    }

    @Override
    public <T> @Nullable T findById(Object id, Class<T> type) {
        return reads.findById(id, type);
    }

    @Override
    public <T> List<T> findAllById(Iterable<?> ids, Class<T> type) {
        return reads.findAllById(ids, type);
    }

    @Override
    public boolean existsById(Object id, Class<?> type) {
        return reads.existsById(id, type);
    }

    @Override
    public <T> List<T> find(FlowDbQuery query, Class<T> type) {
        return reads.find(query, type);
    }

    @Override
    public <T> Optional<T> findOne(FlowDbQuery query, Class<T> type) {
        return reads.findOne(query, type);
    }

    @Override
    public <T> Optional<T> findFirst(FlowDbQuery query, Class<T> type) {
        return reads.findFirst(query, type);
    }

    @Override
    public <T> Stream<T> stream(FlowDbQuery query, Class<T> type) {
        return reads.stream(query, type);
    }

    @Override
    public <T> Page<T> findPage(FlowDbQuery query, Pageable pageable, Class<T> type) {
        return reads.findPage(query, pageable, type);
    }

    @Override
    public <T> Slice<T> findSlice(FlowDbQuery query, Pageable pageable, Class<T> type) {
        return reads.findSlice(query, pageable, type);
    }

    @Override
    public <T> Window<T> scroll(FlowDbQuery query, ScrollPosition position, Class<T> type) {
        return reads.scroll(query, position, type);
    }

    @Override
    public long count(FlowDbQuery query, Class<?> type) {
        return reads.count(query, type);
    }

    @Override
    public boolean exists(FlowDbQuery query, Class<?> type) {
        return reads.exists(query, type);
    }

    @Override
    public boolean delete(Object entity) {
        return deletes.delete(entity);
    }

    @Override
    public void deleteAll(Iterable<?> entities) {
        deletes.deleteAll(entities);
    }

    @Override
    public void deleteAllById(Iterable<?> ids, Class<?> type) {
        deletes.deleteAllById(ids, type);
    }

    @Override
    public void deleteAll(Class<?> type) {
        deletes.deleteAll(type);
    }

    @Override
    public boolean deleteById(Object id, Class<?> type) {
        return deletes.deleteById(id, type);
    }

    @Override
    public long delete(FlowDbQuery query, Class<?> type) {
        return deletes.delete(query, type);
    }

    @Override
    public <T> List<T> findAndDelete(FlowDbQuery query, Class<T> type) {
        return deletes.findAndDelete(query, type);
    }

    @Override
    public <T> Optional<T> findOneAndDelete(FlowDbQuery query, Class<T> type) {
        return deletes.findOneAndDelete(query, type);
    }

    @Override
    public <T> EntityChanges<T> changes(Class<T> type) {
        return reads.changes(type, JsonDB::changes);
    }

    @Override
    public <T> EntityChanges<T> changes(Class<T> type, long sinceSeqno) {
        return reads.changes(type, database -> database.changes(sinceSeqno));
    }

    @Override
    public long export(Class<?> type, OutputStream to, ExportFormat format) {
        return reads.export(type, to, format);
    }

    @Override
    public Explain explain(FlowDbQuery query, Class<?> type) {
        return reads.explain(query, type);
    }

    @Override
    public <T> Conditions<T> conditions(Class<T> type) {
        return new Conditions<>(type, access.converter(), access.properties());
    }

    @Override
    public <R extends @Nullable Object> R execute(Function<? super DocumentOperations, R> action) {
        return access.unguardedDocuments().execute(action);
    }

    @Override
    public <R extends @Nullable Object> R executeAtomically(
            Collection<String> stores, Function<? super DocumentOperations, R> action) {
        return access.unguardedDocuments().atomically(stores, action::apply);
    }

    @Override
    public String storeOf(Class<?> type) {
        return access.entityOf(type).getStore();
    }

    @Override
    public FlowDbConverter getConverter() {
        return access.converter();
    }
}
