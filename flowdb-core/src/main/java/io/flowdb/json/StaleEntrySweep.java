package io.flowdb.json;

import io.flowdb.CommitOutcome;
import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Removes the entries that range deletes of a store have left behind, in parts, while reads and writes go on; what was
 * written anew under the same key stays. Memory is that of one part. Threads: one, which holds the schema lock. Errors:
 * {@link EngineClosedException} if the database is closed meanwhile.
 */
final class StaleEntrySweep {
    private static final int MAX_ENTRIES = 5000;

    private final Database database;
    private final StoreDef def;
    private final List<Candidate> part = new ArrayList<>();

    private record Candidate(IndexDef index, byte[] storedKey) {}

    StaleEntrySweep(Database database, StoreDef def) {
        this.database = database;
        this.def = def;
    }

    /**
     * Removes the entries of the documents of a range as {@code before} has them, which costs in proportion to these.
     */
    void ofDocuments(StoreSnapshot before, byte[] start, byte[] end) {
        try (StoreCursor cursor = before.scan(start, end, false)) {
            while (cursor.next()) {
                IndexEntry[] entries =
                        def.storedEntries(DocumentCodec.decode(cursor.value(), def.indexedProperties), cursor.key());
                for (IndexEntry entry : entries) {
                    add(entry.index, entry.storedKey());
                }
            }
        }
        removePart();
    }

    /** Removes whatever is stale, when the documents cannot be read any more; walks the indexes. */
    void ofIndexes() {
        for (IndexDef index : def.indexes) {
            if (!index.stale.isEmpty()) {
                walk(index);
            }
        }
        removePart();
    }

    private void walk(IndexDef index) {
        try (StoreSnapshot snapshot = database.store.snapshot();
                StoreCursor cursor = snapshot.scan(index.prefix, index.end, false)) {
            while (cursor.next()) {
                if (index.isStale(cursor.key(), cursor.value(), cursor.seqno())) {
                    add(index, cursor.key());
                }
            }
        }
    }

    private void add(IndexDef index, byte[] storedKey) {
        part.add(new Candidate(index, storedKey));
        if (part.size() == MAX_ENTRIES) {
            removePart();
        }
    }

    /** Removes what was gathered; less of it at once where others write the same keys meanwhile. */
    private void removePart() {
        part.sort((a, b) -> Arrays.compareUnsigned(a.storedKey, b.storedKey)); // neighbours share blocks
        int most = part.size();
        int failures = 0;
        for (int from = 0; from < part.size(); ) {
            List<Candidate> some = part.subList(from, Math.min(part.size(), from + most));
            if (remove(some)) {
                from += some.size();
                most = 2 * some.size();
                failures = 0;
            } else {
                most = Math.max(1, some.size() / 2);
                Database.pause(failures++);
            }
        }
        part.clear();
    }

    private boolean remove(List<Candidate> candidates) {
        database.checkOpen();
        try (StoreSnapshot snapshot = database.store.snapshot()) {
            WriteBatch batch = new WriteBatch();
            Preconditions unchanged = Preconditions.since(snapshot);
            for (Candidate candidate : candidates) {
                StoredValue stored = snapshot.get(candidate.storedKey);
                if (stored != null && candidate.index.isStale(candidate.storedKey, stored.value(), stored.seqno())) {
                    batch.delete(candidate.storedKey);
                    unchanged.key(candidate.storedKey);
                }
            }
            return batch.isEmpty()
                    || database.store.commit(batch, unchanged, WriteOptions.DEFAULT) instanceof CommitOutcome.Committed;
        }
    }
}
