package io.flowdb.json;

import io.flowdb.CommitOutcome;
import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.WriteBatch;
import io.flowdb.error.FlowDbException;
import io.flowdb.internal.json.DocumentCodec;

/**
 * Deletes all documents of a key range in one commit. Of a whole store it deletes ranges only; otherwise each index entry, and each document or,
 * if there are many, their range. No document is held longer than it takes to find its entries. Threads: one.
 */
final class RangeDelete {
    /*
     * The entries of a range of documents lie anywhere in their indexes. If they are too many for one commit, the commit that deletes the documents
     * notes in the catalog which entries are stale by it. Readers pass over those, and they are removed after it, in parts: by this call, or by the
     * next opening. So memory is bounded and a crash shows all of the deletion or nothing. To build the indexes anew without the range would need no
     * such note, but costs in proportion to what stays; to delete in several commits would not be atomic; to refuse would leave a store in which a
     * large part can only be deleted bit by bit.
     */

    /** More than this many documents are deleted by their range, which costs later reads more than some deletes do. */
    private static final int MAX_SINGLE_DELETES = 1000;
    /** Entries that take more than this in the batch are removed after the commit. */
    private static final int MAX_ENTRY_BYTES = 8 << 20;

    private final Database database;
    private final String store;
    private final KeyRange range;

    RangeDelete(Database database, String store, KeyRange range) {
        this.database = database;
        this.store = store;
        this.range = range;
    }

    long run() {
        for (int failures = 0; ; failures++) {
            try (Session session = database.open()) {
                Plan plan = new Plan(session);
                if (!plan.deleteWithEntries()) {
                    break;
                }
                if (database.commit(plan.commit) instanceof CommitOutcome.Committed) {
                    return plan.removed.count();
                }
            }
            Database.pause(failures);
        }
        return leaveEntries();
    }

    private long leaveEntries() {
        database.schemaLock.lock();
        try {
            for (int failures = 0; ; failures++) {
                try (Session session = database.open()) {
                    Plan plan = new Plan(session);
                    StoreDef leaving = plan.deleteWithoutEntries();
                    Catalog catalog = session.catalog().with(leaving, session.catalog().nextId);
                    if (database.publish(catalog, plan.commit) instanceof CommitOutcome.Committed) {
                        sweep(plan, leaving);
                        return plan.removed.count();
                    }
                }
                Database.pause(failures);
            }
        } finally {
            database.schemaLock.unlock();
        }
    }

    /** Removes the entries that were left. The deletion is done whatever comes: what stays is passed over, and removed at the next opening. */
    private void sweep(Plan plan, StoreDef leaving) {
        try {
            StaleEntrySweep sweep = new StaleEntrySweep(database, leaving);
            if (plan.def.hasStaleEntries()) {
                sweep.ofIndexes();
            } else {
                sweep.ofDocuments(plan.commit.snapshot(), plan.start, plan.end);
            }
            Catalog catalog = database.catalog();
            database.publish(catalog.with(leaving.swept(), catalog.nextId), new WriteBatch(), Preconditions.NONE);
        } catch (FlowDbException e) {
            // Also a database that is closed meanwhile.
        }
    }

    /** One attempt. */
    private final class Plan {
        private final Session session;
        private final StoreDef def;
        private final byte[] start;
        private final byte[] end;
        private final CommitPlan commit;
        private final RemovedDocuments removed;

        Plan(Session session) {
            this.session = session;
            this.def = session.catalog().store(store);
            this.start = def.start(range);
            this.end = def.end(range);
            this.commit = new CommitPlan(database, session.snapshot());
            this.removed = new RemovedDocuments(def, database.changeLog);
        }

        /** Returns false if the entries are too many for the commit. */
        boolean deleteWithEntries() {
            try (StoreCursor cursor = session.snapshot().scan(start, end, false)) {
                while (cursor.next()) {
                    removed.add(cursor);
                    if (!range.isAll()) {
                        deleteEntries(cursor);
                        if (removed.count() <= MAX_SINGLE_DELETES) {
                            commit.batch().delete(cursor.key());
                        }
                        if (commit.isLarger(MAX_ENTRY_BYTES)) {
                            return false;
                        }
                    }
                }
            }
            if (removed.count() > 0) {
                commit.remove(removed, start, end);
                deleteRanges();
            }
            return true;
        }

        private void deleteEntries(StoreCursor cursor) {
            if (!def.indexes.isEmpty()) {
                for (IndexEntry entry : def.entries(
                        DocumentCodec.decode(cursor.value(), def.indexedProperties), cursor.key(), database.limits)) {
                    commit.delete(entry, cursor.expireAt());
                }
            }
        }

        private void deleteRanges() {
            if (range.isAll()) {
                def.indexes.forEach(index -> commit.batch().deleteRange(index.prefix, index.end));
            }
            if (range.isAll() || removed.count() > MAX_SINGLE_DELETES) {
                commit.batch().deleteRange(start, end);
            }
        }

        /** Returns the store as it is after the commit, with the entries that nobody may see. */
        StoreDef deleteWithoutEntries() {
            try (StoreCursor cursor = session.snapshot().scan(start, end, false)) {
                while (cursor.next()) {
                    removed.add(cursor);
                }
            }
            commit.remove(removed, start, end);
            commit.batch().deleteRange(start, end);
            return def.leaving(new StaleEntries(
                    range.start(), range.end(), session.snapshot().seqno()));
        }
    }
}
