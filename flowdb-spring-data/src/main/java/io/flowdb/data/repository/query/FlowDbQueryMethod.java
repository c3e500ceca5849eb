package io.flowdb.data.repository.query;

import io.flowdb.data.repository.Query;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.data.projection.ProjectionFactory;
import org.springframework.data.repository.core.RepositoryMetadata;
import org.springframework.data.repository.query.DefaultParameters;
import org.springframework.data.repository.query.Parameter;
import org.springframework.data.repository.query.QueryMethod;
import org.springframework.data.repository.util.QueryExecutionConverters;
import org.springframework.util.ClassUtils;

/** A query method of a repository and its {@link Query} annotation. */
public final class FlowDbQueryMethod extends QueryMethod {

    private final Method method;
    private final Class<?> repository;
    private final @Nullable Query annotation;

    /**
     * Checks the parameters; throws {@link IllegalStateException} or {@link IllegalArgumentException} naming what is
     * wrong.
     */
    public FlowDbQueryMethod(Method method, RepositoryMetadata metadata, ProjectionFactory projections) {
        super(method, metadata, projections, DefaultParameters::new);
        this.method = method;
        this.repository = metadata.getRepositoryInterface();
        this.annotation = AnnotatedElementUtils.findMergedAnnotation(method, Query.class);
    }

    @Nullable
    Query annotation() {
        return annotation;
    }

    /** The class a call gives, boxed, without wrappers such as {@code CompletableFuture}; {@code Void} for nothing. */
    Class<?> returnedClass() {
        ResolvableType type = ResolvableType.forMethodReturnType(method, repository);
        while (QueryExecutionConverters.supports(type.toClass())) {
            type = type.getGeneric(0);
            if (type.resolve() == null) { // Future<?>
                return Void.class;
            }
        }
        Class<?> returned = type.toClass();
        return returned == void.class ? Void.class : ClassUtils.resolvePrimitiveIfNecessary(returned);
    }

    /** The repository the method belongs to, which may have inherited it. */
    Class<?> repository() {
        return repository;
    }

    /** The repository and method, for messages. */
    String description() {
        return repository.getSimpleName() + "." + method.getName();
    }

    /**
     * As declared, with what fills the variables of a generic repository; what a wrapper such as {@code Optional}
     * holds.
     */
    ResolvableType typeOf(Parameter parameter) {
        ResolvableType declared = ResolvableType.forMethodParameter(method, parameter.getIndex(), repository);
        for (ResolvableType type : List.of(declared, declared.getGeneric(0))) {
            if (type.toClass() == parameter.getType()) {
                return type;
            }
        }
        return ResolvableType.forClass(parameter.getType());
    }

    Class<?> entityType() {
        return getDomainClass();
    }
}
