package io.flowdb.json;

import io.flowdb.StoreCursor;

/** Deletes all documents of a key range in one commit. Threads: one. */
final class RangeDelete {
    private final Database database;
    private final String store;
    private final KeyRange range;

    RangeDelete(Database database, String store, KeyRange range) {
        this.database = database;
        this.store = store;
        this.range = range;
    }

    long run() {
        if (!range.isAll() || database.changeLog.isActive()) {
            return database.write((session, plan) ->
                    eachDocument(session, plan, session.catalog().store(store)));
        }
        StoreDef[] cleared = new StoreDef[1];
        long deleted = database.write((session, plan) -> {
            cleared[0] = session.catalog().store(store);
            return wholeStore(session, plan, cleared[0]);
        });
        database.counts.cleared(cleared[0]);
        return deleted;
    }

    private long eachDocument(Session session, CommitPlan plan, StoreDef def) {
        Writes writes = new Writes(database, plan, def);
        byte[] start = def.start(range);
        byte[] end = def.end(range);
        plan.preconditions().range(start, end);
        long deleted = 0;
        try (StoreCursor cursor = session.snapshot().scan(start, end, false)) {
            while (cursor.next()) {
                deleted += writes.delete(cursor.key()) ? 1 : 0;
            }
        }
        return deleted;
    }

    /** Range deletes for documents and indexes; the documents are counted by their keys. */
    private static long wholeStore(Session session, CommitPlan plan, StoreDef def) {
        long documents = 0;
        try (StoreCursor cursor = session.snapshot().scan(def.prefix, def.end, false)) {
            while (cursor.next()) {
                documents++;
            }
        }
        if (documents > 0) {
            plan.preconditions().range(def.prefix, def.end);
            plan.batch().deleteRange(def.prefix, def.end);
            def.indexes.forEach(index -> plan.batch().deleteRange(index.prefix, index.end));
        }
        return documents;
    }
}
