package io.flowdb.data.repository.query;

import io.flowdb.data.convert.DtoProjection;
import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.core.ScanMode;
import io.flowdb.json.Explain;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.converter.Converter;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.mapping.model.EntityInstantiators;
import org.springframework.data.repository.query.Parameter;
import org.springframework.data.repository.query.ParametersParameterAccessor;
import org.springframework.data.repository.query.QueryMethod;
import org.springframework.data.repository.query.ResultProcessor;
import org.springframework.data.repository.query.ReturnedType;
import org.springframework.util.ClassUtils;
import org.springframework.util.NumberUtils;

/** Runs a query as the return type and the special parameters of its method ask for. Threads: any. */
abstract class AbstractFlowDbQuery implements ExplainableQuery {

    private static final Logger LOG = LoggerFactory.getLogger(AbstractFlowDbQuery.class);

    /** What a query does with what it finds. */
    enum Action {
        FIND,
        COUNT,
        EXISTS,
        DELETE
    }

    private final FlowDbQueryMethod method;
    private final FlowDbOperations operations;
    private final EntityInstantiators instantiators = new EntityInstantiators();

    /** Whether the log has said that no index serves this method; said twice if threads race, which does no harm. */
    private volatile boolean indexAdvised;

    AbstractFlowDbQuery(FlowDbQueryMethod method, FlowDbOperations operations) {
        this.method = method;
        this.operations = operations;
    }

    /** Filter, static order and static limit for these arguments; {@code raw} as they were passed. */
    abstract FlowDbQuery createQuery(ParametersParameterAccessor arguments, @Nullable Object[] raw);

    abstract Action action();

    /** Whether the method asks for the first of several. */
    abstract boolean isLimiting();

    @Override
    public ResolvableType typeOf(Parameter parameter) {
        return method.typeOf(parameter);
    }

    @Override
    public final QueryMethod getQueryMethod() {
        return method;
    }

    @Override
    public final FlowDbOperations operations() {
        return operations;
    }

    @Override
    public final @Nullable Object execute(@Nullable Object[] parameters) {
        ParametersParameterAccessor arguments = new ParametersParameterAccessor(method.getParameters(), parameters);
        FlowDbQuery query = createQuery(arguments, parameters);
        if (!indexAdvised && operations.getScanMode() != ScanMode.ALLOW) {
            adviseIndex(query);
        }
        return switch (action()) {
            case COUNT -> number(operations.count(query, method.entityType()));
            case EXISTS -> operations.exists(query, method.entityType());
            case DELETE -> delete(query, arguments);
            case FIND -> find(query, arguments);
        };
    }

    @Override
    public final String description() {
        return method.description();
    }

    @Override
    public final Class<?> repository() {
        return method.repository();
    }

    @Override
    public final Explain explain(FlowDbOperations on, @Nullable Object[] parameters) {
        ParametersParameterAccessor arguments = new ParametersParameterAccessor(method.getParameters(), parameters);
        FlowDbQuery query = ordered(createQuery(arguments, parameters), arguments);
        return on.explain(paged(query, pageOf(arguments)), method.entityType());
    }

    @Override
    public final Optional<String> advice(FlowDbOperations on, @Nullable Object[] parameters) {
        ParametersParameterAccessor arguments = new ParametersParameterAccessor(method.getParameters(), parameters);
        return on.adviseIndex(createQuery(arguments, parameters), method.entityType());
    }

    private void adviseIndex(FlowDbQuery query) {
        Optional<String> advice = operations.adviseIndex(query, method.entityType());
        if (advice.isEmpty()) {
            return;
        }
        String message = method.description() + " reads the whole store '" + operations.storeOf(method.entityType())
                + "': " + advice.get();
        if (operations.getScanMode() == ScanMode.FAIL) {
            throw new InvalidDataAccessApiUsageException(message);
        }
        indexAdvised = true;
        LOG.warn(message);
    }

    private @Nullable Object find(FlowDbQuery query, ParametersParameterAccessor arguments) {
        return projected(load(ordered(query, arguments), arguments, kind(arguments)), arguments);
    }

    private @Nullable Object projected(@Nullable Object found, ParametersParameterAccessor arguments) {
        ResultProcessor processor = method.getResultProcessor().withDynamicProjection(arguments);
        return processor.processResult(found, projection(processor.getReturnedType()));
    }

    private Class<?> kind(ParametersParameterAccessor arguments) {
        Class<?> asked = arguments.findDynamicProjection();
        return kind(asked == null ? returnedType() : asked);
    }

    private Class<?> returnedType() {
        return method.getResultProcessor().getReturnedType().getReturnedType();
    }

    /**
     * The class of the entities that are read: a subclass, if that is to be returned. Throws if no entity can be
     * returned so.
     */
    private Class<?> kind(Class<?> returned) {
        Class<?> entity = method.entityType();
        if (returned == entity || ClassUtils.isVoidType(returned)) {
            return entity;
        }
        operations.query(entity).as(returned); // throws
        return entity.isAssignableFrom(returned) ? returned : entity;
    }

    /** Throws {@link InvalidDataAccessApiUsageException} if the method returns what can be made of no entity. */
    final void checkReturnType() {
        if ((action() == Action.COUNT || action() == Action.EXISTS)
                && (method.getParameters().hasLimitParameter()
                        || method.getParameters().hasPageableParameter())) {
            throw new InvalidDataAccessApiUsageException("A parameter of type Limit or Pageable bounds only what a"
                    + " method finds or deletes, not what it counts");
        }
        if (action() == Action.FIND || returnsDeleted()) {
            kind(returnedType());
        }
    }

    /** With the order and the limit of parameters of these types; a page brings its own. */
    private static FlowDbQuery ordered(FlowDbQuery query, ParametersParameterAccessor arguments) {
        if (arguments.getParameters().hasPageableParameter()) {
            return query;
        }
        Sort sort = arguments.getSort();
        FlowDbQuery ordered = sort.isSorted() ? query.withSort(query.sort().and(sort)) : query;
        return arguments.getParameters().hasLimitParameter() ? ordered.withLimit(arguments.getLimit()) : ordered;
    }

    /** The page parameter; the accessor would make one of sort and limit, too, which {@link #ordered} has taken. */
    private static Pageable pageOf(ParametersParameterAccessor arguments) {
        return arguments.getParameters().hasPageableParameter() ? arguments.getPageable() : Pageable.unpaged();
    }

    private <T> @Nullable Object load(FlowDbQuery query, ParametersParameterAccessor arguments, Class<T> type) {
        Pageable pageable = pageOf(arguments);
        if (method.isScrollQuery()) {
            ScrollPosition position = arguments.getScrollPosition();
            return operations.scroll(query, position == null ? ScrollPosition.offset() : position, type);
        }
        if (method.isPageQuery()) {
            return operations.findPage(query, pageable, type);
        }
        if (method.isSliceQuery()) {
            return operations.findSlice(query, pageable, type);
        }
        if (method.isStreamQuery()) {
            return operations.stream(paged(query, pageable), type);
        }
        if (method.isCollectionQuery()) {
            return operations.find(paged(query, pageable), type);
        }
        FlowDbQuery one = paged(query, pageable);
        Optional<T> found = isLimiting() ? operations.findFirst(one, type) : operations.findOne(one, type);
        return found.orElse(null);
    }

    /** The page of a query within its own limit. */
    private static FlowDbQuery paged(FlowDbQuery query, Pageable pageable) {
        FlowDbQuery page = query.with(pageable);
        if (!query.isLimited() || pageable.isUnpaged()) {
            return page;
        }
        long left = Math.max(0, query.limit() - pageable.getOffset());
        return page.withLimit((int) Math.min(left, page.limit()));
    }

    private @Nullable Object delete(FlowDbQuery all, ParametersParameterAccessor arguments) {
        FlowDbQuery query = paged(ordered(all, arguments), pageOf(arguments));
        Class<?> returned = method.returnedClass();
        if (returned == Void.class) {
            operations.findAndDelete(query, method.entityType());
            return null;
        }
        if (!returnsDeleted()) {
            long deleted = operations.delete(query, method.entityType());
            return returned == Boolean.class ? (Object) (deleted > 0) : number(deleted);
        }
        return method.isCollectionQuery() || method.isStreamQuery()
                ? projected(asReturned(operations.findAndDelete(query, kind(arguments))), arguments)
                : projected(operations.findOneAndDelete(query, kind(arguments)).orElse(null), arguments);
    }

    private Object asReturned(List<?> deleted) {
        return method.isStreamQuery() ? Stream.of(deleted.toArray()) : deleted;
    }

    /** Whether a method that deletes returns the entities, and not how many there were. */
    private boolean returnsDeleted() {
        Class<?> returned = method.returnedClass();
        return action() == Action.DELETE
                && returned != Boolean.class
                && returned != Void.class
                && !Number.class.isAssignableFrom(returned);
    }

    /** As the method returns it: within a wrapper nobody else converts it. */
    private Number number(long count) {
        Class<?> returned = method.returnedClass();
        return Number.class.isAssignableFrom(returned)
                ? NumberUtils.convertNumberToTargetClass(count, returned.asSubclass(Number.class))
                : count;
    }

    private Converter<Object, Object> projection(ReturnedType type) {
        if (!type.isDtoProjection()) {
            return source -> source;
        }
        return new DtoProjection(
                type.getReturnedType(), operations.getConverter().getMappingContext(), instantiators)::of;
    }
}
