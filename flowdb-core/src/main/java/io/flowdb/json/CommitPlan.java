package io.flowdb.json;

import io.flowdb.CommitOutcome;
import io.flowdb.FlowRecord;
import io.flowdb.OrderedStore;
import io.flowdb.Preconditions;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.ConflictException;
import io.flowdb.error.LimitExceededException;
import io.flowdb.error.UniqueViolationException;
import io.flowdb.internal.json.KeyLayout;
import io.flowdb.internal.json.KeyReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Turns changes of documents into one batch with its preconditions: deletes entries, writes documents, writes entries,
 * in this order, so that a unique value may move from one document to another. Unique indexes are checked against the
 * state after the whole batch. Threads: one. Errors, before anything is written: {@link UniqueViolationException},
 * {@link LimitExceededException} for more than the store below takes in one commit.
 */
final class CommitPlan implements ChangeSet {
    /** What an operation takes in the memtable of the store below beside its bytes, about. */
    private static final long NODE_BYTES = 70;

    final List<Change> changes = new ArrayList<>(1);
    private final List<Range> dropped = new ArrayList<>(0);
    private final List<StoreDef> deletedStores = new ArrayList<>(0);
    private final Database database;
    private final StoreSnapshot snapshot;
    private final Preconditions preconditions;
    private final WriteBatch batch = new WriteBatch(1024);
    private final AbsentKeys committed;
    private final long maxBytes;
    /** What the changes take in the batch, at most. */
    private long bytes;

    /** Number of operations of the changes, at most. */
    private long operations;

    /** At or above the greatest document key of {@link #changes}: new documents mostly come in rising order. */
    private byte[] greatest = {};

    /** Places of the changes by document key; only filled for several, as far as someone asked. */
    private final TreeMap<byte[], Integer> positions = new TreeMap<>(Arrays::compareUnsigned);

    /** Documents that are deleted without being listed in {@link #changes}. */
    private @Nullable RemovedDocuments removed;

    /** Logical keys of the exclusive entries that this plan deletes; made at the first use. */
    private @Nullable TreeSet<byte[]> released;

    /** A plan for writes that read {@code snapshot}, under the catalog of that state. */
    CommitPlan(Database database, StoreSnapshot snapshot) {
        this(database, snapshot, snapshot.seqno());
    }

    /**
     * A plan for writes that read {@code snapshot}, which no change of the catalog up to commit {@code catalogSeqno}
     * concerns.
     */
    CommitPlan(Database database, StoreSnapshot snapshot, long catalogSeqno) {
        this.database = database;
        this.snapshot = snapshot;
        long most = database.store.limits().maxBatchBytes();
        this.maxBytes = Math.max(most / 2, most - database.changeLog.maxRecordBytes());
        this.preconditions = Preconditions.since(snapshot).key(Catalog.KEY, catalogSeqno);
        this.committed = new AbsentKeys(snapshot);
    }

    Preconditions preconditions() {
        return preconditions;
    }

    WriteBatch batch() {
        return batch;
    }

    StoreSnapshot snapshot() {
        return snapshot;
    }

    @Override
    public @Nullable Change find(byte[] documentKey) {
        int position = position(documentKey);
        return position < 0 ? null : changes.get(position);
    }

    @Override
    public @Nullable StoredValue committed(StoreDef store, byte[] documentKey) {
        return committed.get(documentKey, store.end);
    }

    /** What was read without being changed is not checked: the plan is that of one operation. */
    @Override
    public void observed(byte[] documentKey) {}

    @Override
    public void put(Change change, @Nullable Change earlier) {
        account(change, earlier);
        if (earlier != null) {
            changes.set(position(change.documentKey), change);
            return;
        }
        changes.add(change);
        if (Arrays.compareUnsigned(change.documentKey, greatest) > 0) {
            greatest = change.documentKey;
        }
    }

    /**
     * Adds changes of documents that are all different, and that the plan does not change yet; nothing is put
     * afterwards.
     */
    void putDistinct(Collection<Change> distinct) {
        distinct.forEach(change -> account(change, null));
        changes.addAll(distinct);
    }

    private void account(Change change, @Nullable Change earlier) {
        long bytesNow = bytes + change.batchBytes() - (earlier == null ? 0 : earlier.batchBytes());
        long operationsNow = operations + change.operations() - (earlier == null ? 0 : earlier.operations());
        checkFits(change.store, bytesNow, operationsNow);
        bytes = bytesNow;
        operations = operationsNow;
    }

    private void checkFits(StoreDef store, long batchBytes, long batchOperations) {
        long inMemory = batchBytes + NODE_BYTES * batchOperations;
        boolean small = batchBytes <= maxBytes;
        if (!small || inMemory > HeapShare.COMMIT_BYTES) {
            throw new LimitExceededException(
                    store.name,
                    "commit bytes",
                    small ? HeapShare.COMMIT_BYTES : maxBytes,
                    small ? inMemory : batchBytes,
                    "several commits of a part each stay below it" + (small ? ", and it grows with the heap" : ""));
        }
    }

    private int position(byte[] documentKey) {
        if (Arrays.compareUnsigned(documentKey, greatest) > 0) {
            return -1;
        }
        for (int i = positions.size(); i < changes.size(); i++) {
            positions.put(changes.get(i).documentKey, i);
        }
        return positions.getOrDefault(documentKey, -1);
    }

    /**
     * Deletes whole stores and indexes after everything else: their ranges; the stores are for those who want changes.
     */
    void drop(List<Range> ranges, List<StoreDef> stores) {
        dropped.addAll(ranges);
        deletedStores.addAll(stores);
    }

    List<StoreDef> deletedStores() {
        return deletedStores;
    }

    /** Notes what the batch deletes: all documents from {@code start} to {@code end}. The plan changes nothing else. */
    void remove(RemovedDocuments documents, byte[] start, byte[] end) {
        remove(documents);
        preconditions.range(start, end);
    }

    /**
     * Notes what the batch deletes. The plan changes nothing else, and what was read of the documents is among its
     * preconditions.
     */
    void remove(RemovedDocuments documents) {
        removed = documents;
    }

    /** Deletes a document with its entries; {@link #remove} has to tell of it. */
    void delete(StoreDef store, byte[] documentKey, StoredValue stored) {
        for (IndexEntry entry : Change.Base.of(store, documentKey, stored).entries()) {
            delete(entry, stored.expireAt());
        }
        batch.delete(documentKey);
        checkFits(store, batch.sizeBytes(), batch.size());
    }

    /** What was deleted by {@link #remove}. */
    @Nullable
    RemovedDocuments removed() {
        return removed;
    }

    /** Whether the batch is larger than {@code most}, or than a commit may be. */
    boolean isLarger(long most) {
        return batch.sizeBytes() > Math.min(most, maxBytes);
    }

    /** Checks unique indexes and fills the batch. */
    CommitPlan build() {
        List<NewEntry> fresh = new ArrayList<>();
        for (Change change : changes) {
            long expireAt = change.before == null ? FlowRecord.NEVER : change.before.expireAt();
            minus(change.entriesBefore, change.entriesAfter).forEach(entry -> delete(entry, expireAt));
            (change.expiryDiffers() ? List.of(change.entriesAfter) : minus(change.entriesAfter, change.entriesBefore))
                    .forEach(entry -> fresh.add(NewEntry.of(entry, change)));
        }
        if (changes.size() > 1) {
            // In their order, equal unique values side by side. Neighbours find their places in the store below near
            // each other.
            fresh.sort(NewEntry.ORDER);
            refuseEqual(fresh);
        }
        AbsentKeys stored = new AbsentKeys(snapshot);
        fresh.forEach(entry -> checkUnique(entry, stored));
        changes.forEach(this::writeDocument);
        for (NewEntry each : fresh) {
            rememberMark(each.entry);
            batch.put(each.storedKey, 0, each.change.expireAt, each.entry.storedValue());
        }
        dropped.forEach(range -> batch.deleteRange(range.start(), range.end()));
        return this;
    }

    /**
     * An entry on its way into the batch.
     *
     * @param head eight bytes of the entry's key behind the prefix of its index, which decide most comparisons without
     *     a look at the key
     */
    private record NewEntry(IndexEntry entry, byte[] storedKey, Change change, long head) {
        static final Comparator<NewEntry> ORDER = NewEntry::compare;

        static NewEntry of(IndexEntry entry, Change change) {
            int from = entry.index.prefix.length;
            long head = 0;
            for (int i = from; i < from + Long.BYTES; i++) {
                head = head << Byte.SIZE | (i < entry.key.length ? entry.key[i] & 0xff : 0);
            }
            return new NewEntry(entry, entry.storedKey(), change, head);
        }

        private static int compare(NewEntry a, NewEntry b) {
            return a.entry.index == b.entry.index && a.head != b.head
                    ? Long.compareUnsigned(a.head, b.head)
                    : a.entry.compareTo(b.entry);
        }
    }

    CommitOutcome commit(OrderedStore store) {
        return store.commit(batch, preconditions, WriteOptions.DEFAULT);
    }

    /** Refuses two documents of the plan with the same unique value; entries are in order. */
    private static void refuseEqual(List<NewEntry> sorted) {
        for (int i = 1; i < sorted.size(); i++) {
            NewEntry one = sorted.get(i - 1);
            NewEntry other = sorted.get(i);
            if (one.entry.exclusive && other.entry.exclusive && Arrays.equals(one.storedKey, other.storedKey)) {
                throw violation(other.entry, one.entry.primaryKey());
            }
        }
    }

    private void checkUnique(NewEntry fresh, AbsentKeys stored) {
        if (fresh.entry.exclusive) {
            preconditions.key(fresh.storedKey);
            StoredValue holder = stored.get(fresh.storedKey, fresh.entry.index.end);
            if (holder != null
                    && !isPrimaryKey(fresh.change, holder.value())
                    && !fresh.entry.index.isStale(fresh.storedKey, holder.value(), holder.seqno())
                    && !isReleased(fresh, holder.value())
                    && isStillHeld(fresh.storedKey, holder)) {
                throw violation(fresh.entry, holder.value());
            }
        }
    }

    /**
     * Whether nobody has written the entry since it was read; if somebody has, the commit will conflict, and is no
     * violation.
     */
    private boolean isStillHeld(byte[] storedKey, StoredValue holder) {
        StoredValue newest = database.store.latest().get(storedKey);
        return newest == null ? holder.expireAt() <= database.nowMicros() : newest.seqno() == holder.seqno();
    }

    private static boolean isPrimaryKey(Change change, byte[] primaryKey) {
        int from = change.store.prefix.length;
        return Arrays.equals(change.documentKey, from, change.documentKey.length, primaryKey, 0, primaryKey.length);
    }

    /** Whether the document that holds a unique value lets go of it. */
    private boolean isReleased(NewEntry fresh, byte[] holder) {
        if (changes.size() == 1) {
            return false;
        }
        if (released == null) {
            released = new TreeSet<>(Arrays::compareUnsigned);
            for (Change change : changes) {
                for (IndexEntry entry : minus(change.entriesBefore, change.entriesAfter)) {
                    if (entry.exclusive) {
                        released.add(entry.key);
                    }
                }
            }
        }
        return released.contains(IndexEntry.logicalKey(fresh.storedKey, holder));
    }

    private static UniqueViolationException violation(IndexEntry entry, byte[] otherKey) {
        return new UniqueViolationException(
                entry.index.store, entry.index.schema.name(), KeyReader.decodeKey(otherKey, 0));
    }

    /**
     * Deletes an entry of a document that is changed or deleted.
     *
     * @param expireAt of the document as it was read
     */
    void delete(IndexEntry entry, long expireAt) {
        byte[] storedKey = entry.storedKey();
        if (entry.exclusive && expireAt != FlowRecord.NEVER) {
            // The document may have expired since it was read, and another one holds the value now.
            preconditions.key(storedKey);
        }
        if (entry.exclusive && entry.index.building) {
            // While the index is built, the value may be held by another document whose duplicate was not found yet.
            StoredValue holder = snapshot.get(storedKey);
            preconditions.key(storedKey);
            if (holder == null || !Arrays.equals(holder.value(), entry.primaryKey())) {
                return;
            }
        }
        batch.delete(storedKey);
    }

    private void writeDocument(Change change) {
        preconditions.key(change.documentKey);
        if (change.after != null) {
            batch.put(change.documentKey, 0, change.expireAt, change.after);
        } else if (change.before != null) {
            batch.delete(change.documentKey);
        }
    }

    static void rememberMark(IndexEntry entry) {
        int kind = entry.primaryKeyAt == entry.index.prefix.length + 1 ? entry.key[entry.index.prefix.length] : 0;
        if (kind == KeyLayout.MARK_ABSENT) {
            entry.index.absent.written();
        } else if (kind == KeyLayout.MARK_ARRAY) {
            entry.index.arrays.written();
        }
    }

    /** The entries of {@code a} that are not in {@code b}; both are sorted. */
    private static List<IndexEntry> minus(IndexEntry[] a, IndexEntry[] b) {
        if (a.length == 0) {
            return List.of();
        }
        if (b.length == 0) {
            return Arrays.asList(a);
        }
        List<IndexEntry> rest = new ArrayList<>();
        int j = 0;
        for (IndexEntry entry : a) {
            while (j < b.length && b[j].compareTo(entry) < 0) {
                j++;
            }
            if (j == b.length || b[j].compareTo(entry) != 0) {
                rest.add(entry);
            }
        }
        return rest;
    }

    /** Whether a document with an expiry is written or replaced. */
    static boolean expires(Change change) {
        StoredValue before = change.before;
        return (change.after != null && change.expireAt != FlowRecord.NEVER)
                || (before != null && before.expireAt() != FlowRecord.NEVER);
    }

    /** Says that a precondition failed: with its store, if it belongs to one, and its key, index or range. */
    ConflictException conflictAt(int failed, Catalog catalog) {
        int keys = preconditions.keys().size();
        if (failed < keys) {
            byte[] key = preconditions.keys().get(failed);
            return new ConflictException(catalog.storeOf(key), catalog.describe(key));
        }
        Preconditions.Range range = preconditions.ranges().get(failed - keys);
        return new ConflictException(catalog.storeOf(range.start()), catalog.describe(range));
    }
}
