package io.flowdb.error;

/**
 * A transaction was used in a way that its mode or state forbids.
 */
public abstract sealed class TransactionStateException extends FlowDbException
        permits ReadOnlyTransactionException, TransactionClosedException {

    private static final long serialVersionUID = 1L;

    TransactionStateException(String message) {
        super(message, null);
    }
}
