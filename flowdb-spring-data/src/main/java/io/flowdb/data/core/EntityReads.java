package io.flowdb.data.core;

import io.flowdb.data.core.EntityProperties.ResolvedProperty;
import io.flowdb.data.core.QueryRunner.Plan;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.json.ChangeFeed;
import io.flowdb.json.Explain;
import io.flowdb.json.ExportFormat;
import io.flowdb.json.Filter;
import io.flowdb.json.JsonDB;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessResourceFailureException;
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
import org.springframework.data.support.PageableExecutionUtils;
import org.springframework.util.Assert;
import tools.jackson.databind.JsonNode;

/** Reads of {@link FlowDbTemplate}, restricted to what row policies let be seen. Threads: any. */
final class EntityReads {

    /** Leaves room for the offset of the query itself. */
    private static final long MAX_OFFSET = Long.MAX_VALUE / 2;

    private final EntityAccess access;
    private final DocumentAccess documents;
    private final QueryRunner queries;

    EntityReads(EntityAccess access) {
        this.access = access;
        this.documents = access.documents();
        this.queries = access.queries();
    }

    <T> @Nullable T findById(Object id, Class<T> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        JsonNode key = access.keyOf(entity.getRequiredIdProperty(), id);
        if (access.isRestricted(entity)) {
            return findFirst(byId(entity, key), type).orElse(null);
        }
        JsonNode document = documents.<@Nullable JsonNode>read(operations -> operations.get(entity.getStore(), key));
        return document == null ? null : access.read(document, type, entity);
    }

    <T> List<T> findAllById(Iterable<?> ids, Class<T> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Assert.notNull(ids, "The ids must not be null");
        List<JsonNode> keys = new ArrayList<>();
        ids.forEach(id -> keys.add(access.keyOf(entity.getRequiredIdProperty(), id)));
        if (!access.isRestricted(entity)) {
            return access.readAll(
                    documents.read(operations -> operations.getAll(entity.getStore(), keys)), type, entity);
        }
        Plan plan = access.plan(FlowDbQuery.where(EntityAccess.hasKey(entity, keys)), type, entity);
        // numbers by value: a key that was made has another node than the same key that was read
        Map<JsonNode, JsonNode> byKey = new TreeMap<>(JsonValueOrder.EXACT);
        for (JsonNode document : documents.read(operations -> queries.list(operations, plan))) {
            byKey.put(document.get(EntityAccess.idPath(entity)), document);
        }
        List<JsonNode> found =
                keys.stream().map(byKey::get).filter(Objects::nonNull).toList();
        return access.readAll(found, type, entity);
    }

    boolean existsById(Object id, Class<?> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        JsonNode key = access.keyOf(entity.getRequiredIdProperty(), id);
        return access.isRestricted(entity)
                ? exists(byId(entity, key), type)
                : documents.read(operations -> operations.exists(entity.getStore(), key));
    }

    private static FlowDbQuery byId(FlowDbPersistentEntity<?> entity, JsonNode key) {
        return FlowDbQuery.where(EntityAccess.hasKey(entity, List.of(key)));
    }

    <T> List<T> find(FlowDbQuery query, Class<T> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan plan = access.plan(query, type, entity);
        return access.readAll(documents.read(operations -> queries.list(operations, plan)), type, entity);
    }

    <T> Optional<T> findOne(FlowDbQuery query, Class<T> type) {
        int most = query.isLimited() ? Math.min(query.limit(), 2) : 2;
        List<T> found = find(query.withLimit(most), type);
        if (found.size() > 1) {
            throw new IncorrectResultSizeDataAccessException(
                    "Expected one " + type.getSimpleName() + ", found more", 1, -1);
        }
        return first(found);
    }

    <T> Optional<T> findFirst(FlowDbQuery query, Class<T> type) {
        int most = query.isLimited() ? Math.min(query.limit(), 1) : 1;
        return first(find(query.withLimit(most), type));
    }

    private static <T> Optional<T> first(List<T> found) {
        return found.isEmpty() ? Optional.empty() : Optional.of(found.get(0));
    }

    <T> Stream<T> stream(FlowDbQuery query, Class<T> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan plan = access.plan(query, type, entity);
        return documents.stream(operations -> queries.stream(operations, plan))
                .map(document -> access.read(document, type, entity));
    }

    <T> Page<T> findPage(FlowDbQuery query, Pageable pageable, Class<T> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan page = access.plan(page(query, pageable, 0), type, entity);
        Plan all = access.plan(query, type, entity);
        return documents.consistently(
                entity.getStore(),
                operations -> PageableExecutionUtils.getPage(
                        access.readAll(queries.list(operations, page), type, entity),
                        pageable,
                        () -> queries.count(operations, all)));
    }

    <T> Slice<T> findSlice(FlowDbQuery query, Pageable pageable, Class<T> type) {
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
        return sorted.withOffset(query.offset() + pageable.getOffset())
                .withLimit((int) Math.min(Integer.MAX_VALUE, Math.min(wanted, left)));
    }

    <T> Window<T> scroll(FlowDbQuery query, ScrollPosition position, Class<T> type) {
        return position instanceof KeysetScrollPosition keyset
                ? scrollByKeyset(query, keyset, type)
                : scrollByOffset(query, (OffsetScrollPosition) position, type);
    }

    private <T> Window<T> scrollByOffset(FlowDbQuery query, OffsetScrollPosition position, Class<T> type) {
        if (!position.isInitial() && position.getOffset() > MAX_OFFSET) {
            throw new InvalidDataAccessApiUsageException(
                    "A window by offset begins at " + MAX_OFFSET + " at the latest");
        }
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
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        ResolvedProperty id =
                access.properties().resolve(type, entity.getRequiredIdProperty().getName());
        EntityOrder forward =
                EntityOrder.of(query.sort(), type, access.properties()).withId(id);
        EntityOrder order = position.scrollsForward() ? forward : forward.reversed();
        KeysetScroll keyset = new KeysetScroll(order, access.converter());
        FlowDbQuery rest = position.isInitial() ? query : query.and(order.after(keyset.valuesOf(position)));
        Plan plan = new Plan(entity.getStore(), type, access.permitted(oneMore(rest), entity, RowAction.READ), order);
        List<JsonNode> found = new ArrayList<>(documents.read(operations -> queries.list(operations, plan)));
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
                access.readAll(found, type, entity),
                i -> ScrollPosition.of(keys.get(i), position.getDirection()),
                hasNext);
    }

    private static FlowDbQuery oneMore(FlowDbQuery query) {
        return query.isLimited() && query.limit() < Integer.MAX_VALUE ? query.withLimit(query.limit() + 1) : query;
    }

    long count(FlowDbQuery query, Class<?> type) {
        Plan plan = access.plan(query, type, access.entityOf(type));
        return documents.read(operations -> queries.count(operations, plan));
    }

    boolean exists(FlowDbQuery query, Class<?> type) {
        Plan plan = access.plan(query, type, access.entityOf(type));
        return documents.read(operations -> queries.exists(operations, plan));
    }

    /** {@code feed} begins the feed of documents. */
    <T> EntityChanges<T> changes(Class<T> type, Function<JsonDB, ChangeFeed> feed) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        return new EntityChanges<>(
                entity.getStore(),
                document -> access.read(document, type, entity),
                () -> visible(entity),
                documents.outside(feed),
                () -> documents.outside(JsonDB::lastSeqno));
    }

    private Predicate<JsonNode> visible(FlowDbPersistentEntity<?> entity) {
        Filter filter =
                access.permitted(FlowDbQuery.all(), entity, RowAction.READ).filter();
        return filter == null ? document -> true : filter.predicate();
    }

    long export(Class<?> type, OutputStream to, ExportFormat format) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan plan = access.plan(FlowDbQuery.all(), type, entity);
        boolean array = format == ExportFormat.ARRAY;
        long count = 0;
        try (Stream<JsonNode> found = documents.stream(operations -> queries.stream(operations, plan))) {
            for (Iterator<JsonNode> each = found.iterator(); each.hasNext(); count++) {
                String before = !array ? "" : count == 0 ? "[" : ",";
                to.write((before + each.next() + "\n").getBytes(StandardCharsets.UTF_8));
            }
            if (array) {
                to.write((count == 0 ? "[]\n" : "]\n").getBytes(StandardCharsets.US_ASCII));
            }
            to.flush();
        } catch (IOException e) {
            throw new DataAccessResourceFailureException(
                    "The export of " + type.getSimpleName() + " cannot be written", e);
        }
        return count;
    }

    Explain explain(FlowDbQuery query, Class<?> type) {
        FlowDbPersistentEntity<?> entity = access.entityOf(type);
        Plan plan = access.plan(query, type, entity);
        Explain found =
                documents.read(operations -> queries.query(operations, plan).explain());
        return access.policies().guards(entity.getStore()) ? withoutFigures(found) : found;
    }

    /** How much was read tells of rows that may not be seen, and so does the time it took. */
    private static Explain withoutFigures(Explain e) {
        return new Explain(
                e.store(), e.index(), e.bounds(), e.reverse(), -1, -1, e.rowsReturned(), e.sorted(), e.indexOnly(), -1);
    }
}
