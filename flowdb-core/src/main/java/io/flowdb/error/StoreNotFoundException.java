package io.flowdb.error;

/**
 * A store of this name does not exist, or the transaction was not opened for it.
 */
public final class StoreNotFoundException extends NotFoundException {

    private static final long serialVersionUID = 1L;

    private final String store;

    /** {@code detail} tells what is allowed, such as the names that exist. */
    public StoreNotFoundException(String store, String detail) {
        super("No store '" + store + "'" + (detail.isEmpty() ? "" : ": " + detail));
        this.store = store;
    }

    /** The name asked for. */
    public String store() {
        return store;
    }
}
