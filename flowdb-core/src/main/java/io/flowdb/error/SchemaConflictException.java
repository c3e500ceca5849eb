package io.flowdb.error;

/**
 * A store or index of this name exists with another definition. Nothing was changed.
 */
public final class SchemaConflictException extends FlowDbException {

    private static final long serialVersionUID = 1L;

    private final String store;

    /** {@code detail} names the attribute that differs, its stored and its wanted value. */
    public SchemaConflictException(String store, String detail) {
        super("Schema conflict in store '" + store + "': " + detail, null);
        this.store = store;
    }

    /** The store. */
    public String store() {
        return store;
    }
}
