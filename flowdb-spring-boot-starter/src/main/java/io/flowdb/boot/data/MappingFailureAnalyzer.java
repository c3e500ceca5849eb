package io.flowdb.boot.data;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.data.mapping.MappingException;

/** Says what an entity lacks. Failures of the mapping of other stores are left to them. */
final class MappingFailureAnalyzer extends AbstractFailureAnalyzer<MappingException> {

    private static final String NO_STORE =
            "Annotate the entity with @io.flowdb.annotation.ObjectStore(\"<name of its store>\") and its key with"
                    + " @io.flowdb.annotation.Id, or give the interface another base type than FlowDbRepository if"
                    + " the entity belongs to another store.";

    private static final String SHARED_STORE =
            "Give each of the two classes a store of its own, or let both extend one class or interface that is"
                    + " annotated with @io.flowdb.annotation.ObjectStore.";

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, MappingException cause) {
        String message = cause.getMessage();
        if (message == null || !message.contains("@ObjectStore")) {
            return null;
        }
        return new FailureAnalysis(message + ".", message.startsWith("Store '") ? SHARED_STORE : NO_STORE, cause);
    }
}
