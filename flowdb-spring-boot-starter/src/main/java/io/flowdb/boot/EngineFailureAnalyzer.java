package io.flowdb.boot;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.DatabaseLockedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.error.UnsupportedFormatException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/** Says what happened and what to do when the engine cannot be opened, or fails while the application starts. */
final class EngineFailureAnalyzer extends AbstractFailureAnalyzer<FlowDbException> {

    private static final String RESTORE =
            "\n    2. Restore the latest backup or checkpoint into an empty directory and start with it."
                    + "\n    3. Without a backup, JsonDB.salvage(copy, newDirectory) makes a database of all that is"
                    + " whole and says what is missing.";

    private final DirectorySetting setting;

    EngineFailureAnalyzer(Environment environment) {
        this.setting = new DirectorySetting(environment);
    }

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, FlowDbException cause) {
        if (cause instanceof DatabaseLockedException locked) {
            return locked(locked);
        }
        if (cause instanceof CorruptionException corruption) {
            return corrupt(corruption);
        }
        if (cause instanceof UnsupportedFormatException newer) {
            return new FailureAnalysis(
                    "The data directory was written by a newer FlowDB: " + newer.file() + " has format " + newer.found()
                            + ", this one reads formats up to " + newer.supported() + ".",
                    "Use the FlowDB that wrote it, or a later one. Nothing was changed. To stay with this version, use"
                            + " another directory or a backup that was made with it.",
                    newer);
        }
        if (cause instanceof StorageException refused) {
            return refused(refused);
        }
        return null;
    }

    private static FailureAnalysis refused(StorageException refused) {
        if (isCopyUnderWay(refused)) {
            return new FailureAnalysis(
                    "The data directory is an unfinished copy: " + refused.getMessage() + ".",
                    "If a checkpoint or a salvage is still writing to it, wait for its end. If it was interrupted, delete"
                            + " this directory, and make the copy again.",
                    refused);
        }
        return new FailureAnalysis("The file system refused FlowDB: " + refused.getMessage(), remedy(refused), refused);
    }

    /** Who makes the copy leaves no other sign in the exception. */
    private static boolean isCopyUnderWay(StorageException refused) {
        return String.valueOf(refused.getMessage()).contains("is being filled by");
    }

    private static String remedy(StorageException refused) {
        if (refused.diskFull()) {
            return "Make space on the disk of the data directory, or copy the directory to a larger one while the"
                    + " application is stopped, and set " + DirectorySetting.ANY + " to it.";
        }
        if (refused.tooManyFiles()) {
            return "Raise the number of files that this process may have open (ulimit -n), or look for what keeps so many"
                    + " open.";
        }
        if (isCausedBy(NoSuchFileException.class, refused)) {
            return "A file of the database is missing. If it was moved, or is on a volume that is not mounted, bring it"
                    + " back. Otherwise:\n"
                    + "\n    1. Copy the whole data directory to another disk before anything else is changed."
                    + RESTORE;
        }
        if (isCausedBy(AccessDeniedException.class, refused)) {
            return "The user '" + System.getProperty("user.name")
                    + "' of this process must own the data directory and all"
                    + " files in it. Those of a copy often belong to the user who made it.";
        }
        return "Check that the disk of the data directory has space, is mounted for writing, and that the user of this"
                + " process owns the directory. Where it is only read, a database must be there already.";
    }

    private static boolean isCausedBy(Class<? extends Throwable> type, Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (type.isInstance(t)) {
                return true;
            }
        }
        return false;
    }

    private FailureAnalysis locked(DatabaseLockedException locked) {
        long pid = locked.holderPid();
        boolean here = pid == ProcessHandle.current().pid();
        String holder = here
                ? "another application context or engine in this process (" + pid + ")"
                : pid < 0 ? "another process" : "process " + pid;
        String stop = here
                ? "Close the other context or engine first, or share one FlowDb bean."
                : "Stop " + (pid < 0 ? "the other process" : "process " + pid) + ", if it is no longer wanted.";
        Path directory = Path.of(locked.directory());
        String elsewhere = setting.isProperty(directory)
                ? "\n    2. Give this application a directory of its own with flowdb.data-dir,"
                        + " or flowdb.in-memory=true for a test."
                        + "\n    3. Only read, with flowdb.read-only=true: the data as of the moment of opening."
                : "\n    2. Give this engine a directory of its own with dataDir in its Config,"
                        + " or inMemory(true) for a test."
                        + "\n    3. Only read, with readOnly(true) there: the data as of the moment of opening.";
        return new FailureAnalysis(
                "The data directory " + locked.directory() + " is in use by " + holder + " since " + locked.since()
                        + ". One process at a time can write to it.",
                "One of:\n" + "\n    1. " + stop + elsewhere,
                locked);
    }

    private static FailureAnalysis corrupt(CorruptionException corruption) {
        return new FailureAnalysis(
                "Stored data is damaged: " + corruption.getMessage() + "."
                        + "\n\n    File: " + corruption.file()
                        + "\n    Offset: " + (corruption.offset() < 0 ? "the whole file" : corruption.offset()),
                "Change nothing until there is a copy:\n"
                        + "\n    1. Stop writing to this disk and copy the whole data directory to another one."
                        + RESTORE
                        + "\n    4. Check the disk and the memory of this machine before going on: FlowDB checks what it"
                        + " reads and never writes bytes that fail this check.",
                corruption);
    }
}
