package io.flowdb.json;

import io.flowdb.CommitOutcome;
import io.flowdb.StoreCursor;
import io.flowdb.WriteBatch;
import io.flowdb.error.FlowDbException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Deletes all documents of a key range in one commit. Of a whole store it deletes ranges only; otherwise each index
 * entry, and each document or, if there are many, their range. No document is held longer than it takes to find its
 * entries. Threads: one.
 */
final class RangeDelete {
    /*
     * The entries of a range of documents lie anywhere in their indexes. If they are too many for one commit, the
     * commit that deletes the documents notes in the catalog which entries are stale by it. Readers pass over those,
     * and they are removed after it, in parts: by this call, or by the next opening. So memory is bounded and a crash
     * shows all of the deletion or nothing. To build the indexes anew without the range would need no such note, but
     * costs in proportion to what stays; to delete in several commits would not be atomic; to refuse would leave a
     * store in which a large part can only be deleted bit by bit.
     *
     * A range that others write all the time changes during each walk. So after some attempts the deletion takes the
     * database to itself, as a migration does.
     */

    /** After so many attempts that others have overtaken, they have to wait. */
    private static final int PATIENCE = 4;
    /** More than this many documents are deleted by their range, which costs later reads more than some deletes do. */
    private static final int MAX_SINGLE_DELETES = 1000;
    /** Entries that take more than this in the batch are removed after the commit. */
    private static final long MAX_ENTRY_BYTES = Math.min(8 << 20, HeapShare.COMMIT_BYTES / 2);

    private final Database database;
    private final String store;
    private final KeyRange range;

    RangeDelete(Database database, String store, KeyRange range) {
        this.database = database;
        this.store = store;
        this.range = Objects.requireNonNull(range, "range");
    }

    long run() {
        for (int failures = 0; failures < PATIENCE; failures++) {
            try (Plan plan = plan(database.openToWrite())) {
                if (!plan.deleteWithEntries()) {
                    break;
                }
                if (database.commit(plan.commit) instanceof CommitOutcome.Committed) {
                    return plan.removed.count();
                }
            }
            Database.pause(failures);
        }
        database.schemaLock.lock();
        try {
            for (int failures = 0; failures < PATIENCE; failures++) {
                try (Plan plan = plan(database.openToWrite())) {
                    if (plan.commit()) {
                        sweep(plan);
                        return plan.removed.count();
                    }
                }
                Database.pause(failures);
            }
            try (Plan plan = alone()) {
                sweep(plan);
                return plan.removed.count();
            }
        } finally {
            database.schemaLock.unlock();
        }
    }

    /** Deletes while nobody else commits; the plan is still open. */
    private Plan alone() {
        AtomicReference<@Nullable Plan> done = new AtomicReference<>();
        database.exclusively(() -> {
            while (done.get() == null) {
                Plan plan = plan(database.openExclusively());
                try {
                    if (plan.commit()) {
                        done.set(plan);
                    }
                } finally {
                    if (done.get() == null) {
                        plan.close();
                    }
                }
            }
        });
        return Objects.requireNonNull(done.get());
    }

    /** An attempt that closes {@code session} when it is closed. */
    private Plan plan(Session session) {
        try {
            return new Plan(session);
        } catch (RuntimeException | Error e) {
            session.close();
            throw e;
        }
    }

    /**
     * Removes the entries that were left. The deletion is done whatever comes: what stays is passed over, and removed
     * at the next opening.
     */
    private void sweep(Plan plan) {
        StoreDef leaving = plan.leaving;
        if (leaving == null) {
            return;
        }
        try {
            StaleEntrySweep sweep = new StaleEntrySweep(database, leaving);
            if (plan.def.hasStaleEntries()) {
                sweep.ofIndexes();
            } else {
                sweep.ofDocuments(plan.commit.snapshot(), plan.start, plan.end);
            }
            Catalog catalog = database.catalog();
            database.publish(catalog.with(leaving.swept(), catalog.nextId), new WriteBatch());
        } catch (FlowDbException e) {
            // Also a database that is closed meanwhile.
        }
    }

    /** One attempt. */
    private final class Plan implements AutoCloseable {
        private final Session session;
        private final StoreDef def;
        private final byte[] start;
        private final byte[] end;
        private CommitPlan commit;
        private RemovedDocuments removed;
        /** The store as it is after the commit, if entries are left that nobody may see. */
        private @Nullable StoreDef leaving;

        Plan(Session session) {
            this.session = session;
            this.def = session.catalog().store(store);
            this.start = def.start(range);
            this.end = def.end(range);
            this.commit = new CommitPlan(database, session.snapshot());
            this.removed = new RemovedDocuments(def, database.changeLog);
        }

        private void begin() {
            commit = new CommitPlan(database, session.snapshot());
            removed = new RemovedDocuments(def, database.changeLog);
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
                for (IndexEntry entry :
                        def.storedEntries(DocumentCodec.decode(cursor.value(), def.indexedProperties), cursor.key())) {
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

        /** Deletes with the schema lock held; false if it has to be tried again. */
        boolean commit() {
            if (deleteWithEntries()) {
                return database.commit(commit) instanceof CommitOutcome.Committed;
            }
            begin();
            try (StoreCursor cursor = session.snapshot().scan(start, end, false)) {
                while (cursor.next()) {
                    removed.add(cursor);
                }
            }
            commit.remove(removed, start, end);
            commit.batch().deleteRange(start, end);
            Catalog catalog = session.catalog();
            leaving = def.leaving(new StaleEntries(
                    range.start(), range.end(), session.snapshot().seqno()));
            return database.publish(catalog.with(leaving, catalog.nextId), commit) instanceof CommitOutcome.Committed;
        }

        @Override
        public void close() {
            session.close();
        }
    }
}
