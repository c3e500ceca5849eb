package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * The data breaks a rule of the store. Nothing was written.
 */
public abstract sealed class ConstraintException extends FlowDbException
        permits DocumentExistsException,
                InvalidKeyException,
                LimitExceededException,
                MissingKeyException,
                UniqueViolationException {

    private static final long serialVersionUID = 1L;

    private final @Nullable String store;

    ConstraintException(@Nullable String store, String message) {
        super(message, null);
        this.store = store;
    }

    /** The store whose rule is broken, if the rule belongs to one. */
    public @Nullable String store() {
        return store;
    }
}
