package io.flowdb.data.repository.support;

import io.flowdb.data.core.FlowDbOperations;
import org.jspecify.annotations.Nullable;
import org.springframework.data.mapping.context.MappingContext;
import org.springframework.data.repository.Repository;
import org.springframework.data.repository.core.support.RepositoryFactorySupport;
import org.springframework.data.repository.core.support.TransactionalRepositoryFactoryBeanSupport;
import org.springframework.util.Assert;

/**
 * The bean of one repository. Writes get transactions, exceptions are translated, domain events are published.
 *
 * @param <R> the repository interface
 * @param <T> the entity
 * @param <ID> the type of its id
 */
public class FlowDbRepositoryFactoryBean<R extends Repository<T, ID>, T, ID>
        extends TransactionalRepositoryFactoryBeanSupport<R, T, ID> {

    private @Nullable FlowDbOperations operations;

    /** For the given interface. */
    public FlowDbRepositoryFactoryBean(Class<? extends R> repositoryInterface) {
        super(repositoryInterface);
    }

    /** What the repository works with. */
    public void setFlowDbOperations(FlowDbOperations operations) {
        this.operations = operations;
        setMappingContext(operations.getConverter().getMappingContext());
    }

    @Override
    protected void setMappingContext(MappingContext<?, ?> mappingContext) {
        super.setMappingContext(mappingContext);
    }

    @Override
    protected RepositoryFactorySupport doCreateRepositoryFactory() {
        Assert.state(operations != null, "flowDbOperations must be set");
        return new FlowDbRepositoryFactory(operations);
    }
}
