package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * The file system refused an operation: I/O error, full disk, missing permission. For a write, nothing of it was stored
 * unless the message says otherwise.
 */
public final class StorageException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final boolean diskFull;

    /** {@code message} names the operation and the file. */
    public StorageException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    /** {@code diskFull} says that the operation failed for want of space. */
    public StorageException(String message, @Nullable Throwable cause, boolean diskFull) {
        super(message, cause);
        this.diskFull = diskFull;
    }

    /** Whether there was no space: the same call may succeed once there is some. */
    public boolean diskFull() {
        return diskFull;
    }

    @Override
    public boolean retryable() {
        return diskFull;
    }
}
