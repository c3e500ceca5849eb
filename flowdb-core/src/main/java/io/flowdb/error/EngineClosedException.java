package io.flowdb.error;

/**
 * The engine, database, snapshot or scan was used after it had been closed.
 */
public final class EngineClosedException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    /** {@code what} is the closed thing, such as {@code "engine"}. */
    public EngineClosedException(String what) {
        super(what + " is closed", null);
    }
}
