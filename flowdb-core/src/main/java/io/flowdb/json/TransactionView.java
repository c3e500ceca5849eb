package io.flowdb.json;

import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.base.Keys;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot under the writes of a transaction, remembering what was read from it. Threads: one at a time.
 *
 * <p>Index entries of the transaction are kept in their logical form, see {@link IndexEntry}, so that two documents may hold the same
 * unique value until the commit.
 */
final class TransactionView implements View, ChangeSet {
    private static final byte[] EMPTY = {};

    private StoreSnapshot snapshot;
    private final boolean tracking;
    private final long maxBytes;
    private final TreeMap<byte[], Change> documents = new TreeMap<>(Arrays::compareUnsigned);
    /** Made when index entries are read for the first time. */
    private @Nullable TreeMap<byte[], OwnEntry> entries;

    private AbsentKeys committed;
    /** At or above the greatest key of {@link #documents}: new documents mostly come in rising order. */
    private byte[] greatest = {};

    private final TreeSet<byte[]> keysRead = new TreeSet<>(Arrays::compareUnsigned);
    private final List<RangeRead> rangesRead = new ArrayList<>();
    private final List<Undo> undo = new ArrayList<>();
    private long bytes;

    /** An index entry of the transaction; not present if the transaction takes it away. */
    private record OwnEntry(IndexEntry entry, boolean present) {
        @Nullable
        StoredValue value() {
            return present ? new StoredValue(EMPTY, 0, Long.MAX_VALUE) : null;
        }
    }

    /** What was known of a document before a change. */
    private record Undo(byte[] documentKey, @Nullable Change before) {}

    TransactionView(StoreSnapshot snapshot, boolean tracking, long maxBytes) {
        this.snapshot = snapshot;
        this.tracking = tracking;
        this.maxBytes = maxBytes;
        this.committed = new AbsentKeys(snapshot);
    }

    @Override
    public @Nullable StoredValue get(byte[] documentKey) {
        Change change = find(documentKey);
        return change == null ? read(documentKey) : stored(change);
    }

    private static @Nullable StoredValue stored(Change change) {
        return change.after == null ? null : new StoredValue(change.after, 0, change.expireAt);
    }

    private @Nullable StoredValue read(byte[] key) {
        observed(key);
        return snapshot.get(key);
    }

    @Override
    public StoreCursor documents(byte[] start, byte[] end, boolean reverse) {
        return new MergeCursor<>(
                scan(start, end, reverse),
                documents,
                TransactionView::stored,
                new MergeCursor.Bounds(start, end, reverse));
    }

    @Override
    public StoreCursor entries(IndexDef index, byte[] start, byte[] end, boolean reverse) {
        StoreCursor stored = scan(start, end, reverse);
        return new MergeCursor<>(
                index.unique() ? new StoreView.LogicalCursor(stored) : stored,
                ownEntries(),
                OwnEntry::value,
                new MergeCursor.Bounds(start, end, reverse));
    }

    @Override
    public StoreCursor documents(List<Range> ranges) {
        return new RangesCursor(ranges, range -> documents(range.start(), range.end(), false));
    }

    @Override
    public StoreCursor entries(IndexDef index, List<Range> ranges) {
        return new RangesCursor(ranges, range -> entries(index, range.start(), range.end(), false));
    }

    private StoreCursor scan(byte[] start, byte[] end, boolean reverse) {
        StoreCursor cursor = snapshot.scan(start, end, reverse);
        if (!tracking) {
            return cursor;
        }
        RangeRead range = new RangeRead(cursor, start, end, reverse);
        rangesRead.add(range);
        return range;
    }

    @Override
    public byte @Nullable [] holder(IndexDef index, byte[] key) {
        byte[] behind = Objects.requireNonNull(Keys.prefixEnd(key));
        Collection<OwnEntry> own = ownEntries().subMap(key, true, behind, false).values();
        for (OwnEntry entry : own) {
            if (entry.present) {
                return entry.entry.primaryKey();
            }
        }
        StoredValue stored = read(key);
        if (stored == null) {
            return null;
        }
        byte[] holder = stored.value();
        for (OwnEntry entry : own) {
            if (Arrays.equals(entry.entry.primaryKey(), holder)) {
                return null;
            }
        }
        return holder;
    }

    @Override
    public boolean hasMarks(IndexDef index, int kind) {
        try (StoreCursor cursor = entries(index, index.at(kind), index.at(kind + 1), false)) {
            return cursor.next();
        }
    }

    @Override
    public int countUpTo(byte[] start, byte[] end, int most) {
        return StoreView.countUpTo(snapshot, start, end, most);
    }

    @Override
    public @Nullable Change find(byte[] documentKey) {
        return Arrays.compareUnsigned(documentKey, greatest) > 0 ? null : documents.get(documentKey);
    }

    @Override
    public @Nullable StoredValue committed(StoreDef store, byte[] documentKey) {
        return committed.get(documentKey, store.end);
    }

    @Override
    public void observed(byte[] documentKey) {
        if (tracking) {
            keysRead.add(documentKey);
        }
    }

    @Override
    public void put(Change change, @Nullable Change earlier) {
        long now = bytes + change.bytes() - (earlier == null ? 0 : earlier.bytes());
        if (now > maxBytes) {
            throw new LimitExceededException(change.store.name, "transaction bytes", maxBytes, now);
        }
        bytes = now;
        undo.add(new Undo(change.documentKey, earlier));
        documents.put(change.documentKey, change);
        if (Arrays.compareUnsigned(change.documentKey, greatest) > 0) {
            greatest = change.documentKey;
        }
        TreeMap<byte[], OwnEntry> own = entries;
        if (own != null) {
            if (earlier != null) {
                putAll(own, earlier.entriesAfter, false);
            }
            apply(change, own);
        }
    }

    private TreeMap<byte[], OwnEntry> ownEntries() {
        TreeMap<byte[], OwnEntry> own = entries;
        if (own == null) {
            own = new TreeMap<>(Arrays::compareUnsigned);
            for (Change change : documents.values()) {
                apply(change, own);
            }
            entries = own;
        }
        return own;
    }

    private static void apply(Change change, TreeMap<byte[], OwnEntry> to) {
        putAll(to, change.entriesBefore, false);
        putAll(to, change.entriesAfter, true);
    }

    private static void putAll(TreeMap<byte[], OwnEntry> to, IndexEntry[] entries, boolean present) {
        for (IndexEntry entry : entries) {
            to.put(entry.key, new OwnEntry(entry, present));
        }
    }

    int position() {
        return undo.size();
    }

    void rollbackTo(int position) {
        for (int i = undo.size() - 1; i >= position; i--) {
            Undo step = undo.remove(i);
            // The write would have checked that nobody else wrote the document; what was read stays checked.
            observed(step.documentKey);
            if (step.before == null) {
                documents.remove(step.documentKey);
            } else {
                documents.put(step.documentKey, step.before);
            }
        }
        TreeMap<byte[], OwnEntry> own = entries;
        if (own != null) {
            own.clear();
        }
        bytes = 0;
        for (Change change : documents.values()) {
            bytes += change.bytes();
            if (own != null) {
                apply(change, own);
            }
        }
    }

    /** Reads from a later snapshot from now on, in which all documents are as they were. */
    void moveTo(StoreSnapshot later) {
        snapshot = later;
        committed = new AbsentKeys(later);
    }

    /** The changes of documents from {@code start} to {@code end}. */
    List<Change> changes(byte[] start, byte[] end) {
        return new ArrayList<>(documents.subMap(start, true, end, false).values());
    }

    /** Forgets the changes of documents from {@code start} to {@code end}, which nobody reads again. */
    void forget(byte[] start, byte[] end) {
        changes(start, end).forEach(change -> {
            documents.remove(change.documentKey);
            bytes -= change.bytes();
        });
        entries = null;
    }

    boolean hasChanges() {
        return !documents.isEmpty();
    }

    /** Adds all changes to a plan, and everything that was read to its preconditions. */
    void addTo(CommitPlan plan) {
        plan.putDistinct(documents.values());
        Preconditions preconditions = plan.preconditions();
        for (byte[] key : keysRead) {
            if (!documents.containsKey(key)) {
                preconditions.key(key);
            }
        }
        for (RangeRead range : rangesRead) {
            range.addTo(preconditions);
        }
    }

    /** Remembers how far a range was walked. Keys are those of the store below. */
    private static final class RangeRead implements StoreCursor {
        private final StoreCursor cursor;
        private final byte[] start;
        private final byte[] end;
        private final boolean reverse;
        private byte @Nullable [] last;
        private boolean exhausted;

        RangeRead(StoreCursor cursor, byte[] start, byte[] end, boolean reverse) {
            this.cursor = cursor;
            this.start = start;
            this.end = end;
            this.reverse = reverse;
        }

        void addTo(Preconditions preconditions) {
            byte[] reached = last;
            if (exhausted) {
                preconditions.range(start, end);
            } else if (reached != null) {
                preconditions.range(reverse ? reached : start, reverse ? end : Keys.successor(reached));
            }
        }

        @Override
        public boolean next() {
            if (cursor.next()) {
                last = cursor.key();
                return true;
            }
            exhausted = true;
            return false;
        }

        @Override
        public byte[] key() {
            return Objects.requireNonNull(last);
        }

        @Override
        public byte[] value() {
            return cursor.value();
        }

        @Override
        public long seqno() {
            return cursor.seqno();
        }

        @Override
        public long expireAt() {
            return cursor.expireAt();
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}
