package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.core.EntityProperties.ResolvedProperty;
import io.flowdb.data.core.QueryRunner.Plan;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.error.FlowDbException;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.Explain;
import io.flowdb.json.JsonDB;
import io.flowdb.json.JsonTransaction;
import io.flowdb.json.TransactionMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.BeansException;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationContextAware;
import org.springframework.dao.IncorrectResultSizeDataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.KeysetScrollPosition;
import org.springframework.data.domain.OffsetScrollPosition;
import org.springframework.data.domain.Page;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Slice;
import org.springframework.data.domain.SliceImpl;
import org.springframework.data.domain.Window;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.callback.EntityCallbacks;
import org.springframework.data.support.PageableExecutionUtils;
import org.springframework.data.util.ProxyUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import tools.jackson.databind.JsonNode;

/** {@link FlowDbOperations} on a {@link JsonDB}. */
public final class FlowDbTemplate implements FlowDbOperations, ApplicationContextAware {

    private final Supplier<JsonDB> database;
    private final FlowDbConverter converter;
    private final EntityProperties properties;
    private final QueryRunner queries;
    private final EntityWriter writer;
    private final FlowDbExceptionTranslator exceptions = new FlowDbExceptionTranslator();

    /** Null without an application context. Set once, before the template is used. */
    private @Nullable EntityCallbacks callbacks;

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
        this.database = database;
        this.converter = converter;
        this.properties = new EntityProperties(converter);
        this.queries = new QueryRunner(properties);
        this.writer = new EntityWriter(converter);
    }

    @Override
    public void setApplicationContext(ApplicationContext context) throws BeansException {
        setEntityCallbacks(EntityCallbacks.create(context));
    }

    /** Calls these before and after conversion, saving and deleting, instead of the beans of the application context. */
    public void setEntityCallbacks(EntityCallbacks callbacks) {
        this.callbacks = callbacks;
        writer.setCallbacks(callbacks);
    }

    @Override
    public <T> T insert(T entity) {
        return saveOne(entity, true);
    }

    @Override
    public <T> T save(T entity) {
        return saveOne(entity, false);
    }

    @Override
    public <T> List<T> insertAll(Iterable<? extends T> entities) {
        return saveMany(entities, true);
    }

    @Override
    public <T> List<T> saveAll(Iterable<? extends T> entities) {
        return saveMany(entities, false);
    }

    private <T> T saveOne(T entity, boolean insert) {
        EntitySave<T> save = prepare(entity, insert);
        return storing(List.of(save), List.of(entity), () -> {
            Object key = save.isConditional()
                    ? this.<Object>executeAtomically(List.of(save.store()), save::write)
                    : this.<Object>execute(save::write);
            return writer.complete(save, key);
        });
    }

    private <T> List<T> saveMany(Iterable<? extends T> entities, boolean insert) {
        List<T> originals = new ArrayList<>();
        List<EntitySave<T>> saves = new ArrayList<>();
        Set<String> stores = new LinkedHashSet<>();
        for (T entity : entities) {
            EntitySave<T> save = prepare(entity, insert);
            originals.add(entity);
            saves.add(save);
            stores.add(save.store());
        }
        if (saves.isEmpty()) {
            return new ArrayList<>();
        }
        return storing(saves, originals, () -> {
            List<Object> keys = executeAtomically(stores, operations -> {
                List<Object> written = new ArrayList<>(saves.size());
                saves.forEach(save -> written.add(save.write(operations)));
                return written;
            });
            List<T> stored = new ArrayList<>(saves.size());
            for (int i = 0; i < saves.size(); i++) {
                stored.add(writer.complete(saves.get(i), keys.get(i)));
            }
            return stored;
        });
    }

    private <T> EntitySave<T> prepare(T entity, boolean insert) {
        try {
            return writer.prepare(
                    entity,
                    insert,
                    (type, id) -> execute(ops -> ops.exists(type.getStore(), keyOf(type.getRequiredIdProperty(), id))));
        } catch (MappingException e) {
            throw new InvalidDataAccessApiUsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private static <T, R> R storing(List<EntitySave<T>> saves, List<T> originals, Supplier<R> write) {
        try {
            return write.get();
        } catch (RuntimeException e) {
            for (int i = 0; i < saves.size(); i++) {
                saves.get(i).undo(originals.get(i));
            }
            throw e;
        }
    }

    @Override
    public <T> @Nullable T findById(Object id, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Object key = keyOf(entity.getRequiredIdProperty(), id);
        JsonNode document;
        try {
            document = operations().get(entity.getStore(), key);
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
        return document == null ? null : read(document, type, entity);
    }

    @Override
    public <T> List<T> findAllById(Iterable<?> ids, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        List<Object> keys = new ArrayList<>();
        ids.forEach(id -> keys.add(keyOf(entity.getRequiredIdProperty(), id)));
        return readAll(execute(operations -> operations.getAll(entity.getStore(), keys)), type, entity);
    }

    @Override
    public boolean existsById(Object id, Class<?> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Object key = keyOf(entity.getRequiredIdProperty(), id);
        return execute(operations -> operations.exists(entity.getStore(), key));
    }

    @Override
    public <T> List<T> find(FlowDbQuery query, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan plan = plan(query, type, entity);
        return readAll(execute(operations -> queries.list(operations, plan)), type, entity);
    }

    @Override
    public <T> Optional<T> findOne(FlowDbQuery query, Class<T> type) {
        int most = query.isLimited() ? Math.min(query.limit(), 2) : 2;
        List<T> found = find(query.withLimit(most), type);
        if (found.size() > 1) {
            throw new IncorrectResultSizeDataAccessException(
                    "Expected one " + type.getSimpleName() + ", found more", 1, -1);
        }
        return found.stream().findFirst();
    }

    @Override
    public <T> Optional<T> findFirst(FlowDbQuery query, Class<T> type) {
        int most = query.isLimited() ? Math.min(query.limit(), 1) : 1;
        return find(query.withLimit(most), type).stream().findFirst();
    }

    @Override
    public <T> Stream<T> stream(FlowDbQuery query, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan plan = plan(query, type, entity);
        return execute(operations -> queries.stream(operations, plan)).map(document -> read(document, type, entity));
    }

    @Override
    public <T> Page<T> findPage(FlowDbQuery query, Pageable pageable, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan page = plan(page(query, pageable, 0), type, entity);
        Plan all = plan(query, type, entity);
        return executeConsistently(
                entity.getStore(),
                operations -> PageableExecutionUtils.getPage(
                        readAll(queries.list(operations, page), type, entity),
                        pageable,
                        () -> queries.count(operations, all)));
    }

    @Override
    public <T> Slice<T> findSlice(FlowDbQuery query, Pageable pageable, Class<T> type) {
        List<T> found = find(page(query, pageable, 1), type);
        boolean hasNext = pageable.isPaged() && found.size() > pageable.getPageSize();
        return new SliceImpl<>(hasNext ? found.subList(0, pageable.getPageSize()) : found, pageable, hasNext);
    }

    /** One page of a query, within its own offset and limit, and {@code more} beyond. */
    private static FlowDbQuery page(FlowDbQuery query, Pageable pageable, int more) {
        FlowDbQuery sorted = query.withSort(query.sort().and(pageable.getSort()));
        if (pageable.isUnpaged()) {
            return sorted;
        }
        long wanted = (long) pageable.getPageSize() + more;
        long left = query.isLimited() ? Math.max(0, query.limit() - pageable.getOffset()) : wanted;
        return sorted.withOffset(query.offset() + pageable.getOffset()).withLimit((int) Math.min(wanted, left));
    }

    @Override
    public <T> Window<T> scroll(FlowDbQuery query, ScrollPosition position, Class<T> type) {
        return position instanceof KeysetScrollPosition keyset
                ? scrollByKeyset(query, keyset, type)
                : scrollByOffset(query, (OffsetScrollPosition) position, type);
    }

    private <T> Window<T> scrollByOffset(FlowDbQuery query, OffsetScrollPosition position, Class<T> type) {
        long from = position.isInitial() ? 0 : position.getOffset() + 1;
        FlowDbQuery next = query.withOffset(query.offset() + from);
        List<T> found = find(oneMore(next), type);
        boolean hasNext = query.isLimited() && found.size() > query.limit();
        List<T> window = hasNext ? found.subList(0, query.limit()) : found;
        return Window.from(window, OffsetScrollPosition.positionFunction(from), hasNext);
    }

    private <T> Window<T> scrollByKeyset(FlowDbQuery query, KeysetScrollPosition position, Class<T> type) {
        if (query.offset() > 0) {
            throw new InvalidDataAccessApiUsageException("A window by keyset has no offset");
        }
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        ResolvedProperty id =
                properties.resolve(type, entity.getRequiredIdProperty().getName());
        EntityOrder forward = EntityOrder.of(query.sort(), type, properties).withId(id);
        EntityOrder order = position.scrollsForward() ? forward : forward.reversed();
        KeysetScroll keyset = new KeysetScroll(order, converter);
        FlowDbQuery rest = position.isInitial() ? query : query.and(order.after(keyset.valuesOf(position)));
        Plan plan = new Plan(entity.getStore(), oneMore(rest), order);
        List<JsonNode> documents = new ArrayList<>(execute(operations -> queries.list(operations, plan)));
        boolean hasNext = query.isLimited() && documents.size() > query.limit();
        if (hasNext) {
            documents.remove(documents.size() - 1);
        }
        if (!position.scrollsForward()) {
            Collections.reverse(documents);
        }
        List<Map<String, @Nullable Object>> keys = new ArrayList<>();
        documents.forEach(document -> keys.add(keyset.keysOf(document)));
        return Window.from(
                readAll(documents, type, entity),
                i -> ScrollPosition.of(keys.get(i), position.getDirection()),
                hasNext);
    }

    private static FlowDbQuery oneMore(FlowDbQuery query) {
        return query.isLimited() && query.limit() < Integer.MAX_VALUE ? query.withLimit(query.limit() + 1) : query;
    }

    @Override
    public long count(FlowDbQuery query, Class<?> type) {
        Plan plan = plan(query, type, writer.entityOf(type));
        return execute(operations -> queries.count(operations, plan));
    }

    @Override
    public boolean exists(FlowDbQuery query, Class<?> type) {
        Plan plan = plan(query, type, writer.entityOf(type));
        return execute(operations -> queries.exists(operations, plan));
    }

    @Override
    public boolean delete(Object entity) {
        EntityDelete delete = prepareDelete(entity);
        return delete.isConditional()
                ? executeAtomically(List.of(delete.store()), delete::write)
                : execute(delete::write);
    }

    @Override
    public void deleteAll(Iterable<?> entities) {
        List<EntityDelete> deletes = new ArrayList<>();
        Set<String> stores = new LinkedHashSet<>();
        for (Object entity : entities) {
            EntityDelete delete = prepareDelete(entity);
            deletes.add(delete);
            stores.add(delete.store());
        }
        executeAll(stores, deletes, (operations, delete) -> delete.write(operations));
    }

    @Override
    public void deleteAllById(Iterable<?> ids, Class<?> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        List<Object> keys = new ArrayList<>();
        ids.forEach(id -> keys.add(keyOf(entity.getRequiredIdProperty(), id)));
        executeAll(Set.of(entity.getStore()), keys, (operations, key) -> operations.delete(entity.getStore(), key));
    }

    private <X> void executeAll(Set<String> stores, List<X> all, BiConsumer<DocumentOperations, X> each) {
        if (!all.isEmpty()) {
            executeAtomically(stores, operations -> {
                all.forEach(one -> each.accept(operations, one));
                return all;
            });
        }
    }

    private EntityDelete prepareDelete(Object entity) {
        Class<?> type = ProxyUtils.getUserClass(entity);
        FlowDbPersistentEntity<?> metadata = writer.entityOf(type);
        Object bean = beforeDelete(entity, metadata);
        FlowDbPersistentProperty idProperty = metadata.getRequiredIdProperty();
        Object id = metadata.getIdentifierAccessor(bean).getIdentifier();
        if (id == null) {
            throw new InvalidDataAccessApiUsageException("A " + type.getSimpleName() + " without id cannot be deleted");
        }
        FlowDbPersistentProperty version = metadata.getVersionProperty();
        Object expected =
                version == null ? null : metadata.getPropertyAccessor(bean).getProperty(version);
        return new EntityDelete(metadata, converter.writeValue(idProperty, id), expected);
    }

    /** The delete of one entity, and the version it must have. */
    private record EntityDelete(
            FlowDbPersistentEntity<?> entity,
            JsonNode key,
            @Nullable Object version) {

        String store() {
            return entity.getStore();
        }

        boolean isConditional() {
            return entity.hasVersionProperty();
        }

        boolean write(DocumentOperations operations) {
            if (isConditional()) {
                EntitySave.requireVersion(operations, entity, key, version);
            }
            return operations.delete(store(), key);
        }
    }

    @Override
    public boolean deleteById(Object id, Class<?> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Object key = keyOf(entity.getRequiredIdProperty(), id);
        return execute(operations -> operations.delete(entity.getStore(), key));
    }

    @Override
    public long delete(FlowDbQuery query, Class<?> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan plan = plan(query, type, entity);
        return plan.order().isNative()
                ? execute(operations -> queries.delete(operations, plan))
                : findAndDelete(query, type).size();
    }

    @Override
    public <T> List<T> findAndDelete(FlowDbQuery query, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan plan = plan(query, type, entity);
        String idPath = entity.getRequiredIdProperty().getFieldName();
        return executeAtomically(List.of(entity.getStore()), operations -> {
            List<T> deleted = new ArrayList<>();
            for (JsonNode document : queries.list(operations, plan)) {
                T bean = beforeDelete(read(document, type, entity), entity);
                operations.delete(entity.getStore(), document.get(idPath));
                deleted.add(bean);
            }
            return deleted;
        });
    }

    @Override
    public Explain explain(FlowDbQuery query, Class<?> type) {
        Plan plan = plan(query, type, writer.entityOf(type));
        return execute(operations -> queries.query(operations, plan).explain());
    }

    @Override
    public <T> Conditions<T> conditions(Class<T> type) {
        return new Conditions<>(type, converter, properties);
    }

    @Override
    public <R extends @Nullable Object> R execute(Function<? super DocumentOperations, R> action) {
        try {
            return action.apply(operations());
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    @Override
    public <R extends @Nullable Object> R executeAtomically(
            Collection<String> stores, Function<? super DocumentOperations, R> action) {
        try {
            DocumentOperations operations = operations();
            if (operations instanceof JsonDB db) {
                return db.inTransaction(TransactionMode.READ_WRITE, stores, action::apply);
            }
            return action.apply(operations);
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    /** Runs several reads on one state. */
    private <R extends @Nullable Object> R executeConsistently(
            String store, Function<? super DocumentOperations, R> reads) {
        try {
            DocumentOperations operations = operations();
            if (operations instanceof JsonDB db) {
                try (JsonTransaction snapshot = db.transaction(TransactionMode.READ_ONLY, store)) {
                    return reads.apply(snapshot);
                }
            }
            return reads.apply(operations);
        } catch (FlowDbException e) {
            throw exceptions.translate(e);
        }
    }

    /** The transaction of the thread, or the database. */
    private DocumentOperations operations() {
        JsonDB db = database.get();
        FlowDbResourceHolder holder = (FlowDbResourceHolder) TransactionSynchronizationManager.getResource(db);
        return holder == null ? db : holder.transaction();
    }

    @Override
    public String storeOf(Class<?> type) {
        return writer.entityOf(type).getStore();
    }

    @Override
    public FlowDbConverter getConverter() {
        return converter;
    }

    private Plan plan(FlowDbQuery query, Class<?> type, FlowDbPersistentEntity<?> entity) {
        return queries.plan(entity.getStore(), query, type);
    }

    private Object keyOf(FlowDbPersistentProperty idProperty, Object id) {
        try {
            return converter.writeValue(idProperty, id);
        } catch (MappingException | ClassCastException | IllegalArgumentException e) {
            throw new InvalidDataAccessApiUsageException(String.valueOf(e.getMessage()), e);
        }
    }

    private <T> List<T> readAll(List<JsonNode> documents, Class<T> type, FlowDbPersistentEntity<?> entity) {
        List<T> entities = new ArrayList<>(documents.size());
        for (JsonNode document : documents) {
            entities.add(read(document, type, entity));
        }
        return entities;
    }

    private <T> T read(JsonNode document, Class<T> type, FlowDbPersistentEntity<?> entity) {
        T bean = converter.read(type, document);
        EntityCallbacks calls = callbacks;
        return calls == null ? bean : calls.callback(AfterConvertCallback.class, bean, document, entity.getStore());
    }

    private <T> T beforeDelete(T bean, FlowDbPersistentEntity<?> entity) {
        EntityCallbacks calls = callbacks;
        return calls == null ? bean : calls.callback(BeforeDeleteCallback.class, bean, entity.getStore());
    }
}
