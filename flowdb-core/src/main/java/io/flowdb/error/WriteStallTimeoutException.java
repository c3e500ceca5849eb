package io.flowdb.error;

/**
 * Writers had to wait longer than allowed because flushes or compactions could not keep up. Nothing of this write was
 * stored.
 */
public final class WriteStallTimeoutException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    /** {@code waitedMillis} is how long the writer waited. */
    public WriteStallTimeoutException(long waitedMillis) {
        super(
                "Write stalled for " + waitedMillis
                        + " ms: flushes or compactions do not keep up or fail, see the last background error",
                null);
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
