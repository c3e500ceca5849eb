package io.flowdb.data.repository.support;

import io.flowdb.data.core.FlowDbOperations;
import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.data.repository.query.FlowDbQueryLookup;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mapping.MappingException;
import org.springframework.data.repository.core.EntityInformation;
import org.springframework.data.repository.core.RepositoryInformation;
import org.springframework.data.repository.core.RepositoryMetadata;
import org.springframework.data.repository.core.support.RepositoryFactorySupport;
import org.springframework.data.repository.query.QueryLookupStrategy;
import org.springframework.data.repository.query.QueryLookupStrategy.Key;
import org.springframework.data.repository.query.ValueExpressionDelegate;

/**
 * Makes repositories on {@link FlowDbOperations}; also without Spring's container: {@code getRepository(Todos.class)}.
 */
public final class FlowDbRepositoryFactory extends RepositoryFactorySupport {

    private final FlowDbOperations operations;

    /** Repositories that work with {@code operations}. */
    public FlowDbRepositoryFactory(FlowDbOperations operations) {
        this.operations = operations;
    }

    @Override
    public EntityInformation<?, ?> getEntityInformation(RepositoryMetadata metadata) {
        return new FlowDbEntityInformation<>(entityOf(metadata));
    }

    private FlowDbPersistentEntity<?> entityOf(RepositoryMetadata metadata) {
        FlowDbPersistentEntity<?> entity =
                operations.getConverter().getMappingContext().getPersistentEntity(metadata.getDomainType());
        if (entity == null || !entity.isStored()) {
            throw new MappingException(metadata.getRepositoryInterface().getName() + " is a repository of "
                    + metadata.getDomainType().getName() + ", which is not annotated with @ObjectStore");
        }
        operations.storeOf(entity.getType()); // throws if the store belongs to other classes
        return entity;
    }

    @Override
    protected Object getTargetRepository(RepositoryInformation information) {
        return getTargetRepositoryViaReflection(information, getEntityInformation(information), operations);
    }

    @Override
    protected Class<?> getRepositoryBaseClass(RepositoryMetadata metadata) {
        return SimpleFlowDbRepository.class;
    }

    @Override
    protected Optional<QueryLookupStrategy> getQueryLookupStrategy(
            @Nullable Key key, ValueExpressionDelegate valueExpressions) {
        return Optional.of(new FlowDbQueryLookup(operations, key, valueExpressions));
    }
}
