package io.flowdb.internal.io;

import io.flowdb.error.StorageException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the engine needs of a file system. Tests put a twin here that loses unsynced bytes and directory entries.
 *
 * <p>Durability: bytes of a file survive power loss after {@link WritableFile#sync()}; its name (creation, rename,
 * deletion) after {@link #syncDirectory}. Threads: all methods from any thread; a thread's interrupt never closes a
 * file. Errors: {@link io.flowdb.error.StorageException} naming operation and file.
 */
public interface FileSystem {

    /**
     * Creates a new, empty file for writing; fails if it exists. Readable by its owner only where the platform can say
     * so.
     */
    WritableFile create(Path file);

    /** Opens an existing file for writing in place. */
    WritableFile openForWrite(Path file);

    /** Opens an existing file for positional reads. */
    ReadableFile open(Path file);

    /** Whether a file or directory exists. */
    boolean exists(Path path);

    /** Whether nothing has this name, or a directory with nothing in it. */
    boolean isVacant(Path path);

    /** Whether a path, there or not, is that of the directory or leads into it, by whatever names. */
    default boolean isWithin(Path path, Path directory) {
        return path.startsWith(directory);
    }

    /** Names of the files in a directory, in no order; empty if the directory does not exist. */
    List<String> list(Path directory);

    /** Deletes a file; no error if it does not exist. */
    void delete(Path file);

    /**
     * Gives {@code from} the name {@code to}, in the same directory, in one step and in place of what has it; durable
     * on return. A failure that is {@link StorageException#retryable()} has changed nothing; after any other a power
     * cut may leave either file.
     */
    void renameDurably(Path from, Path to);

    /**
     * Gives a finished file a second name, by a hard link where possible, else by a synced copy; fails if the name is
     * taken.
     */
    void linkOrCopy(Path from, Path to);

    /** Creates a directory and its parents, accessible by their owner only where the platform can say so. */
    void createDirectories(Path directory);

    /**
     * Creates a directory and its parents where they are missing. The names of those created are durable on return, and
     * so is that of the first one found: whoever made it may have ended before. One that cannot be made so is taken
     * away again, as who finds it later may take it for durable.
     */
    default void createDurably(Path directory) {
        Path parent = directory.getParent();
        if (parent == null) {
            return;
        }
        if (exists(directory)) {
            try {
                syncDirectory(parent);
            } catch (StorageException e) {
                /* One that may not be looked into was not made here: that ends in an error. */
                if (!(e.getCause() instanceof AccessDeniedException)) {
                    throw e;
                }
            }
            return;
        }
        createDurably(parent);
        createDirectories(directory);
        try {
            syncDirectory(parent);
        } catch (RuntimeException | Error e) {
            try {
                delete(directory);
            } catch (StorageException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** Makes names created, renamed or deleted in {@code directory} durable. */
    void syncDirectory(Path directory);

    /** Free bytes of the volume that holds {@code directory}; {@code Long.MAX_VALUE} if unknown. */
    long usableBytes(Path directory);

    /**
     * Takes the lock of a data directory until the result is closed.
     *
     * @throws io.flowdb.error.DatabaseLockedException at once if another engine holds it, naming the holder
     */
    AutoCloseable lock(Path lockFile);
}
