package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.convert.MappingFlowDbConverter;
import io.flowdb.data.core.EntityProperties.ResolvedProperty;
import io.flowdb.data.core.QueryRunner.Plan;
import io.flowdb.data.mapping.FlowDbMappingContext;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.Explain;
import io.flowdb.json.Filter;
import io.flowdb.json.JsonDB;
import io.flowdb.json.JsonTransaction;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
import org.springframework.data.mapping.callback.EntityCallback;
import org.springframework.data.mapping.callback.EntityCallbacks;
import org.springframework.data.support.PageableExecutionUtils;
import org.springframework.data.util.ProxyUtils;
import org.springframework.util.function.SingletonSupplier;
import tools.jackson.databind.JsonNode;

/** {@link FlowDbOperations} on a {@link JsonDB}. */
public final class FlowDbTemplate implements FlowDbOperations, ApplicationContextAware {

    private static final Logger LOG = LoggerFactory.getLogger(FlowDbTemplate.class);

    private final DocumentAccess documents;
    private final FlowDbConverter converter;
    private final EntityProperties properties;
    private final QueryRunner queries;
    private final EntityWriter writer;

    /** Null without an application context. Set once, before the template is used. */
    private @Nullable EntityCallbacks callbacks;

    /** Whether there is a callback for reads; looking for none takes longer than reading a document. */
    private boolean callsAfterConvert;

    private ScanMode scanMode = ScanMode.WARN;

    /** The policies are asked for late: they may need this template. Set once, before the template is used. */
    private Supplier<RowPolicies> policies = () -> RowPolicies.NONE;

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
        this.documents = new DocumentAccess(database);
        this.converter = converter;
        this.properties = new EntityProperties(converter);
        this.queries = new QueryRunner(properties);
        this.writer = new EntityWriter(converter);
    }

    /** The same without policies. */
    private FlowDbTemplate(FlowDbTemplate guarded) {
        this.documents = guarded.documents;
        this.converter = guarded.converter;
        this.properties = guarded.properties;
        this.queries = guarded.queries;
        this.writer = guarded.writer;
        this.callbacks = guarded.callbacks;
        this.callsAfterConvert = guarded.callsAfterConvert;
        this.scanMode = guarded.scanMode;
    }

    @Override
    public void setApplicationContext(ApplicationContext context) throws BeansException {
        if (context.getBeanNamesForType(EntityCallback.class, true, false).length > 0) {
            setEntityCallbacks(EntityCallbacks.create(context));
        }
        this.callsAfterConvert = context.getBeanNamesForType(AfterConvertCallback.class, true, false).length > 0;
        this.policies = SingletonSupplier.of(() -> {
            List<RowPolicy<?>> beans = new ArrayList<>();
            context.getBeanProvider(RowPolicy.class).orderedStream().forEach(beans::add);
            return RowPolicies.of(beans, this);
        });
    }

    /** What becomes of query methods that no index serves; default {@link ScanMode#WARN}. */
    public void setScanMode(ScanMode scanMode) {
        this.scanMode = scanMode;
    }

    @Override
    public ScanMode getScanMode() {
        return scanMode;
    }

    @Override
    public Optional<String> adviseIndex(FlowDbQuery query, Class<?> type) {
        return Optional.ofNullable(IndexAdvice.of(query.filter(), documents.schema(storeOf(type))));
    }

    /** Guards stores by these policies, instead of the beans of the application context. */
    public void setRowPolicies(List<? extends RowPolicy<?>> policies) {
        RowPolicies fixed = RowPolicies.of(policies, this);
        this.policies = () -> fixed;
    }

    @Override
    public FlowDbOperations bypassingRowPolicies(String reason) {
        LOG.info("Row policies are bypassed: {}", reason);
        return new FlowDbTemplate(this);
    }

    /** Calls these before and after conversion, saving and deleting, instead of the beans of the application context. */
    public void setEntityCallbacks(EntityCallbacks callbacks) {
        this.callbacks = callbacks;
        this.callsAfterConvert = true;
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
            Object key;
            if (policies.get().guards(save.store())) {
                key = documents.<Object>atomically(
                        List.of(save.store()), transaction -> writeGuarded(save, transaction));
            } else if (save.isConditional()) {
                key = documents.<Object>atomically(List.of(save.store()), save::write);
            } else {
                key = documents.<Object>write(save::write);
            }
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
            List<Object> keys = writeMany(saves, stores);
            List<T> stored = new ArrayList<>(saves.size());
            for (int i = 0; i < saves.size(); i++) {
                stored.add(writer.complete(saves.get(i), keys.get(i)));
            }
            return stored;
        });
    }

    private <T> List<Object> writeMany(List<EntitySave<T>> saves, Set<String> stores) {
        RowPolicies guards = policies.get();
        if (stores.stream().anyMatch(guards::guards)) {
            return documents.atomically(
                    stores,
                    transaction -> saves.stream()
                            .map(save -> guards.guards(save.store())
                                    ? writeGuarded(save, transaction)
                                    : save.write(transaction))
                            .toList());
        }
        return saves.stream().anyMatch(EntitySave::isConditional)
                ? documents.atomically(stores, operations -> writeEach(saves, operations))
                : documents.writeAll(stores, operations -> writeEach(saves, operations));
    }

    private Object writeGuarded(EntitySave<?> save, JsonTransaction transaction) {
        return policies.get().write(save, transaction, documents.schema(save.store()));
    }

    private static <T> List<Object> writeEach(List<EntitySave<T>> saves, DocumentOperations operations) {
        List<Object> keys = new ArrayList<>(saves.size());
        saves.forEach(save -> keys.add(save.write(operations)));
        return keys;
    }

    private <T> EntitySave<T> prepare(T entity, boolean insert) {
        try {
            return writer.prepare(
                    entity,
                    insert,
                    (type, id) -> documents.execute(
                            ops -> ops.exists(type.getStore(), keyOf(type.getRequiredIdProperty(), id))));
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
        if (isRestricted(entity)) {
            return findFirst(byId(entity, key), type).orElse(null);
        }
        JsonNode document = documents.<@Nullable JsonNode>execute(operations -> operations.get(entity.getStore(), key));
        return document == null ? null : read(document, type, entity);
    }

    @Override
    public <T> List<T> findAllById(Iterable<?> ids, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        List<Object> keys = new ArrayList<>();
        ids.forEach(id -> keys.add(keyOf(entity.getRequiredIdProperty(), id)));
        if (!isRestricted(entity)) {
            return readAll(documents.execute(operations -> operations.getAll(entity.getStore(), keys)), type, entity);
        }
        Plan plan = plan(FlowDbQuery.where(Filter.in(idPath(entity), keys)), type, entity);
        Map<Object, JsonNode> byKey = new HashMap<>();
        for (JsonNode document : documents.execute(operations -> queries.list(operations, plan))) {
            byKey.put(document.get(idPath(entity)), document);
        }
        List<JsonNode> found =
                keys.stream().map(byKey::get).filter(Objects::nonNull).toList();
        return readAll(found, type, entity);
    }

    @Override
    public boolean existsById(Object id, Class<?> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Object key = keyOf(entity.getRequiredIdProperty(), id);
        return isRestricted(entity)
                ? exists(byId(entity, key), type)
                : documents.execute(operations -> operations.exists(entity.getStore(), key));
    }

    private static String idPath(FlowDbPersistentEntity<?> entity) {
        return entity.getRequiredIdProperty().getFieldName();
    }

    private static FlowDbQuery byId(FlowDbPersistentEntity<?> entity, Object key) {
        return FlowDbQuery.where(Filter.eq(idPath(entity), key));
    }

    @Override
    public <T> List<T> find(FlowDbQuery query, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan plan = plan(query, type, entity);
        return readAll(documents.execute(operations -> queries.list(operations, plan)), type, entity);
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
        return documents.stream(operations -> queries.stream(operations, plan))
                .map(document -> read(document, type, entity));
    }

    @Override
    public <T> Page<T> findPage(FlowDbQuery query, Pageable pageable, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan page = plan(page(query, pageable, 0), type, entity);
        Plan all = plan(query, type, entity);
        return documents.consistently(
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
        Plan plan = new Plan(entity.getStore(), permitted(oneMore(rest), entity, RowAction.READ), order);
        List<JsonNode> found = new ArrayList<>(documents.execute(operations -> queries.list(operations, plan)));
        boolean hasNext = query.isLimited() && found.size() > query.limit();
        if (hasNext) {
            found.remove(found.size() - 1);
        }
        if (!position.scrollsForward()) {
            Collections.reverse(found);
        }
        List<Map<String, @Nullable Object>> keys = new ArrayList<>();
        found.forEach(document -> keys.add(keyset.keysOf(document)));
        return Window.from(
                readAll(found, type, entity), i -> ScrollPosition.of(keys.get(i), position.getDirection()), hasNext);
    }

    private static FlowDbQuery oneMore(FlowDbQuery query) {
        return query.isLimited() && query.limit() < Integer.MAX_VALUE ? query.withLimit(query.limit() + 1) : query;
    }

    @Override
    public long count(FlowDbQuery query, Class<?> type) {
        Plan plan = plan(query, type, writer.entityOf(type));
        return documents.execute(operations -> queries.count(operations, plan));
    }

    @Override
    public boolean exists(FlowDbQuery query, Class<?> type) {
        Plan plan = plan(query, type, writer.entityOf(type));
        return documents.execute(operations -> queries.exists(operations, plan));
    }

    @Override
    public boolean delete(Object entity) {
        EntityDelete delete = prepareDelete(entity);
        return delete.isConditional()
                ? documents.atomically(List.of(delete.store()), delete::write)
                : documents.execute(delete::write);
    }

    @Override
    public void deleteAll(Iterable<?> entities) {
        List<EntityDelete> deletes = new ArrayList<>();
        entities.forEach(entity -> deletes.add(prepareDelete(entity)));
        deleteEach(deletes);
    }

    @Override
    public void deleteAllById(Iterable<?> ids, Class<?> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        List<EntityDelete> deletes = new ArrayList<>();
        ids.forEach(id -> deletes.add(deleteOf(entity, keyOf(entity.getRequiredIdProperty(), id))));
        deleteEach(deletes);
    }

    private void deleteEach(List<EntityDelete> deletes) {
        Set<String> stores = new LinkedHashSet<>();
        deletes.forEach(delete -> stores.add(delete.store()));
        if (!deletes.isEmpty()) {
            documents.atomically(stores, operations -> {
                deletes.forEach(delete -> delete.write(operations));
                return deletes;
            });
        }
    }

    @Override
    public boolean deleteById(Object id, Class<?> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        EntityDelete delete = deleteOf(entity, keyOf(entity.getRequiredIdProperty(), id));
        return delete.isConditional()
                ? documents.atomically(List.of(delete.store()), delete::write)
                : documents.execute(delete::write);
    }

    private EntityDelete deleteOf(FlowDbPersistentEntity<?> entity, JsonNode key) {
        return new EntityDelete(entity, key, false, null, deletable(entity));
    }

    private EntityDelete prepareDelete(Object entity) {
        Class<?> type = ProxyUtils.getUserClass(entity);
        FlowDbPersistentEntity<?> metadata = writer.entityOf(type);
        Object bean = beforeDelete(entity, metadata);
        Object id = metadata.getIdentifierAccessor(bean).getIdentifier();
        if (id == null) {
            throw new InvalidDataAccessApiUsageException("A " + type.getSimpleName() + " without id cannot be deleted");
        }
        JsonNode key = keyOf(metadata.getRequiredIdProperty(), id);
        FlowDbPersistentProperty version = metadata.getVersionProperty();
        return version == null
                ? deleteOf(metadata, key)
                : new EntityDelete(
                        metadata,
                        key,
                        true,
                        metadata.getPropertyAccessor(bean).getProperty(version),
                        deletable(metadata));
    }

    /** What may be deleted of a guarded store: what may be read, too. */
    private @Nullable Filter deletable(FlowDbPersistentEntity<?> entity) {
        return permitted(permitted(FlowDbQuery.all(), entity, RowAction.READ), entity, RowAction.DELETE)
                .filter();
    }

    @Override
    public long delete(FlowDbQuery query, Class<?> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan plan = plan(permitted(query, entity, RowAction.DELETE), type, entity);
        return plan.order().isNative()
                ? documents.execute(operations -> queries.delete(operations, plan))
                : findAndDelete(query, type).size();
    }

    @Override
    public <T> List<T> findAndDelete(FlowDbQuery query, Class<T> type) {
        FlowDbPersistentEntity<?> entity = writer.entityOf(type);
        Plan plan = plan(permitted(query, entity, RowAction.DELETE), type, entity);
        return documents.atomically(List.of(entity.getStore()), operations -> {
            List<T> deleted = new ArrayList<>();
            for (JsonNode document : queries.list(operations, plan)) {
                T bean = beforeDelete(read(document, type, entity), entity);
                operations.delete(entity.getStore(), document.get(idPath(entity)));
                deleted.add(bean);
            }
            return deleted;
        });
    }

    @Override
    public Explain explain(FlowDbQuery query, Class<?> type) {
        Plan plan = plan(query, type, writer.entityOf(type));
        return documents.execute(operations -> queries.query(operations, plan).explain());
    }

    @Override
    public <T> Conditions<T> conditions(Class<T> type) {
        return new Conditions<>(type, converter, properties);
    }

    @Override
    public <R extends @Nullable Object> R execute(Function<? super DocumentOperations, R> action) {
        return documents.execute(action);
    }

    @Override
    public <R extends @Nullable Object> R executeAtomically(
            Collection<String> stores, Function<? super DocumentOperations, R> action) {
        return documents.atomically(stores, action::apply);
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
        return queries.plan(entity.getStore(), permitted(query, entity, RowAction.READ), type);
    }

    private FlowDbQuery permitted(FlowDbQuery query, FlowDbPersistentEntity<?> entity, RowAction action) {
        Collection<String> types = converter.typeNames(entity.getType());
        FlowDbQuery ofType = types.isEmpty() ? query : query.and(Filter.in("_class", types));
        return ofType.and(policies.get().using(entity.getStore(), action));
    }

    /** Whether not every document of the store may be seen as this entity. */
    private boolean isRestricted(FlowDbPersistentEntity<?> entity) {
        return policies.get().guards(entity.getStore())
                || !converter.typeNames(entity.getType()).isEmpty();
    }

    private JsonNode keyOf(FlowDbPersistentProperty idProperty, Object id) {
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
