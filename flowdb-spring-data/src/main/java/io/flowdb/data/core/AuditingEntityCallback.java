package io.flowdb.data.core;

import org.springframework.beans.factory.ObjectFactory;
import org.springframework.core.Ordered;
import org.springframework.data.auditing.AuditingHandler;

/**
 * Sets {@code @CreatedDate}, {@code @CreatedBy}, {@code @LastModifiedDate} and {@code @LastModifiedBy}. An entity with
 * an id that the application assigned counts as created if the store does not have it yet.
 */
public final class AuditingEntityCallback implements BeforeConvertCallback<Object>, Ordered {

    private final ObjectFactory<? extends AuditingHandler> handler;

    /** {@code handler} is asked for at each call, so that it may be made late. */
    public AuditingEntityCallback(ObjectFactory<? extends AuditingHandler> handler) {
        this.handler = handler;
    }

    @Override
    public Object onBeforeConvert(Object entity, String store, Boolean isNew) {
        AuditingHandler auditing = handler.getObject();
        return isNew ? auditing.markCreated(entity) : auditing.markModified(entity);
    }

    @Override
    public int getOrder() {
        return 100;
    }
}
