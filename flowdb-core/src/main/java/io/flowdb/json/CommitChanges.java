package io.flowdb.json;

import io.flowdb.FlowRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a commit is about to change, for those who want changes.
 *
 * @param list null if it is not there: nobody wanted it, or it is more than is kept and nobody read changes
 * @param bytes what the changes take in memory; 0 if nobody wanted them
 */
record CommitChanges(@Nullable List<RecordedChange> list, long bytes) {
    /** What a commit takes beside its changes. */
    static final long BASE_BYTES = 100;

    static CommitChanges of(List<RecordedChange> list) {
        return new CommitChanges(
                list,
                BASE_BYTES + list.stream().mapToLong(RecordedChange::bytes).sum());
    }

    /** Those of a plan: deleted stores, then documents of others. */
    static CommitChanges of(CommitPlan plan) {
        RemovedDocuments removed = plan.removed();
        if (removed != null) {
            return removed.changes();
        }
        List<RecordedChange> changes = new ArrayList<>(plan.changes.size());
        Set<Integer> deleted = new HashSet<>();
        for (StoreDef store : plan.deletedStores()) {
            deleted.add(store.id);
            changes.add(RecordedChange.deletionOf(store.name));
        }
        for (Change change : plan.changes) {
            byte[] before = change.before == null ? null : change.before.value();
            if ((before != null || change.after != null) && !deleted.contains(change.store.id)) {
                byte[] primaryKey = change.store.primaryKey(change.documentKey);
                long expireAt = change.after == null ? FlowRecord.NEVER : change.expireAt;
                changes.add(new RecordedChange(change.store.name, primaryKey, before, change.after, expireAt));
            }
        }
        return of(changes);
    }

    /** Whether it is known that nothing changes. */
    boolean isEmpty() {
        return list != null && list.isEmpty();
    }
}
