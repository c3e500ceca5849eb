package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * The root of every failure that FlowDB reports. Wrong arguments are {@link IllegalArgumentException} instead.
 *
 * <p>Messages carry file, offset, store, index or field names; never stored values.
 */
public abstract sealed class FlowDbException extends RuntimeException
        permits ChangeGapException,
                CommitUnknownException,
                ConflictException,
                ConstraintException,
                CorruptionException,
                DatabaseInUseException,
                DatabaseLockedException,
                EngineClosedException,
                InvalidConfigException,
                InvalidQueryException,
                NotFoundException,
                SchemaConflictException,
                StorageException,
                TransactionStateException,
                UnsupportedFormatException,
                WriteStallTimeoutException {

    private static final long serialVersionUID = 1L;

    FlowDbException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /** Whether the same call may succeed if it is made again, without anything being repaired in between. */
    public boolean retryable() {
        return false;
    }
}
