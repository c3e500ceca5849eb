package io.flowdb.boot;

import io.flowdb.Config;
import java.nio.file.Files;
import java.nio.file.Path;

/** Looks at the data directory before the engine does, to tell people what is wrong in their words. Changes nothing. */
final class DataDirectory {
    private DataDirectory() {}

    /** Throws {@link DataDirectoryException} if the engine could not live in {@code directory}, an absolute path. */
    static void check(Path directory, Config config) {
        Path existing = directory;
        while (!Files.exists(existing) && existing.getParent() != null) {
            if (Files.isSymbolicLink(existing)) {
                throw new DataDirectoryException(directory, existing, Problem.DANGLING_LINK);
            }
            existing = existing.getParent();
        }
        if (!Files.isDirectory(existing)) {
            throw new DataDirectoryException(directory, existing, Problem.NOT_A_DIRECTORY);
        }
        if (!existing.equals(directory) && (!config.createIfMissing() || config.readOnly())) {
            throw new DataDirectoryException(directory, directory, Problem.MISSING);
        }
        if (!config.readOnly() && !Files.isWritable(existing)) {
            throw new DataDirectoryException(directory, existing, Problem.NOT_WRITABLE);
        }
    }

    /** Why a directory cannot be used. */
    enum Problem {
        NOT_A_DIRECTORY,
        MISSING,
        /** A symbolic link to what is not there, as where a volume is not mounted. */
        DANGLING_LINK,
        NOT_WRITABLE
    }

    /** The data directory cannot be used. Nothing was opened or created. */
    static final class DataDirectoryException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final transient Path directory;
        private final transient Path culprit;
        private final Problem problem;

        DataDirectoryException(Path directory, Path culprit, Problem problem) {
            super("Data directory " + directory + " cannot be used: " + culprit + " is " + problem);
            this.directory = directory;
            this.culprit = culprit;
            this.problem = problem;
        }

        Path directory() {
            return directory;
        }

        /** The directory, or the part of its path that stands in the way. */
        Path culprit() {
            return culprit;
        }

        Problem problem() {
            return problem;
        }
    }
}
