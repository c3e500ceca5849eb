package io.flowdb.boot.actuate;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.ReadOnlyTransactionException;
import io.flowdb.error.StorageException;

/** How an operation of {@link FlowDbEndpoint} ended. */
public enum Ending {
    /** It did what was asked. */
    DONE(200),
    /** There is no such engine, operation or query. */
    UNKNOWN(400),
    /** This engine never does it: it is read-only, or in memory. */
    REFUSED(409),
    /** The engine is not open. */
    NOT_OPEN(503),
    /** The disk is full. */
    NO_SPACE(507),
    /** The file system, or what failed before, did not let it. */
    FAILED(503),
    /** Files are not what was written. */
    DAMAGED(500);

    private final int status;

    Ending(int status) {
        this.status = status;
    }

    /** The status of an answer over HTTP. */
    int status() {
        return status;
    }

    static Ending of(FlowDbException failure) {
        if (failure instanceof EngineClosedException) {
            return NOT_OPEN;
        }
        if (failure instanceof ReadOnlyTransactionException) {
            return REFUSED;
        }
        if (failure instanceof CorruptionException) {
            return DAMAGED;
        }
        return failure instanceof StorageException storage && storage.diskFull() ? NO_SPACE : FAILED;
    }
}
