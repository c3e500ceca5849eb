package io.flowdb.boot.data;

import io.flowdb.error.SchemaConflictException;
import io.flowdb.error.UniqueViolationException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what in the stored schema or data stands against the entities. */
final class SchemaFailureAnalyzer extends AbstractFailureAnalyzer<SchemaFailedException> {

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SchemaFailedException cause) {
        if (cause.getCause() instanceof UniqueViolationException duplicates) {
            return new FailureAnalysis(
                    "The unique index '" + duplicates.index() + "' of store '" + duplicates.store()
                            + "' cannot be built: documents that exist share the same value.",
                    "Change or delete the documents that share a value (logging.level.io.flowdb.boot.data=DEBUG lists up"
                            + " to ten such values), or declare the index without unique. The schema was not changed.",
                    cause);
        }
        if (cause.getCause() instanceof SchemaConflictException conflict) {
            return new FailureAnalysis(
                    conflict.getMessage() + ".",
                    "Make the entity match what is stored, or the stored schema match the entity:"
                            + " flowdb.schema.mode=update creates what is missing, flowdb.schema.mode=sync also drops indexes"
                            + " that no entity declares, flowdb.schema.mode=none leaves the schema alone. Another key path"
                            + " needs a new store and a migration. The schema was not changed.",
                    cause);
        }
        return null;
    }
}
