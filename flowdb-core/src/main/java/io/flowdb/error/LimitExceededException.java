package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * A configured limit was exceeded.
 */
public final class LimitExceededException extends ConstraintException {

    private static final long serialVersionUID = 1L;

    private final String limitName;

    private final long limit;

    private final long actual;

    /** {@code limitName} is the limit as docs/jsondb.md names it. */
    public LimitExceededException(@Nullable String store, String limitName, long limit, long actual) {
        this(store, limitName, limit, actual, null);
    }

    /** As the other one; {@code advice} says what stays below the limit. */
    public LimitExceededException(
            @Nullable String store, String limitName, long limit, long actual, @Nullable String advice) {
        super(
                store,
                limitName + " is limited to " + limit + ", got " + actual
                        + (store == null ? "" : " (store '" + store + "')")
                        + (advice == null ? "" : "; " + advice));
        this.limitName = limitName;
        this.limit = limit;
        this.actual = actual;
    }

    /** Which limit. */
    public String limitName() {
        return limitName;
    }

    /** The limit. */
    public long limit() {
        return limit;
    }

    /** What the call needed; a lower bound where counting stopped early. */
    public long actual() {
        return actual;
    }
}
