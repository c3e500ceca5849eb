package io.flowdb.json;

/** What a transaction may do. */
public enum TransactionMode {
    /**
     * Reads one state; never conflicts, never blocks. Writes throw
     * {@link io.flowdb.error.ReadOnlyTransactionException}.
     */
    READ_ONLY,
    /** Reads and writes. */
    READ_WRITE
}
