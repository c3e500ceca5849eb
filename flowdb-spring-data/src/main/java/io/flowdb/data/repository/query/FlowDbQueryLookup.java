package io.flowdb.data.repository.query;

import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.repository.Query;
import java.lang.reflect.Method;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.core.KotlinDetector;
import org.springframework.data.core.ReactiveWrappers;
import org.springframework.data.projection.ProjectionFactory;
import org.springframework.data.repository.core.NamedQueries;
import org.springframework.data.repository.core.RepositoryMetadata;
import org.springframework.data.repository.query.QueryCreationException;
import org.springframework.data.repository.query.QueryLookupStrategy;
import org.springframework.data.repository.query.RepositoryQuery;
import org.springframework.data.repository.query.ValueExpressionDelegate;
import org.springframework.util.ClassUtils;

/**
 * The query of a method: that of its {@link Query} annotation, else the named query, else the one its name says. What
 * does not fit is a {@link QueryCreationException} that names the method, when the application starts.
 */
public final class FlowDbQueryLookup implements QueryLookupStrategy {

    /** By name, since they need not be there. */
    private static final Set<String> DEFERRED = Set.of(
            "kotlin.sequences.Sequence",
            "kotlinx.coroutines.flow.Flow",
            "kotlinx.coroutines.Deferred",
            "java.util.concurrent.Flow$Publisher",
            "org.reactivestreams.Publisher");

    private final FlowDbOperations operations;
    private final Key key;
    private final ValueExpressionDelegate expressions;

    /** {@code key} null stands for {@code CREATE_IF_NOT_FOUND}. */
    public FlowDbQueryLookup(FlowDbOperations operations, @Nullable Key key, ValueExpressionDelegate expressions) {
        this.operations = operations;
        this.key = key == null ? Key.CREATE_IF_NOT_FOUND : key;
        this.expressions = expressions;
    }

    @Override
    public RepositoryQuery resolveQuery(
            Method method, RepositoryMetadata metadata, ProjectionFactory projections, NamedQueries namedQueries) {
        checkBlocks(method, metadata);
        FlowDbQueryMethod queryMethod = new FlowDbQueryMethod(method, metadata, projections);
        try {
            AbstractFlowDbQuery query = resolve(queryMethod, namedQueries);
            query.checkReturnType();
            return query;
        } catch (RuntimeException e) { // parsers, mapping and checks each have their own
            throw QueryCreationException.create(queryMethod, e);
        }
    }

    /** A call returns when its query is done, with what has been found: nothing else is there to wait for. */
    private static void checkBlocks(Method method, RepositoryMetadata metadata) {
        String wrong = null;
        if (KotlinDetector.isSuspendingFunction(method)) {
            wrong = "suspending methods are not supported; leave out 'suspend', and call it within a dispatcher for"
                    + " what blocks, such as Dispatchers.IO";
        } else if (isDeferred(method.getReturnType())) {
            wrong = "a method cannot return a " + method.getReturnType().getName()
                    + "; let it return a List, a Stream or a CompletableFuture";
        }
        if (wrong != null) {
            throw QueryCreationException.create(
                    wrong, new UnsupportedOperationException(wrong), metadata.getRepositoryInterface(), method);
        }
    }

    private static boolean isDeferred(Class<?> type) {
        return ReactiveWrappers.supports(type)
                || Stream.concat(Stream.of(type), ClassUtils.getAllInterfacesForClassAsSet(type).stream())
                        .anyMatch(each -> DEFERRED.contains(each.getName()));
    }

    private AbstractFlowDbQuery resolve(FlowDbQueryMethod method, NamedQueries namedQueries) {
        Query annotation = method.annotation();
        if (key != Key.CREATE && annotation != null) {
            return new StringFlowDbQuery(method, operations, annotation.value(), expressions);
        }
        if (key != Key.CREATE && namedQueries.hasQuery(method.getNamedQueryName())) {
            String predicate = namedQueries.getQuery(method.getNamedQueryName());
            return new StringFlowDbQuery(method, operations, predicate, expressions);
        }
        if (key == Key.USE_DECLARED_QUERY) {
            throw new IllegalStateException("no @Query and no named query '" + method.getNamedQueryName() + "'");
        }
        return new PartTreeFlowDbQuery(method, operations);
    }
}
