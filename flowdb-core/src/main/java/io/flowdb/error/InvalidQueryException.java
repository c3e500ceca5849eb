package io.flowdb.error;

/**
 * A query cannot be understood or carried out as written.
 */
public final class InvalidQueryException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    /** {@code message} names the field or clause and what is allowed. */
    public InvalidQueryException(String message) {
        super(message, null);
    }
}
