package io.flowdb.error;

/**
 * Something named in the call does not exist. A missing document is no error; a missing store, index or version is.
 */
public abstract sealed class NotFoundException extends FlowDbException
        permits IndexNotFoundException, RecordNotFoundException, StoreNotFoundException {

    private static final long serialVersionUID = 1L;

    NotFoundException(String message) {
        super(message, null);
    }
}
