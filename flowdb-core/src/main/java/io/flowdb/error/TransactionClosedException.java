package io.flowdb.error;

/**
 * A transaction was used after commit or abort.
 */
public final class TransactionClosedException extends TransactionStateException {

    private static final long serialVersionUID = 1L;

    /** {@code outcome} is {@code "committed"} or {@code "aborted"}. */
    public TransactionClosedException(String outcome) {
        super("Transaction was already " + outcome);
    }
}
