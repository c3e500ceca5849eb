package io.flowdb.boot.observe;

import io.flowdb.boot.actuate.QueryInsight;
import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.SlowQueries;
import io.flowdb.data.repository.query.ExplainableQuery;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionException;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.data.domain.Limit;
import org.springframework.data.domain.Pageable;
import org.springframework.data.domain.ScrollPosition;
import org.springframework.data.domain.Sort;
import org.springframework.data.repository.core.support.QueryCreationListener;
import org.springframework.data.repository.core.support.RepositoryFactoryBeanSupport;
import org.springframework.data.repository.query.Parameter;
import org.springframework.data.repository.query.Parameters;

/** Collects the query methods of repositories as they are made. Threads: any. */
final class RepositoryQueries implements QueryInsight, BeanPostProcessor, QueryCreationListener<ExplainableQuery> {

    /** From the shortest name to one that only the same repository on another engine shares. */
    private static final List<Function<ExplainableQuery, String>> NAMINGS = List.of(
            ExplainableQuery::description,
            query -> query.description() + arguments(query, Class::getSimpleName),
            RepositoryQueries::fullName);

    private final ObjectProvider<SlowQueries> slow;

    private final List<ExplainableQuery> queries = new CopyOnWriteArrayList<>();

    RepositoryQueries(ObjectProvider<SlowQueries> slow) {
        this.slow = slow;
    }

    @Override
    public Object postProcessBeforeInitialization(Object bean, String beanName) {
        if (bean instanceof RepositoryFactoryBeanSupport<?, ?, ?> repository) {
            repository.addRepositoryFactoryCustomizer(factory -> factory.addQueryCreationListener(this));
        }
        return bean;
    }

    @Override
    public void onCreation(ExplainableQuery query) {
        queries.add(query);
    }

    /**
     * Queries by repository and method; where that is not one query's alone, with the types of the parameters; and
     * where classes of different packages share their names, with whole names. The same repository on two engines is
     * numbered.
     */
    private Map<String, ExplainableQuery> byName() {
        Map<String, ExplainableQuery> named = new TreeMap<>();
        List<ExplainableQuery> left = List.copyOf(queries);
        for (Function<ExplainableQuery, String> naming : NAMINGS) {
            Map<String, List<ExplainableQuery>> groups =
                    left.stream().collect(Collectors.groupingBy(naming, LinkedHashMap::new, Collectors.toList()));
            left = new ArrayList<>();
            for (Map.Entry<String, List<ExplainableQuery>> group : groups.entrySet()) {
                if (group.getValue().size() == 1) {
                    named.put(group.getKey(), group.getValue().get(0));
                } else {
                    left.addAll(group.getValue());
                }
            }
        }
        for (ExplainableQuery query : left) {
            String name = fullName(query);
            for (int number = 2; named.putIfAbsent(name, query) != null; number++) {
                name = fullName(query) + "-" + number;
            }
        }
        return named;
    }

    private static String fullName(ExplainableQuery query) {
        return query.repository().getName() + "." + query.getQueryMethod().getName()
                + arguments(query, Class::getTypeName);
    }

    private static String arguments(ExplainableQuery query, Function<Class<?>, String> type) {
        return query.getQueryMethod().getParameters().stream()
                .map(parameter -> type.apply(parameter.getType()))
                .collect(Collectors.joining(",", "(", ")"));
    }

    @Override
    public List<SlowQuery> slowQueries() {
        SlowQueries kept = slow.getIfAvailable();
        return kept == null
                ? List.of()
                : kept.latest().stream().map(RepositoryQueries::described).toList();
    }

    private static SlowQuery described(io.flowdb.data.core.SlowQuery q) {
        return new SlowQuery(
                q.at(), q.store(), q.action(), q.query(), q.rows(), q.time().toNanos() / 1e6, q.advice());
    }

    @Override
    public List<QueryMethod> methods() {
        return byName().entrySet().stream()
                .map(e -> new QueryMethod(e.getKey(), types(e.getValue())))
                .toList();
    }

    private static List<String> types(ExplainableQuery query) {
        return query.getQueryMethod().getParameters().getBindableParameters().stream()
                .map(parameter -> parameter.getType().getSimpleName())
                .toList();
    }

    @Override
    public Explained explain(String method, String arguments) {
        ExplainableQuery query = byName().get(method);
        if (query == null) {
            throw new IllegalArgumentException("There is no query method '" + method + "', or more than one");
        }
        Parameters<?, ?> parameters = query.getQueryMethod().getParameters();
        Iterator<String> texts = split(arguments, query).iterator();
        @Nullable Object[] values = new Object[parameters.getNumberOfParameters()];
        for (Parameter parameter : parameters) {
            values[parameter.getIndex()] = parameter.isBindable()
                    ? converted(texts.next(), query.typeOf(parameter))
                    : neutral(parameter, query);
        }
        FlowDbOperations all = query.operations().bypassingRowPolicies("explain of " + method);
        return new Explained(
                method, query.explain(all, values), query.advice(all, values).orElse(null));
    }

    /** One argument may hold semicolons. */
    private static List<String> split(String arguments, ExplainableQuery query) {
        int expected =
                query.getQueryMethod().getParameters().getBindableParameters().getNumberOfParameters();
        List<String> texts = expected == 1
                ? List.of(arguments)
                : expected == 0 && arguments.isEmpty() ? List.of() : List.of(arguments.split(";", -1));
        if (texts.size() != expected) {
            throw new IllegalArgumentException(query.description() + " takes " + expected + " arguments " + types(query)
                    + ", not " + texts.size());
        }
        return texts;
    }

    private static @Nullable Object converted(String text, ResolvableType type) {
        ResolvableType wanted = type.resolve() == Iterable.class
                ? ResolvableType.forClassWithGenerics(List.class, type.getGeneric())
                : type;
        try {
            return ApplicationConversionService.getSharedInstance()
                    .convert(text, TypeDescriptor.valueOf(String.class), new TypeDescriptor(wanted, null, null));
        } catch (ConversionException e) {
            throw new IllegalArgumentException("Argument '" + text + "' is no " + type, e);
        }
    }

    /** The argument that asks for nothing: no page, no order, no limit, no projection. */
    private static @Nullable Object neutral(Parameter parameter, ExplainableQuery query) {
        Class<?> type = parameter.getType();
        if (Pageable.class.isAssignableFrom(type)) {
            return Pageable.unpaged();
        }
        if (Sort.class.isAssignableFrom(type)) {
            return Sort.unsorted();
        }
        if (Limit.class.isAssignableFrom(type)) {
            return Limit.unlimited();
        }
        if (ScrollPosition.class.isAssignableFrom(type)) {
            return ScrollPosition.offset();
        }
        return query.getQueryMethod().getEntityInformation().getJavaType(); // of a dynamic projection
    }
}
