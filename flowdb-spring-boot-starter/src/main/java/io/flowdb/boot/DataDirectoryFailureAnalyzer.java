package io.flowdb.boot;

import io.flowdb.boot.DataDirectory.DataDirectoryException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Says what is wrong with the directory of an engine, and where that was set. */
final class DataDirectoryFailureAnalyzer extends AbstractFailureAnalyzer<DataDirectoryException> {
    private final DirectorySetting setting;

    DataDirectoryFailureAnalyzer(Environment environment) {
        this.setting = new DirectorySetting(environment);
    }

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, DataDirectoryException cause) {
        boolean property = setting.isProperty(cause.directory());
        String set = setting.of(cause.directory());
        String where = property
                ? "\n\n    Property: flowdb.data-dir\n    Value: \"" + cause.directory() + "\""
                : "\n\n    Config: dataDir\n    Value: \"" + cause.directory() + "\"";
        String readOnly = property ? "flowdb.read-only=true" : "readOnly(true) in its Config";
        return switch (cause.problem()) {
            case NOT_A_DIRECTORY ->
                new FailureAnalysis(
                        "The data directory cannot be used: " + cause.culprit() + " is a file." + where
                                + "\n    Allowed: a directory, or a path at which one can be created",
                        "Set " + set + " to a directory, or move the file away.",
                        cause);
            case MISSING ->
                new FailureAnalysis(
                        "The data directory " + cause.directory() + " does not exist, and FlowDB may not create it."
                                + where,
                        "Correct " + set + ", mount the volume it is on, or allow FlowDB to create it with "
                                + (property
                                        ? "flowdb.create-if-missing=true (and without flowdb.read-only)."
                                        : "createIfMissing(true) in its Config (and without readOnly)."),
                        cause);
            case DANGLING_LINK ->
                new FailureAnalysis(
                        "The data directory cannot be used: " + cause.culprit()
                                + " is a symbolic link to what does not exist, or to itself." + where,
                        "Mount the volume that the link leads to, correct the link, or set " + set + " to another"
                                + " directory.",
                        cause);
            case NOT_WRITABLE ->
                new FailureAnalysis(
                        "The user '" + System.getProperty("user.name") + "' of this process may not write to "
                                + cause.culprit() + "." + where,
                        "Give this user the directory (mode 0700 is enough), or set " + set + " to one that it owns."
                                + " If the volume is mounted read-only, mount it for writing, or only read the database"
                                + " that is there with " + readOnly + ".",
                        cause);
        };
    }
}
