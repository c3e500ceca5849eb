package io.flowdb.error;

/**
 * {@code add} met an existing key.
 */
public final class DocumentExistsException extends ConstraintException {

    private static final long serialVersionUID = 1L;

    private final transient Object key;

    /** {@code key} as given by the caller. */
    public DocumentExistsException(String store, Object key) {
        super(store, "Store '" + store + "' already has a document with this key");
        this.key = key;
    }

    /** The key, as a Java value. */
    public Object key() {
        return key;
    }
}
