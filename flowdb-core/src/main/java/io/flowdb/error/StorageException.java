package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * The file system refused an operation: I/O error, full disk, missing permission. For a write, nothing of it was stored
 * unless the message says otherwise.
 */
public final class StorageException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    /** {@code message} names the operation and the file. */
    public StorageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
