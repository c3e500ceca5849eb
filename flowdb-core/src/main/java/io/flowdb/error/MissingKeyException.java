package io.flowdb.error;

/**
 * The document has no value at the key path of its store.
 */
public final class MissingKeyException extends ConstraintException {

    private static final long serialVersionUID = 1L;

    private final String path;

    /** {@code path} is the key path that gave nothing. */
    public MissingKeyException(String store, String path) {
        super(store, "Document for store '" + store + "' has no key at path '" + path + "'");
        this.path = path;
    }

    /** The key path. */
    public String path() {
        return path;
    }
}
