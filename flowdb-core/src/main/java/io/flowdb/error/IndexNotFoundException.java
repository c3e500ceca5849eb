package io.flowdb.error;

/**
 * The store has no index of this name.
 */
public final class IndexNotFoundException extends NotFoundException {

    private static final long serialVersionUID = 1L;

    private final String store;

    private final String index;

    /** {@code detail} tells what is allowed, such as the names that exist. */
    public IndexNotFoundException(String store, String index, String detail) {
        super("No index '" + index + "' in store '" + store + "'" + (detail.isEmpty() ? "" : ": " + detail));
        this.store = store;
        this.index = index;
    }

    /** The store. */
    public String store() {
        return store;
    }

    /** The name asked for. */
    public String index() {
        return index;
    }
}
