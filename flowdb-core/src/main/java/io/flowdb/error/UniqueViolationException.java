package io.flowdb.error;

/**
 * Another document has the same key in a unique index.
 */
public final class UniqueViolationException extends ConstraintException {

    private static final long serialVersionUID = 1L;

    private final String index;

    private final transient Object otherKey;

    /** {@code otherKey} as a Java value. */
    public UniqueViolationException(String store, String index, Object otherKey) {
        super(
                store,
                "Unique index '" + index + "' of store '" + store + "' already holds this value for another document");
        this.index = index;
        this.otherKey = otherKey;
    }

    /** For an index that cannot be built: {@code duplicates} lists up to ten offending values. */
    public static UniqueViolationException onBuild(String store, String index, java.util.List<?> duplicates) {
        return new UniqueViolationException(
                store,
                index,
                duplicates,
                "Unique index '" + index + "' of store '" + store + "' cannot be built: existing documents share "
                        + duplicates.size() + " or more values");
    }

    private UniqueViolationException(String store, String index, Object otherKey, String message) {
        super(store, message);
        this.index = index;
        this.otherKey = otherKey;
    }

    /** The unique index. */
    public String index() {
        return index;
    }

    /** Primary key of the document that holds the value, or the list of offending values when an index is built. */
    public Object otherKey() {
        return otherKey;
    }
}
