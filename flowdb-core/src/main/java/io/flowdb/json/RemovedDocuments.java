package io.flowdb.json;

import io.flowdb.FlowRecord;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The documents of one store that a commit deletes together, without a {@link Change} for each. They are listed only
 * for those who want changes, and only as far as changes are kept, unless somebody reads them as they come. Threads:
 * one.
 */
final class RemovedDocuments {
    final StoreDef store;
    private final ChangeLog log;
    private final boolean wanted;
    private @Nullable List<RecordedChange> changes;
    private long bytes;
    private long count;
    private boolean expire;

    RemovedDocuments(StoreDef store, ChangeLog log) {
        this.store = store;
        this.log = log;
        this.wanted = log.isActive();
        this.changes = wanted ? new ArrayList<>() : null;
    }

    /** Adds the document at which {@code cursor} stands. */
    void add(StoreCursor cursor) {
        count(cursor.expireAt());
        if (wanted) {
            list(cursor.key(), cursor.value());
        }
    }

    /** Adds a document. */
    void add(byte[] documentKey, StoredValue document) {
        count(document.expireAt());
        if (wanted) {
            list(documentKey, document.value());
        }
    }

    private void count(long expireAt) {
        count++;
        expire |= expireAt != FlowRecord.NEVER;
    }

    private void list(byte[] documentKey, byte[] document) {
        RecordedChange change = RecordedChange.deletionOf(store, documentKey, document);
        bytes += change.bytes();
        if (changes != null) {
            changes.add(change);
            if (log.mayForget(bytes)) {
                changes = null;
            }
        }
    }

    long count() {
        return count;
    }

    /** Whether one of them would have expired. */
    boolean expire() {
        return expire;
    }

    /** For the commit. */
    CommitChanges changes() {
        return new CommitChanges(changes, wanted ? CommitChanges.BASE_BYTES + bytes : 0);
    }
}
