package io.flowdb.error;

/**
 * The version to be patched does not exist, is deleted or has expired.
 */
public final class RecordNotFoundException extends NotFoundException {

    private static final long serialVersionUID = 1L;

    /** {@code what} names key and ts. */
    public RecordNotFoundException(String what) {
        super("No such record: " + what);
    }
}
