package io.flowdb.data.core;

import io.flowdb.data.core.QueryRunner.Plan;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.json.Filter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.IncorrectResultSizeDataAccessException;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.util.ProxyUtils;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

/** Deletes of {@link FlowDbTemplate}: one commit each, of what row policies permit. Threads: any. */
final class EntityDeletes {

    /** Keys and plans are nobody else's. */
    private static final Runnable NOTHING_SHARED = () -> {};

    private final EntityAccess access;
    private final DocumentAccess documents;
    private final QueryRunner queries;

    EntityDeletes(EntityAccess access) {
        this.access = access;
        this.documents = access.documents();
        this.queries = access.queries();
    }

    boolean delete(Object entity) {
        return deleteOne(prepareDelete(entity));
    }

    void deleteAll(Iterable<?> entities) {
        Assert.notNull(entities, "The entities must not be null");
        List<EntityDelete> deletes = new ArrayList<>();
        entities.forEach(entity -> deletes.add(prepareDelete(entity)));
        deleteEach(deletes);
    }

    void deleteAllById(Iterable<?> ids, Class<?> type) {
        Assert.notNull(ids, "The ids must not be null");
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        List<EntityDelete> deletes = new ArrayList<>();
        ids.forEach(id -> deletes.add(deleteOf(entity, access.keyOf(entity.getRequiredIdProperty(), id))));
        deleteEach(deletes);
    }

    private void deleteEach(List<EntityDelete> deletes) {
        Set<String> stores = new LinkedHashSet<>();
        deletes.forEach(delete -> stores.add(delete.store()));
        if (!deletes.isEmpty()) {
            documents.writeAll(
                    stores,
                    operations -> {
                        deletes.forEach(delete -> delete.write(operations));
                        return deletes;
                    },
                    NOTHING_SHARED);
        }
    }

    /** Deletes all that may be deleted of a class. */
    void deleteAll(Class<?> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan plan = access.plan(access.permitted(FlowDbQuery.all(), entity, RowAction.DELETE), type, entity);
        documents.<Long>write(operations -> queries.delete(operations, plan), NOTHING_SHARED);
    }

    boolean deleteById(Object id, Class<?> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        return deleteOne(deleteOf(entity, access.keyOf(entity.getRequiredIdProperty(), id)));
    }

    private boolean deleteOne(EntityDelete delete) {
        return delete.isConditional()
                ? documents.atomically(List.of(delete.store()), delete::write)
                : documents.execute(delete::write);
    }

    private EntityDelete deleteOf(FlowDbPersistentEntity<?> entity, JsonNode key) {
        return new EntityDelete(entity, key, false, null, deletable(entity));
    }

    private EntityDelete prepareDelete(Object entity) {
        Assert.notNull(entity, "The entity must not be null");
        Class<?> type = ProxyUtils.getUserClass(entity);
        FlowDbPersistentEntity<?> metadata = access.entityOf(type);
        Object bean = access.beforeDelete(entity, metadata);
        Object id = metadata.getIdentifierAccessor(bean).getIdentifier();
        if (id == null) {
            throw new InvalidDataAccessApiUsageException("A " + type.getSimpleName() + " without id cannot be deleted");
        }
        JsonNode key = access.keyOf(metadata.getRequiredIdProperty(), id);
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
        return access.permitted(access.permitted(FlowDbQuery.all(), entity, RowAction.READ), entity, RowAction.DELETE)
                .filter();
    }

    long delete(FlowDbQuery query, Class<?> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan plan = access.plan(access.permitted(query, entity, RowAction.DELETE), type, entity);
        return plan.order().isNative()
                ? documents.execute(operations -> queries.delete(operations, plan))
                : findAndDelete(query, type).size();
    }

    <T> Optional<T> findOneAndDelete(FlowDbQuery query, Class<T> type) {
        FlowDbQuery two = query.isLimited() && query.limit() < 2 ? query : query.withLimit(2);
        return findAndDelete(two, type, 1).stream().findFirst();
    }

    <T> List<T> findAndDelete(FlowDbQuery query, Class<T> type) {
        return findAndDelete(query, type, Integer.MAX_VALUE);
    }

    private <T> List<T> findAndDelete(FlowDbQuery query, Class<T> type, int most) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan plan = access.plan(access.permitted(query, entity, RowAction.DELETE), type, entity);
        return documents.atomically(List.of(entity.getStore()), operations -> {
            List<T> deleted = new ArrayList<>();
            List<JsonNode> found = queries.list(operations, plan);
            if (found.size() > most) {
                throw new IncorrectResultSizeDataAccessException(
                        "Expected one " + type.getSimpleName() + " to delete, found more; none is deleted", 1, -1);
            }
            for (JsonNode document : found) {
                T bean = access.beforeDelete(access.read(document, type, entity), entity);
                operations.delete(entity.getStore(), document.get(EntityAccess.idPath(entity)));
                deleted.add(bean);
            }
            return deleted;
        });
    }
}
