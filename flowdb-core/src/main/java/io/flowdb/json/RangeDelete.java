package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.internal.json.DocumentCodec;

/**
 * Deletes all documents of a key range in one commit. Of a whole store it deletes ranges only; otherwise each index entry, and each document or,
 * if there are many, their range. No document is held longer than it takes to find its entries. Threads: one.
 */
final class RangeDelete {
    /** More than this many documents are deleted by their range, which costs later reads more than some deletes do. */
    private static final int MAX_SINGLE_DELETES = 1000;

    private final Database database;
    private final String store;
    private final KeyRange range;

    RangeDelete(Database database, String store, KeyRange range) {
        this.database = database;
        this.store = store;
        this.range = range;
    }

    long run() {
        return database.write((session, plan) -> {
            StoreDef def = session.catalog().store(store);
            RemovedDocuments removed = new RemovedDocuments(def, database.changeLog);
            byte[] start = def.start(range);
            byte[] end = def.end(range);
            try (StoreCursor cursor = session.snapshot().scan(start, end, false)) {
                while (cursor.next()) {
                    removed.add(cursor);
                    if (!range.isAll()) {
                        deleteEntries(plan, def, cursor);
                        if (removed.count() <= MAX_SINGLE_DELETES) {
                            plan.batch().delete(cursor.key());
                        }
                        plan.checkBatch(def);
                    }
                }
            }
            if (removed.count() > 0) {
                plan.remove(removed, start, end);
                deleteRanges(plan, def, removed.count(), start, end);
            }
            return removed.count();
        });
    }

    private void deleteEntries(CommitPlan plan, StoreDef def, StoreCursor cursor) {
        if (!def.indexes.isEmpty()) {
            for (IndexEntry entry : def.entries(
                    DocumentCodec.decode(cursor.value(), def.indexedProperties), cursor.key(), database.limits)) {
                plan.delete(entry, cursor.expireAt());
            }
        }
    }

    private void deleteRanges(CommitPlan plan, StoreDef def, long documents, byte[] start, byte[] end) {
        if (range.isAll()) {
            def.indexes.forEach(index -> plan.batch().deleteRange(index.prefix, index.end));
        }
        if (range.isAll() || documents > MAX_SINGLE_DELETES) {
            plan.batch().deleteRange(start, end);
        }
    }
}
