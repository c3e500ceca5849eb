package io.flowdb.json;

import io.flowdb.StoreReader.StoredValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;

/**
 * Deletes the documents that a query finds in one commit, which conflicts if anything that the query has read was
 * changed. Beside the batch and the keys no document is held, unless it is listed for those who want changes. Threads:
 * one.
 *
 * @param keys finds the keys of the documents
 */
record QueryDelete(Database database, String store, Function<Reads, List<byte[]>> keys) {
    private static final int MAX_ATTEMPTS = 1000;

    /** Returns how many were deleted. */
    long run() {
        return database.write(this::delete, MAX_ATTEMPTS);
    }

    private long delete(Session session, CommitPlan plan) {
        StoreDef def = session.catalog().store(store);
        TransactionView view = new TransactionView(session.snapshot(), true, HeapShare.BYTES, key -> store);
        RemovedDocuments removed = new RemovedDocuments(def, database.changeLog);
        List<byte[]> found = new ArrayList<>(keys.apply(new Reads(view, def, database.limits)));
        found.sort(Arrays::compareUnsigned); // changes of a commit are in key order, and neighbours share blocks
        for (byte[] documentKey : found) {
            StoredValue stored =
                    Objects.requireNonNull(session.snapshot().get(documentKey), "document of a pinned state");
            removed.add(documentKey, stored);
            plan.delete(def, documentKey, stored);
        }
        if (removed.count() > 0) {
            plan.remove(removed);
            view.addTo(plan);
        }
        return removed.count();
    }
}
