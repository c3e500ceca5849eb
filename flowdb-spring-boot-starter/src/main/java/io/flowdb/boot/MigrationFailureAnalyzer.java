package io.flowdb.boot;

import io.flowdb.boot.MigrationInitializer.MigrationFailedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what a failed migration left behind and how to go on. */
final class MigrationFailureAnalyzer extends AbstractFailureAnalyzer<MigrationFailedException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, MigrationFailedException cause) {
        if (cause.isReadOnly()) {
            return new FailureAnalysis(
                    cause.getMessage() + ".",
                    "Start the application that writes to this database first, or this one once without flowdb.read-only.",
                    cause);
        }
        return new FailureAnalysis(
                cause.getMessage() + ".",
                "The step that failed left nothing behind; those before it stay carried out. Correct it and start again. A"
                        + " migration that was carried out is never edited: add another one with the next version.",
                cause);
    }
}
