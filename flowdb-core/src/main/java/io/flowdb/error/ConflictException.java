package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * Something that a transaction had read was changed by another commit before it could commit. Nothing was written; run
 * the transaction again.
 */
public final class ConflictException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String store;
    private final String subject;

    /** {@code subject} names the key or range, such as {@code key "u1"}. */
    public ConflictException(@Nullable String store, String subject) {
        super(
                "Conflict: " + subject + (store == null ? "" : " of store '" + store + "'")
                        + " was changed by another commit; retry the transaction",
                null);
        this.store = store;
        this.subject = subject;
    }

    /** The store in which the conflict lies, if known. */
    public @Nullable String store() {
        return store;
    }

    /** The key or range that was changed. */
    public String subject() {
        return subject;
    }

    @Override
    public boolean retryable() {
        return true;
    }
}
