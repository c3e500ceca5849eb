package io.flowdb.data.core;

import io.flowdb.data.mapping.FlowDbPersistentEntity;
import io.flowdb.json.DocumentOperations;
import io.flowdb.json.Filter;
import io.flowdb.json.JsonQuery;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.OptimisticLockingFailureException;
import tools.jackson.databind.JsonNode;

/**
 * The delete of one entity.
 *
 * @param versioned whether the stored document must have {@code version}
 * @param permitted the rows that may be deleted, or null for all; others are not there
 */
record EntityDelete(
        FlowDbPersistentEntity<?> entity,
        JsonNode key,
        boolean versioned,
        @Nullable Object version,
        @Nullable Filter permitted) {

    String store() {
        return entity.getStore();
    }

    /** Whether the delete reads before, so that it must be in a transaction. */
    boolean isConditional() {
        return versioned || permitted != null;
    }

    /** Returns whether there was something to delete. */
    boolean write(DocumentOperations operations) {
        if (!isPermitted(operations)) {
            if (versioned) {
                throw new OptimisticLockingFailureException(
                        "There is no " + entity.getType().getSimpleName() + " with id " + key + " any more");
            }
            return false;
        }
        if (versioned) {
            EntitySave.requireVersion(operations, entity, key, version);
        }
        return operations.delete(store(), key);
    }

    private boolean isPermitted(DocumentOperations operations) {
        if (permitted == null) {
            return true;
        }
        JsonQuery query = operations
                .query(store())
                .where(Filter.eq(entity.getRequiredIdProperty().getFieldName(), key));
        return !QueryRunner.isNever(permitted) && query.where(permitted).exists();
    }
}
