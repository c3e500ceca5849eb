package io.flowdb.boot;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.DatabaseLockedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.error.UnsupportedFormatException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says what happened and what to do when the engine cannot be opened. */
final class EngineFailureAnalyzer extends AbstractFailureAnalyzer<FlowDbException> {

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
                            + " another directory (flowdb.data-dir) or a backup that was made with it.",
                    newer);
        }
        if (cause instanceof StorageException) {
            return new FailureAnalysis(
                    "The file system refused FlowDB: " + cause.getMessage(),
                    "Check that the disk of flowdb.data-dir has space, is mounted for writing, and that the user of this"
                            + " process owns the directory. Where flowdb.read-only is true, a database must be there already.",
                    cause);
        }
        return null;
    }

    private static FailureAnalysis locked(DatabaseLockedException locked) {
        long pid = locked.holderPid();
        boolean here = pid == ProcessHandle.current().pid();
        String holder = here
                ? "another application context or engine in this process (" + pid + ")"
                : pid < 0 ? "another process" : "process " + pid;
        String stop = here
                ? "Close the other context or engine first, or share one FlowDb bean."
                : "Stop " + (pid < 0 ? "the other process" : "process " + pid) + ", if it is no longer wanted.";
        return new FailureAnalysis(
                "The data directory " + locked.directory() + " is in use by " + holder + " since " + locked.since()
                        + ". One process at a time can write to it.",
                "One of:\n"
                        + "\n    1. " + stop
                        + "\n    2. Give this application a directory of its own with flowdb.data-dir,"
                        + " or flowdb.in-memory=true for a test."
                        + "\n    3. Only read, with flowdb.read-only=true: the data as of the moment of opening.",
                locked);
    }

    private static FailureAnalysis corrupt(CorruptionException corruption) {
        return new FailureAnalysis(
                "Stored data is damaged: " + corruption.getMessage() + "."
                        + "\n\n    File: " + corruption.file()
                        + "\n    Offset: " + (corruption.offset() < 0 ? "the whole file" : corruption.offset()),
                "Nothing was changed, and nothing should be until there is a copy:\n"
                        + "\n    1. Stop writing to this disk and copy the whole data directory to another one."
                        + "\n    2. Restore the latest backup or checkpoint into an empty directory and start with it."
                        + "\n    3. Without a backup, JsonDB.salvage(copy, newDirectory) makes a database of all that is"
                        + " whole and says what is missing."
                        + "\n    4. Check the disk and the memory of this machine before going on: FlowDB checks what it"
                        + " reads and never writes bytes that fail this check.",
                corruption);
    }
}
