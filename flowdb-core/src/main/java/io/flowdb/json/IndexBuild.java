package io.flowdb.json;

import io.flowdb.CommitOutcome;
import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Fills a new index from the documents that exist, some at a time, while reads and writes go on. Each part commits only
 * if none of its documents was changed meanwhile; documents that are changed later are indexed by those who change
 * them. Memory is that of one part. Threads: one.
 */
final class IndexBuild {
    private static final int MAX_DOCUMENTS = 2000;
    private static final int MAX_BYTES = 8 << 20;
    private static final int MAX_DUPLICATES = 10;

    private final Database database;
    private final StoreDef def;
    private final IndexDef index;
    /** Keys of documents that are left out. */
    private final Predicate<byte[]> leftOut;

    private final List<@Nullable Object> duplicates = new ArrayList<>();
    private int documents = MAX_DOCUMENTS;

    IndexBuild(Database database, StoreDef def, IndexDef index, Predicate<byte[]> leftOut) {
        this.database = database;
        this.def = def;
        this.index = index;
        this.leftOut = leftOut;
    }

    /** Errors: {@link UniqueViolationException} if documents share a value of a unique index. */
    void run() {
        byte[] from = def.prefix;
        int failures = 0;
        while (from.length > 0) {
            database.checkOpen();
            byte[] next = part(from);
            if (next == null) {
                documents = Math.max(1, documents / 2);
                Database.pause(failures++);
            } else {
                documents = Math.min(MAX_DOCUMENTS, documents * 2);
                from = next;
                failures = 0;
            }
        }
        refuseDuplicates();
    }

    /**
     * Compares documents that were left out with each other and with those that were not. Errors:
     * {@link UniqueViolationException} if two share a value of a unique index.
     *
     * @param entries those of the documents that were left out
     */
    void check(List<IndexEntry> entries) {
        TreeMap<byte[], IndexEntry> taken = new TreeMap<>(Arrays::compareUnsigned);
        try (StoreSnapshot snapshot = database.store.snapshot()) {
            for (IndexEntry entry : entries) {
                if (isDuplicate(entry, taken, snapshot, Preconditions.since(snapshot))) {
                    addDuplicate(index.keyOf(entry.key));
                }
            }
        }
        refuseDuplicates();
    }

    private void addDuplicate(@Nullable Object value) {
        if (duplicates.size() < MAX_DUPLICATES && !duplicates.contains(value)) {
            duplicates.add(value);
        }
    }

    private void refuseDuplicates() {
        if (!duplicates.isEmpty()) {
            throw UniqueViolationException.onBuild(def.name, index.schema.name(), List.copyOf(duplicates));
        }
    }

    /** Indexes some documents; returns where to go on, nothing at the end, or null if it has to be tried again. */
    private byte @Nullable [] part(byte[] from) {
        try (StoreSnapshot snapshot = database.store.snapshot();
                StoreCursor cursor = snapshot.scan(from, def.end, false)) {
            WriteBatch batch = new WriteBatch();
            Preconditions unchanged = Preconditions.since(snapshot);
            TreeMap<byte[], IndexEntry> taken = new TreeMap<>(Arrays::compareUnsigned);
            List<@Nullable Object> found = new ArrayList<>();
            byte[] last = null;
            int count = 0;
            while (count < documents && batch.sizeBytes() < MAX_BYTES && cursor.next()) {
                last = cursor.key();
                count++;
                if (leftOut.test(last)) {
                    continue;
                }
                List<IndexEntry> entries = new ArrayList<>();
                index.addEntries(
                        DocumentCodec.decode(cursor.value(), index.properties),
                        def.primaryKey(last),
                        database.limits.maxKeyBytes(),
                        entries);
                for (IndexEntry entry : entries) {
                    if (isDuplicate(entry, taken, snapshot, unchanged)) {
                        found.add(index.keyOf(entry.key));
                    } else {
                        CommitPlan.rememberMark(entry);
                        batch.put(entry.storedKey(), 0, cursor.expireAt(), entry.storedValue());
                    }
                }
            }
            if (last == null) {
                return new byte[0];
            }
            byte[] next = Keys.successor(last);
            unchanged.range(from, next);
            if (database.store.commit(batch, unchanged, WriteOptions.DEFAULT) instanceof CommitOutcome.Conflict) {
                return null;
            }
            found.forEach(this::addDuplicate);
            return duplicates.size() == MAX_DUPLICATES ? new byte[0] : next;
        }
    }

    private boolean isDuplicate(
            IndexEntry entry, TreeMap<byte[], IndexEntry> taken, StoreSnapshot snapshot, Preconditions unchanged) {
        if (!entry.exclusive) {
            return false;
        }
        byte[] storedKey = entry.storedKey();
        IndexEntry other = taken.putIfAbsent(storedKey, entry);
        if (other != null && !other.equals(entry)) {
            return true;
        }
        unchanged.key(storedKey);
        StoredValue holder = snapshot.get(storedKey);
        return holder != null && !Arrays.equals(holder.value(), entry.primaryKey());
    }
}
