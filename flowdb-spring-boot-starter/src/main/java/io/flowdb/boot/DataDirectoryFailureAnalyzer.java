package io.flowdb.boot;

import io.flowdb.boot.DataDirectory.DataDirectoryException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what is wrong with the directory that {@code flowdb.data-dir} names. */
final class DataDirectoryFailureAnalyzer extends AbstractFailureAnalyzer<DataDirectoryException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DataDirectoryException cause) {
        String property = "\n\n    Property: flowdb.data-dir\n    Value: \"" + cause.directory() + "\"";
        return switch (cause.problem()) {
            case NOT_A_DIRECTORY ->
                new FailureAnalysis(
                        "The data directory cannot be used: " + cause.culprit() + " is a file." + property
                                + "\n    Allowed: a directory, or a path at which one can be created",
                        "Set flowdb.data-dir to a directory, or move the file away.",
                        cause);
            case MISSING ->
                new FailureAnalysis(
                        "The data directory " + cause.directory() + " does not exist, and FlowDB may not create it."
                                + property,
                        "Correct flowdb.data-dir, mount the volume it is on, or allow FlowDB to create it with"
                                + " flowdb.create-if-missing=true (and without flowdb.read-only).",
                        cause);
            case DANGLING_LINK ->
                new FailureAnalysis(
                        "The data directory cannot be used: " + cause.culprit()
                                + " is a symbolic link to what does not exist, or to itself." + property,
                        "Mount the volume that the link leads to, correct the link, or set flowdb.data-dir to another"
                                + " directory.",
                        cause);
            case NOT_WRITABLE ->
                new FailureAnalysis(
                        "The user '" + System.getProperty("user.name") + "' of this process may not write to "
                                + cause.culprit() + "." + property,
                        "Give this user the directory (mode 0700 is enough), or set flowdb.data-dir to one that it owns."
                                + " If the volume is mounted read-only, mount it for writing, or only read the database"
                                + " that is there with flowdb.read-only=true.",
                        cause);
        };
    }
}
