package io.flowdb.boot.data;

import io.flowdb.error.FlowDbException;

/** The schema of the entities could not be applied. Nothing was changed. */
final class SchemaFailedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SchemaFailedException(FlowDbException cause) {
        super("Cannot apply the schema of the entities: " + cause.getMessage(), cause);
    }
}
