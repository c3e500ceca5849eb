package io.flowdb.error;

/**
 * A write was asked of a read-only transaction or of an engine opened read-only.
 */
public final class ReadOnlyTransactionException extends TransactionStateException {

    private static final long serialVersionUID = 1L;

    /** {@code what} is the read-only thing, such as {@code "transaction"}. */
    public ReadOnlyTransactionException(String what) {
        super(what + " is read-only");
    }
}
