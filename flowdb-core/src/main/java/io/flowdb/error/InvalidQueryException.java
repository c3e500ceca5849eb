package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * A query cannot be understood or carried out as written.
 */
public final class InvalidQueryException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    /** {@code message} names the field or clause and what is allowed. */
    public InvalidQueryException(String message) {
        this(message, null);
    }

    /** {@code cause} is what was wrong with a part of what was read. */
    public InvalidQueryException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
