package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * The file system refused an operation: I/O error, full disk, too many open files, missing permission. For a write,
 * nothing of it was stored unless the message says otherwise.
 */
public final class StorageException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final boolean diskFull;
    private final boolean tooManyFiles;

    /** {@code message} names the operation and the file. */
    public StorageException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    /** {@code diskFull} says that the operation failed for want of space. */
    public StorageException(String message, @Nullable Throwable cause, boolean diskFull) {
        this(message, cause, diskFull, false);
    }

    private StorageException(String message, @Nullable Throwable cause, boolean diskFull, boolean tooManyFiles) {
        super(message, cause);
        this.diskFull = diskFull;
        this.tooManyFiles = tooManyFiles;
    }

    /** One that says that no more files could be opened. */
    public static StorageException tooManyFiles(String message, @Nullable Throwable cause) {
        return new StorageException(message, cause, false, true);
    }

    /** The same with another message and itself as the cause. */
    public StorageException within(String newMessage) {
        return new StorageException(newMessage, this, diskFull, tooManyFiles);
    }

    /** Whether there was no space: the same call may succeed once there is some. */
    public boolean diskFull() {
        return diskFull;
    }

    /**
     * Whether the process, or the system, had too many files open: the same call may succeed once some have been
     * closed.
     */
    public boolean tooManyFiles() {
        return tooManyFiles;
    }

    @Override
    public boolean retryable() {
        return diskFull || tooManyFiles;
    }
}
