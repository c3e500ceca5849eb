package io.flowdb.data.core;

import io.flowdb.data.convert.FlowDbConverter;
import io.flowdb.data.core.QueryRunner.Plan;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.json.Filter;
import io.flowdb.json.JsonDB;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.mapping.callback.EntityCallbacks;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

/**
 * What the parts of a {@link FlowDbTemplate} share: documents, mapping, callbacks and row policies. Threads: any, once
 * it is set up.
 */
final class EntityAccess {

    private final DocumentAccess documents;
    private final FlowDbConverter converter;
    private final EntityProperties properties;
    private final QueryRunner queries;
    private final EntityWriter writer;

    /** Null without an application context. Set once, before the template is used. */
    private @Nullable EntityCallbacks callbacks;

    /** Whether there is a callback for reads; looking for none takes longer than reading a document. */
    private boolean callsAfterConvert;

    /** The policies are asked for late: they may need the template. Set once, before the template is used. */
    private Supplier<RowPolicies> policies = () -> RowPolicies.NONE;

    EntityAccess(Supplier<JsonDB> database, FlowDbConverter converter) {
        this.documents = new DocumentAccess(database);
        this.converter = converter;
        this.properties = new EntityProperties(converter);
        this.queries = new QueryRunner(properties, documents::schema);
        this.writer = new EntityWriter(converter);
    }

    private EntityAccess(EntityAccess guarded) {
        this.documents = guarded.documents;
        this.converter = guarded.converter;
        this.properties = guarded.properties;
        this.queries = guarded.queries;
        this.writer = guarded.writer;
        this.callbacks = guarded.callbacks;
        this.callsAfterConvert = guarded.callsAfterConvert;
    }

    /** The same without policies. */
    EntityAccess unguarded() {
        return new EntityAccess(this);
    }

    /** {@code afterConvert} says whether there may be one for reads. */
    void setCallbacks(EntityCallbacks callbacks, boolean afterConvert) {
        this.callbacks = callbacks;
        this.callsAfterConvert = afterConvert;
        writer.setCallbacks(callbacks);
    }

    void setPolicies(Supplier<RowPolicies> policies) {
        this.policies = policies;
    }

    DocumentAccess documents() {
        return documents;
    }

    /** The documents, where no policy guards any of them. */
    DocumentAccess unguardedDocuments() {
        if (policies().any()) {
            throw new InvalidDataAccessApiUsageException("There are row policies, which do not guard bare documents;"
                    + " call bypassingRowPolicies(reason) before, if that is meant");
        }
        return documents;
    }

    FlowDbConverter converter() {
        return converter;
    }

    EntityProperties properties() {
        return properties;
    }

    QueryRunner queries() {
        return queries;
    }

    EntityWriter writer() {
        return writer;
    }

    RowPolicies policies() {
        return policies.get();
    }

    /** Throws unless {@code type} has a store. */
    FlowDbPersistentEntity<?> entityOf(Class<?> type) {
        return writer.entityOf(type);
    }

    Plan plan(FlowDbQuery query, Class<?> type, FlowDbPersistentEntity<?> entity) {
        return queries.plan(entity.getStore(), permitted(query, entity, RowAction.READ), type);
    }

    /**
     * The query among the rows to which {@code action} may be done. They are told apart first: what a condition does
     * with others, fail for one, would tell of them.
     */
    FlowDbQuery permitted(FlowDbQuery query, FlowDbPersistentEntity<?> entity, RowAction action) {
        return query.within(policies.get().using(entity.getStore(), action))
                .within(hasType(converter, entity.getType()));
    }

    /** The documents of a class that shares its store; null if all of the store are. */
    static @Nullable Filter hasType(FlowDbConverter converter, Class<?> type) {
        Collection<String> names = converter.typeNames(type);
        return names.isEmpty() ? null : Filter.in("_class", names);
    }

    /** Whether not every document of the store may be seen as this entity. */
    boolean isRestricted(FlowDbPersistentEntity<?> entity) {
        return policies.get().guards(entity.getStore())
                || !converter.typeNames(entity.getType()).isEmpty();
    }

    JsonNode keyOf(FlowDbPersistentProperty idProperty, Object id) {
        Assert.notNull(id, "The id must not be null");
        try {
            return converter.writeValue(idProperty, id);
        } catch (MappingException | ClassCastException | IllegalArgumentException e) {
            throw new InvalidDataAccessApiUsageException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException e) { // converters of the application have any
            throw new InvalidDataAccessApiUsageException(
                    "The id '" + idProperty.getName() + "' of "
                            + idProperty.getOwner().getType().getName() + ": " + e.getMessage(),
                    e);
        }
    }

    static String idPath(FlowDbPersistentEntity<?> entity) {
        return entity.getRequiredIdProperty().getFieldName();
    }

    /**
     * Has one of {@code keys}. Of an array, the parts say where it lies: as a whole it could also be an element of a
     * longer key.
     */
    static Filter hasKey(FlowDbPersistentEntity<?> entity, List<JsonNode> keys) {
        String path = idPath(entity);
        if (keys.isEmpty() || !keys.get(0).isArray()) {
            return Filter.in(path, keys);
        }
        List<Filter> choices = new ArrayList<>();
        for (JsonNode key : keys) {
            List<Filter> parts = new ArrayList<>();
            for (int i = 0; i < key.size(); i++) {
                parts.add(Filter.eq(path + "." + i, key.get(i)));
            }
            parts.add(Filter.eq(path, key));
            choices.add(Filter.and(parts));
        }
        return choices.size() == 1 ? choices.get(0) : Filter.or(choices);
    }

    <T> List<T> readAll(List<JsonNode> documents, Class<T> type, FlowDbPersistentEntity<?> entity) {
        List<T> entities = new ArrayList<>(documents.size());
        for (JsonNode document : documents) {
            entities.add(read(document, type, entity));
        }
        return entities;
    }

    <T> T read(JsonNode document, Class<T> type, FlowDbPersistentEntity<?> entity) {
        T bean = converter.read(type, document);
        EntityCallbacks calls = callsAfterConvert ? callbacks : null;
        return calls == null ? bean : calls.callback(AfterConvertCallback.class, bean, document, entity.getStore());
    }

    <T> T beforeDelete(T bean, FlowDbPersistentEntity<?> entity) {
        EntityCallbacks calls = callbacks;
        return calls == null ? bean : calls.callback(BeforeDeleteCallback.class, bean, entity.getStore());
    }
}
