package io.flowdb.internal.storage;

import io.flowdb.error.StorageException;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.ReadableFile;
import io.flowdb.internal.io.WritableFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** The files of one directory of SSTs, named by their id, such as {@code 0000000042.sst}. Threads: any. */
public final class SstStorage {
    private static final String SUFFIX = ".sst";

    private final FileSystem fileSystem;
    private final Path directory;

    /** Files that nobody needs any more and that could not be deleted yet. */
    private final Queue<Long> undeleted = new ConcurrentLinkedQueue<>();

    private volatile @Nullable StorageException deleteFailure; // of the last try, null if it left none

    /** Files in {@code directory}. */
    public SstStorage(FileSystem fileSystem, Path directory) {
        this.fileSystem = fileSystem;
        this.directory = directory;
    }

    /** Starts a new file. */
    public WritableFile create(long id) {
        return fileSystem.create(path(id));
    }

    /** Opens a finished file. */
    public ReadableFile open(long id) {
        return fileSystem.open(path(id));
    }

    /** Deletes a file; no error if it is gone. */
    public void delete(long id) {
        fileSystem.delete(path(id));
    }

    /**
     * Deletes a file that nobody needs any more. If that fails it is tried again by {@link #deleteDiscarded}: no error
     * for who was the last to read it.
     */
    public void discard(long id) {
        undeleted.add(id);
        deleteDiscarded();
    }

    /** Tries again to delete what could not be deleted. */
    public void deleteDiscarded() {
        StorageException failure = null;
        for (Long id : undeleted) {
            try {
                delete(id);
                undeleted.remove(id);
            } catch (StorageException e) {
                failure = e;
            }
        }
        deleteFailure = failure;
    }

    /** Why there are files left to delete, or null if there are none. */
    public @Nullable StorageException deleteFailure() {
        return deleteFailure;
    }

    /** Makes the names of finished files durable. */
    public void syncDirectory() {
        fileSystem.syncDirectory(directory);
    }

    /** Ids of all files present, in no order. */
    public List<Long> list() {
        List<Long> ids = new ArrayList<>();
        for (String name : fileSystem.list(directory)) {
            if (name.matches("\\d{10,18}\\.sst")) {
                ids.add(Long.parseLong(name.substring(0, name.length() - SUFFIX.length())));
            }
        }
        return ids;
    }

    /** Where the file of this id lies. */
    public Path path(long id) {
        return directory.resolve(String.format(Locale.ROOT, "%010d%s", id, SUFFIX));
    }
}
