package io.flowdb.error;

import org.jspecify.annotations.Nullable;

/**
 * A value cannot serve as a key.
 */
public final class InvalidKeyException extends ConstraintException {

    private static final long serialVersionUID = 1L;

    /** {@code reason} tells what is wrong and what is allowed. */
    public InvalidKeyException(@Nullable String store, String reason) {
        super(store, "Invalid key" + (store == null ? "" : " for store '" + store + "'") + ": " + reason);
    }
}
