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
 * Turns changes of documents into one batch with its preconditions: deletes entries, writes documents, writes entries, in this
 * order, so that a unique value may move from one document to another. Unique indexes are checked against the state after the whole
 * batch. Threads: one. Errors: {@link UniqueViolationException}, before anything is written.
 */
final class CommitPlan implements ChangeSet {
    final List<Change> changes = new ArrayList<>(1);
    private final List<Range> dropped = new ArrayList<>(0);
    private final List<StoreDef> deletedStores = new ArrayList<>(0);
    private final StoreSnapshot snapshot;
    private final Preconditions preconditions;
    private final WriteBatch batch = new WriteBatch(1024);
    /** Exclusive entries that are written, and those that go, by logical key. Only filled for several changes. */
    private final TreeMap<byte[], IndexEntry> taken = new TreeMap<>(Arrays::compareUnsigned);

    /** Places of the changes by document key; only filled for several, as far as someone asked. */
    private final TreeMap<byte[], Integer> positions = new TreeMap<>(Arrays::compareUnsigned);

    private boolean dropsDocuments;

    private final TreeSet<byte[]> released = new TreeSet<>(Arrays::compareUnsigned);

    CommitPlan(StoreSnapshot snapshot, byte[] catalogKey) {
        this.snapshot = snapshot;
        this.preconditions = Preconditions.since(snapshot).key(catalogKey);
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
    public Change.Base base(StoreDef store, byte[] documentKey, JsonLimits limits) {
        Change earlier = find(documentKey);
        return earlier != null ? earlier.base() : Change.Base.of(store, documentKey, snapshot.get(documentKey), limits);
    }

    @Override
    public @Nullable Change find(byte[] documentKey) {
        int position = position(documentKey);
        return position < 0 ? null : changes.get(position);
    }

    @Override
    public void put(Change change) {
        int position = position(change.documentKey);
        if (position >= 0) {
            changes.set(position, change);
            return;
        }
        changes.add(change);
    }

    /** Adds changes of documents that are all different, and that the plan does not change yet. */
    void putDistinct(Collection<Change> distinct) {
        changes.addAll(distinct);
    }

    private int position(byte[] documentKey) {
        if (changes.size() <= 1) {
            return changes.isEmpty() || !Arrays.equals(changes.get(0).documentKey, documentKey) ? -1 : 0;
        }
        for (int i = positions.size(); i < changes.size(); i++) {
            positions.put(changes.get(i).documentKey, i);
        }
        return positions.getOrDefault(documentKey, -1);
    }

    /** Deletes whole stores and indexes after everything else: their ranges; the stores are for those who want changes. */
    void drop(List<Range> ranges, List<StoreDef> stores) {
        dropped.addAll(ranges);
        deletedStores.addAll(stores);
    }

    List<StoreDef> deletedStores() {
        return deletedStores;
    }

    /** Whether documents are deleted that {@link #changes} does not list, which only is right while nobody wants changes. */
    boolean dropsDocuments() {
        return dropsDocuments;
    }

    /** Deletes all documents of a store with their entries, without listing them. */
    void dropDocuments(StoreDef def) {
        dropsDocuments = true;
        preconditions.range(def.prefix, def.end);
        batch.deleteRange(def.prefix, def.end);
        def.indexes.forEach(index -> batch.deleteRange(index.prefix, index.end));
    }

    /** Checks unique indexes and fills the batch. */
    CommitPlan build() {
        List<List<IndexEntry>> gone = new ArrayList<>(changes.size());
        List<List<IndexEntry>> fresh = new ArrayList<>(changes.size());
        for (Change change : changes) {
            gone.add(minus(change.entriesBefore, change.entriesAfter));
            fresh.add(
                    change.expiryDiffers()
                            ? List.of(change.entriesAfter)
                            : minus(change.entriesAfter, change.entriesBefore));
        }
        if (changes.size() > 1) {
            gone.forEach(this::release);
            fresh.forEach(this::take);
        }
        for (int i = 0; i < changes.size(); i++) {
            checkUnique(changes.get(i), gone.get(i), fresh.get(i));
            gone.get(i).forEach(this::delete);
        }
        for (int i = 0; i < changes.size(); i++) {
            writeDocument(changes.get(i));
        }
        writeEntries(fresh);
        dropped.forEach(range -> batch.deleteRange(range.start(), range.end()));
        return this;
    }

    CommitOutcome commit(OrderedStore store) {
        return store.commit(batch, preconditions, WriteOptions.DEFAULT);
    }

    private void release(List<IndexEntry> entries) {
        for (IndexEntry entry : entries) {
            if (entry.exclusive) {
                released.add(entry.key);
            }
        }
    }

    private void take(List<IndexEntry> entries) {
        for (IndexEntry entry : entries) {
            if (entry.exclusive) {
                IndexEntry other = taken.put(entry.storedKey(), entry);
                if (other != null) {
                    throw violation(entry, other.primaryKey());
                }
            }
        }
    }

    private void checkUnique(Change change, List<IndexEntry> gone, List<IndexEntry> fresh) {
        for (IndexEntry entry : fresh) {
            if (entry.exclusive) {
                byte[] storedKey = entry.storedKey();
                preconditions.key(storedKey);
                StoredValue holder = snapshot.get(storedKey);
                if (holder != null
                        && !isPrimaryKey(change, holder.value())
                        && !isReleased(storedKey, holder.value(), gone)) {
                    throw violation(entry, holder.value());
                }
            }
        }
    }

    private static boolean isPrimaryKey(Change change, byte[] primaryKey) {
        int from = change.store.prefix.length;
        return Arrays.equals(change.documentKey, from, change.documentKey.length, primaryKey, 0, primaryKey.length);
    }

    private boolean isReleased(byte[] storedKey, byte[] holder, List<IndexEntry> gone) {
        if (changes.size() == 1) {
            return false;
        }
        byte[] logical = Arrays.copyOf(storedKey, storedKey.length + holder.length);
        System.arraycopy(holder, 0, logical, storedKey.length, holder.length);
        return released.contains(logical);
    }

    private static UniqueViolationException violation(IndexEntry entry, byte[] otherKey) {
        return new UniqueViolationException(
                entry.index.store, entry.index.schema.name(), KeyReader.decodeKey(otherKey, 0));
    }

    private void delete(IndexEntry entry) {
        byte[] storedKey = entry.storedKey();
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

    /** An entry on its way into the batch. */
    private record Expiring(IndexEntry entry, long expireAt) {}

    /** In their order: neighbours find their places in the store below near each other, in memory that was just read. */
    private void writeEntries(List<List<IndexEntry>> fresh) {
        List<Expiring> entries = new ArrayList<>();
        for (int i = 0; i < fresh.size(); i++) {
            long expireAt = changes.get(i).expireAt;
            fresh.get(i).forEach(entry -> entries.add(new Expiring(entry, expireAt)));
        }
        if (changes.size() > 1) {
            entries.sort(Comparator.comparing(Expiring::entry));
        }
        for (Expiring each : entries) {
            rememberMark(each.entry);
            batch.put(each.entry.storedKey(), 0, each.expireAt, each.entry.storedValue());
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

    /** Number of documents more in a store. */
    long delta(StoreDef store) {
        long delta = 0;
        for (Change change : changes) {
            if (change.store.id == store.id) {
                delta += change.countDelta();
            }
        }
        return delta;
    }

    /** Whether a document with an expiry is written or replaced. */
    static boolean expires(Change change) {
        StoredValue before = change.before;
        return (change.after != null && change.expireAt != FlowRecord.NEVER)
                || (before != null && before.expireAt() != FlowRecord.NEVER);
    }

    /** What the failed precondition is about: a store and its key, index or range. */
    String describe(int failed, Catalog catalog) {
        byte[] key = failed < preconditions.keys().size()
                ? preconditions.keys().get(failed)
                : preconditions
                        .ranges()
                        .get(failed - preconditions.keys().size())
                        .start();
        return catalog.describe(key, failed >= preconditions.keys().size());
    }

    /** Store of the failed precondition, if it belongs to one. */
    @Nullable
    String storeOf(int failed, Catalog catalog) {
        byte[] key = failed < preconditions.keys().size()
                ? preconditions.keys().get(failed)
                : preconditions
                        .ranges()
                        .get(failed - preconditions.keys().size())
                        .start();
        return catalog.storeOf(key);
    }
}
