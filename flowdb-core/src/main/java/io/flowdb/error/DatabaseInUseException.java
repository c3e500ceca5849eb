package io.flowdb.error;

import java.time.Instant;

/**
 * A document database is open on the store already. Two of them would not see each other's changes of the schema, so
 * the open one has to be shared, or closed first.
 */
public final class DatabaseInUseException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final Instant since;

    /** {@code since} is when the open database was opened. */
    public DatabaseInUseException(Instant since) {
        super("a document database is open on this store since " + since + "; share it, or close it first", null);
        this.since = since;
    }

    /** When the open database was opened. */
    public Instant since() {
        return since;
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
