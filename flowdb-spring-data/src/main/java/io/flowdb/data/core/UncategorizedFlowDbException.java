package io.flowdb.data.core;

import org.springframework.dao.UncategorizedDataAccessException;

/** A failure of FlowDB that has no closer counterpart in {@code org.springframework.dao}. */
public final class UncategorizedFlowDbException extends UncategorizedDataAccessException {

    private static final long serialVersionUID = 1L;

    UncategorizedFlowDbException(String message, Throwable cause) {
        super(message, cause);
    }
}
