package io.flowdb.data.repository.support;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import org.springframework.data.repository.core.support.PersistentEntityInformation;

/** What the repository infrastructure asks of an entity class. */
final class FlowDbEntityInformation<T, ID> extends PersistentEntityInformation<T, ID> {

    FlowDbEntityInformation(FlowDbPersistentEntity<T> entity) {
        super(entity);
    }
}
