package io.flowdb.json;

import io.flowdb.StoreCursor;
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

    RemovedDocuments(StoreDef store, ChangeLog log) {
        this.store = store;
        this.log = log;
        this.wanted = log.isActive();
        this.changes = wanted ? new ArrayList<>() : null;
    }

    /** Adds the document at which {@code cursor} stands. */
    void add(StoreCursor cursor) {
        if (wanted) {
            add(cursor.key(), cursor.value());
        } else {
            count++;
        }
    }

    /** Adds a document. */
    void add(byte[] documentKey, byte[] document) {
        count++;
        if (!wanted) {
            return;
        }
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

    /** For the commit. */
    CommitChanges changes() {
        return new CommitChanges(changes, wanted ? CommitChanges.BASE_BYTES + bytes : 0);
    }
}
