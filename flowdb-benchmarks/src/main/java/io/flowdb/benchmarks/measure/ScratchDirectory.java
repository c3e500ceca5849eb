package io.flowdb.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * A fresh directory that is gone at the end, also if the process is interrupted: then the processes it has started are
 * ended first, because they write there. Threads: one.
 */
public final class ScratchDirectory implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Path path;
    private final Thread hook;

    private ScratchDirectory(Path path) {
        this.path = path;
        hook = new Thread(this::removeAtExit, "remove-scratch-directory");
    }

    /** Creates a directory with a name of its own below {@code parent}, which is created if missing. */
    public static ScratchDirectory below(Path parent, String prefix) throws IOException {
        Files.createDirectories(parent);
        ScratchDirectory directory = new ScratchDirectory(Files.createTempDirectory(parent, prefix));
        Runtime.getRuntime().addShutdownHook(directory.hook);
        return directory;
    }

    /** Where it is. */
    public Path path() {
        return path;
    }

    @Override
    public void close() throws IOException {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shutdown) {
            awaitEnd();
        }
        Directories.remove(path);
    }

    /** The process is ending: the hook removes the directory, and there is nothing else to say. */
    private static void awaitEnd() {
        while (true) {
            LockSupport.park();
        }
    }

    private void removeAtExit() {
        ProcessHandle.current().children().forEach(child -> {
            child.destroyForcibly();
            child.onExit().join();
        });
        try {
            Directories.removeBesideWriters(path, PATIENCE);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
