package io.flowdb.data.repository.support;

import io.flowdb.data.core.Conditions;
import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.core.FlowDbQuery;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.mapping.FlowDbPersistentProperty;
import io.flowdb.json.Filter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.InvalidDataAccessApiUsageException;
import org.springframework.data.domain.Example;
import org.springframework.data.domain.ExampleMatcher.NullHandler;
import org.springframework.data.domain.ExampleMatcher.StringMatcher;
import org.springframework.data.mapping.PersistentPropertyAccessor;
import org.springframework.data.repository.query.FluentQuery;
import org.springframework.data.support.ExampleMatcherAccessor;
import org.springframework.data.util.ProxyUtils;

/**
 * Examples as queries. Properties that are null in the probe are left out unless the matcher includes them; primitives
 * always count, so ignore their paths. A collection matches if it contains all elements of the probe's. Threads: any.
 */
final class ExampleQueries {

    private final FlowDbOperations operations;

    ExampleQueries(FlowDbOperations operations) {
        this.operations = operations;
    }

    <S> FlowDbQuery query(Example<S> example) {
        Class<S> type = example.getProbeType();
        List<Filter> filters = new ArrayList<>();
        Probe probe = new Probe(operations.conditions(type), new ExampleMatcherAccessor(example.getMatcher()));
        collect("", type, type, example.getProbe(), probe, filters);
        if (filters.isEmpty()) {
            return FlowDbQuery.all();
        }
        return FlowDbQuery.where(example.getMatcher().isAllMatching() ? Filter.and(filters) : Filter.or(filters));
    }

    <S> FluentQuery.FetchableFluentQuery<S> fluent(Example<S> example) {
        Class<S> type = example.getProbeType();
        return new FluentExampleQuery<>(operations.query(type).matching(query(example)), operations.conditions(type));
    }

    /** {@code type} is that of the bean, {@code declared} the one whose properties a query knows. */
    private void collect(
            String prefix, Class<?> declared, Class<?> type, Object bean, Probe probe, List<Filter> filters) {
        FlowDbPersistentEntity<?> entity = entity(type);
        PersistentPropertyAccessor<Object> accessor = entity.getPropertyAccessor(bean);
        for (FlowDbPersistentProperty property : entity) {
            String path = prefix + property.getName();
            if (probe.matcher().isIgnoredPath(path)) {
                continue;
            }
            Object value = probe.matcher()
                    .getValueTransformerForPath(path)
                    .apply(valueOf(accessor.getProperty(property)))
                    .orElse(null);
            boolean nested = value != null && property.isEntity() && !property.isCollectionLike() && !property.isMap();
            if (value != null
                    && declared != type
                    && entity(declared).getPersistentProperty(property.getName()) == null) {
                throw new InvalidDataAccessApiUsageException("An example cannot be matched by '" + path + "', as "
                        + declared.getName() + " has no such property; ignore it with ExampleMatcher.withIgnorePaths");
            }
            if (value instanceof Map<?, ?> map && map.isEmpty()) {
                continue; // what a new entity starts with
            }
            if (nested && !property.isIdProperty() && property.getActualType().isInstance(value)) {
                Class<?> nestedType = ProxyUtils.getUserClass(value);
                collect(path + ".", property.getActualType(), nestedType, value, probe, filters);
            } else if (value != null || probe.matcher().getNullHandler() == NullHandler.INCLUDE) {
                filters.add(probe.filter(path, value));
            }
        }
    }

    private FlowDbPersistentEntity<?> entity(Class<?> type) {
        return operations.getConverter().getMappingContext().getRequiredPersistentEntity(type);
    }

    /** An empty {@code Optional} is null to a matcher. */
    private static Optional<Object> valueOf(@Nullable Object property) {
        Object value = property instanceof Optional<?> optional ? optional.orElse(null) : property;
        return Optional.ofNullable(value);
    }

    /** How the properties of a probe are matched. */
    private record Probe(Conditions<?> conditions, ExampleMatcherAccessor matcher) {

        Filter filter(String path, @Nullable Object value) {
            if (value instanceof Map<?, ?>) {
                throw new InvalidDataAccessApiUsageException("An example cannot be matched by its map '" + path
                        + "'; leave it empty, or ignore it with ExampleMatcher.withIgnorePaths");
            }
            if (value instanceof String text) {
                return text(path, text, matcher.isIgnoreCaseForPath(path));
            }
            if (value instanceof Collection<?> || (value != null && conditions.isCollection(path))) {
                return conditions.contains(path, value, false);
            }
            return conditions.eq(path, value);
        }

        private Filter text(String path, String text, boolean ignoreCase) {
            StringMatcher how = matcher.getStringMatcherForPath(path);
            return switch (how) {
                case DEFAULT, EXACT -> ignoreCase ? conditions.eqIgnoreCase(path, text) : conditions.eq(path, text);
                case STARTING -> conditions.startsWith(path, text, ignoreCase);
                case ENDING -> conditions.endsWith(path, text, ignoreCase);
                case CONTAINING -> conditions.contains(path, text, ignoreCase);
                case REGEX -> conditions.regex(path, text, ignoreCase);
            };
        }
    }
}
