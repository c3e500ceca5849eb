package io.flowdb.data.core;

import io.flowdb.json.JsonTransaction;
import org.springframework.transaction.support.ResourceHolderSupport;

/** The transaction bound to a thread, under the database it belongs to. Threads: one. */
final class FlowDbResourceHolder extends ResourceHolderSupport {

    private final JsonTransaction transaction;

    FlowDbResourceHolder(JsonTransaction transaction) {
        this.transaction = transaction;
    }

    /** The transaction, if its time is not up; else it may only roll back. */
    JsonTransaction transaction() {
        if (hasTimeout()) {
            getTimeToLiveInMillis();
        }
        return transaction;
    }

    /** As {@link #transaction()}, for its end. */
    JsonTransaction transactionToEnd() {
        return transaction;
    }
}
