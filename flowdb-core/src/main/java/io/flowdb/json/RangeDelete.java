package io.flowdb.json;

import io.flowdb.StoreCursor;
import org.jspecify.annotations.Nullable;

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
        @Nullable StoreDef[] cleared = new StoreDef[1];
        long deleted = database.write((session, plan) -> {
            StoreDef def = session.catalog().store(store);
            boolean whole = range.isAll() && !database.changeLog.isActive();
            cleared[0] = whole ? def : null;
            return whole ? wholeStore(session, plan, def) : eachDocument(session, plan, def);
        });
        if (cleared[0] != null) {
            database.counts.cleared(cleared[0]);
        }
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
            plan.dropDocuments(def);
        }
        return documents;
    }
}
