package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * The write or sync of a commit failed half-way: after a restart the commit may be there or not. The engine refuses
 * further writes until it is opened again.
 */
public final class CommitUnknownException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    /** {@code cause} is the failure of the file system. */
    public CommitUnknownException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
