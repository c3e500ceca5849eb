package io.flowdb.json;

import io.flowdb.FlowRecord;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.StoreSnapshot;
import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.DocumentCodec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot under the writes of a transaction, remembering what was read from it. Threads: one at a time.
 *
 * <p>Index entries of the transaction are kept in their logical form, see {@link IndexEntry}, so that two documents may
 * hold the same unique value until the commit. A savepoint is a mark: what a document was before its first change after
 * the mark is kept until the mark is forgotten, so a roll-back costs in proportion to what it takes back.
 */
final class TransactionView implements View, ChangeSet {
    private static final byte[] EMPTY = {};

    private StoreSnapshot snapshot;
    private final boolean tracking;
    private final long maxBytes;
    /** The name of the store a key of the store below belongs to. */
    private final Function<byte[], @Nullable String> storeOf;

    private final TreeMap<byte[], Held> documents = new TreeMap<>(Arrays::compareUnsigned);
    /** Made when index entries are read for the first time. */
    private @Nullable TreeMap<byte[], OwnEntry> entries;

    private AbsentKeys committed;
    /** At or above the greatest key of {@link #documents}: new documents mostly come in rising order. */
    private byte[] greatest = {};

    private final ReadSet readSet = new ReadSet();
    /** Points to which the writes can be taken back, in the order of their making. */
    private final List<Mark> marks = new ArrayList<>();
    /** What documents were before changes behind the marks; empty without a mark. */
    private final List<Undo> undo = new ArrayList<>();
    /** Number of the newest mark ever made. */
    private long lastMark;

    private boolean takenBack;
    private long writeCount;
    /** What {@link #documents} takes. */
    private long bytes;
    /** What {@link #undo} takes beside; what was read, {@link ReadSet#bytes}. */
    private long undoBytes;

    /** An index entry of the transaction; not present if the transaction takes it away. */
    private record OwnEntry(IndexEntry entry, boolean present) {
        @Nullable
        StoredValue value() {
            return present ? new StoredValue(EMPTY, UNCOMMITTED, Long.MAX_VALUE) : null;
        }
    }

    /**
     * A point to which the writes can be taken back.
     *
     * @param number of the mark, above those of all earlier ones
     * @param undoPosition how many steps lead back from here
     */
    record Mark(long number, int undoPosition) {}

    /** The change of a document, made behind mark {@code mark}, which may be gone. */
    private record Held(Change change, long mark) {
        @Nullable
        StoredValue stored() {
            return TransactionView.stored(change);
        }
    }

    /** What was held of a document before a change. */
    private record Undo(byte[] documentKey, @Nullable Held before) {
        long bytes() {
            return before == null ? 0 : before.change.bytes();
        }
    }

    TransactionView(
            StoreSnapshot snapshot, boolean tracking, long maxBytes, Function<byte[], @Nullable String> storeOf) {
        this.storeOf = storeOf;
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

    @Override
    public boolean exists(byte[] documentKey) {
        Change change = find(documentKey);
        if (change != null) {
            return change.after != null;
        }
        observed(documentKey);
        return snapshot.get(documentKey, StoreView.NOWHERE) >= 0;
    }

    @Override
    public @Nullable StoredValue committed(byte[] documentKey) {
        return snapshot.get(documentKey);
    }

    @Override
    public void prefetch(List<byte[]> documentKeys) {
        snapshot.prefetch(documentKeys);
    }

    private static @Nullable StoredValue stored(Change change) {
        return change.after == null ? null : new StoredValue(change.after, UNCOMMITTED, change.expireAt);
    }

    private @Nullable StoredValue read(byte[] key) {
        observed(key);
        return snapshot.get(key);
    }

    @Override
    public StoreCursor documents(byte[] start, byte[] end, boolean reverse) {
        return new MergeCursor<>(
                scan(start, end, reverse), documents, Held::stored, new MergeCursor.Bounds(start, end, reverse));
    }

    @Override
    public StoreCursor entries(IndexDef index, byte[] start, byte[] end, boolean reverse) {
        return new MergeCursor<>(
                StoreView.logical(index, observedEntries(index, scan(start, end, reverse))),
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
        if (!tracking) {
            return snapshot.scan(start, end, reverse);
        }
        checkBytes(start, bytes + undoBytes);
        StoreCursor cursor = snapshot.scan(start, end, reverse);
        return readSet.walk(cursor, start, end, reverse);
    }

    /*
     * A document that expires after the begin of this transaction is here still, and its entries are. Another
     * transaction that begins later does not see it, so if it stores a document with the same key it leaves the old
     * entries alone, and nothing of them is written that the commit of this one could find. The document is.
     */
    private StoreCursor observedEntries(IndexDef index, StoreCursor stored) {
        return tracking ? new ObservedEntries(index, stored) : stored;
    }

    private void observeDocument(IndexDef index, byte[] storedKey, byte[] value, long expireAt) {
        if (expireAt != FlowRecord.NEVER) {
            observed(index.documentKey(storedKey, value));
        }
    }

    @Override
    public List<byte[]> holders(IndexDef index, byte[] key) {
        TreeSet<byte[]> holders = new TreeSet<>(Arrays::compareUnsigned);
        StoredValue stored = read(key);
        if (stored != null) {
            observeDocument(index, key, stored.value(), stored.expireAt());
        }
        if (stored != null && !index.isStale(key, stored.value(), stored.seqno())) {
            holders.add(stored.value());
        }
        byte[] behind = Objects.requireNonNull(Keys.prefixEnd(key));
        for (OwnEntry own : ownEntries().subMap(key, true, behind, false).values()) {
            if (own.present) {
                holders.add(own.entry.primaryKey());
            } else {
                holders.remove(own.entry.primaryKey());
            }
        }
        return List.copyOf(holders);
    }

    @Override
    public boolean hasStill(StoreDef store, byte[] entry, byte[] documentKey) {
        Held held = documents.get(documentKey);
        if (held != null) {
            return isAmong(held.change.entriesAfter, entry);
        }
        if (!takenBack) {
            return true;
        }
        StoredValue before = snapshot.get(documentKey);
        return before != null && isAmong(store.storedEntries(DocumentCodec.decode(before.value()), documentKey), entry);
    }

    private static boolean isAmong(IndexEntry[] entries, byte[] entry) {
        return Arrays.stream(entries).anyMatch(own -> Arrays.equals(own.key, entry));
    }

    @Override
    public long writeCount() {
        return writeCount;
    }

    @Override
    public boolean hasTakenBack() {
        return takenBack;
    }

    @Override
    public boolean hasMarks(IndexDef index, int kind) {
        try (StoreCursor cursor = entries(index, index.at(kind), index.at(kind + 1), false)) {
            return cursor.next();
        }
    }

    @Override
    public StoreCursor committedKeys(List<Range> ranges) {
        return snapshot.scanAll(ranges);
    }

    @Override
    public @Nullable Change find(byte[] documentKey) {
        Held held = Arrays.compareUnsigned(documentKey, greatest) > 0 ? null : documents.get(documentKey);
        return held == null ? null : held.change;
    }

    @Override
    public @Nullable StoredValue committed(StoreDef store, byte[] documentKey) {
        return committed.get(documentKey, store.end);
    }

    @Override
    public void observed(byte[] documentKey) {
        if (tracking) {
            checkBytes(documentKey, bytes + undoBytes);
            readSet.add(documentKey);
        }
    }

    /**
     * Refuses to read or write {@code key} if it all would take too much with {@code writes} bytes for what is written.
     */
    private void checkBytes(byte[] key, long writes) {
        long all = writes + readSet.bytes();
        if (all > maxBytes) {
            String advice = "it is what JsonLimits say, or a quarter of the heap";
            throw new LimitExceededException(storeOf.apply(key), "transaction bytes", maxBytes, all, advice);
        }
    }

    @Override
    public void put(Change change, @Nullable Change earlier) {
        Held before = earlier == null ? null : documents.get(change.documentKey);
        Undo step = isToBeKept(before) ? new Undo(change.documentKey, before) : null;
        long now = bytes + change.bytes() - (earlier == null ? 0 : earlier.bytes());
        long undoNow = undoBytes + (step == null ? 0 : step.bytes());
        checkBytes(change.documentKey, now + undoNow);
        bytes = now;
        undoBytes = undoNow;
        if (step != null) {
            undo.add(step);
        }
        documents.put(change.documentKey, new Held(change, lastMark));
        writeCount++;
        if (Arrays.compareUnsigned(change.documentKey, greatest) > 0) {
            greatest = change.documentKey;
        }
        TreeMap<byte[], OwnEntry> own = entries;
        if (own != null) {
            replace(earlier, change, own);
        }
    }

    /**
     * Whether a document that is changed now may have to go back to what it was: no change behind the newest mark has
     * kept it yet.
     */
    private boolean isToBeKept(@Nullable Held before) {
        return !marks.isEmpty() && (before == null || before.mark < marks.get(marks.size() - 1).number);
    }

    private TreeMap<byte[], OwnEntry> ownEntries() {
        TreeMap<byte[], OwnEntry> own = entries;
        if (own == null) {
            own = new TreeMap<>(Arrays::compareUnsigned);
            for (Held held : documents.values()) {
                replace(null, held.change, own);
            }
            entries = own;
        }
        return own;
    }

    /** Puts the entries of one change of a document in the place of those of another. */
    private static void replace(@Nullable Change old, @Nullable Change by, TreeMap<byte[], OwnEntry> in) {
        if (old != null) {
            for (IndexEntry entry : old.entriesBefore) {
                in.remove(entry.key);
            }
            for (IndexEntry entry : old.entriesAfter) {
                in.remove(entry.key);
            }
        }
        if (by != null) {
            putAll(in, by.entriesBefore, false);
            putAll(in, by.entriesAfter, true);
        }
    }

    private static void putAll(TreeMap<byte[], OwnEntry> to, IndexEntry[] entries, boolean present) {
        for (IndexEntry entry : entries) {
            to.put(entry.key, new OwnEntry(entry, present));
        }
    }

    /** Marks the present point. */
    Mark mark() {
        Mark mark = new Mark(++lastMark, undo.size());
        marks.add(mark);
        return mark;
    }

    /**
     * Takes back every write made since {@code mark}, and forgets the marks behind it; false if it is forgotten itself.
     */
    boolean rollbackTo(Mark mark) {
        int position = positionOf(mark);
        if (position < 0) {
            return false;
        }
        marks.subList(position + 1, marks.size()).clear();
        while (undo.size() > mark.undoPosition) {
            takeBack(undo.remove(undo.size() - 1));
        }
        return true;
    }

    /** Forgets a mark and those behind it, unless it is forgotten already; the writes stay. */
    void release(Mark mark) {
        int position = positionOf(mark);
        if (position >= 0) {
            marks.subList(position, marks.size()).clear();
            if (marks.isEmpty()) {
                undo.clear();
                undoBytes = 0;
            }
        }
    }

    private int positionOf(Mark mark) {
        int position = marks.size() - 1;
        while (position >= 0 && marks.get(position).number > mark.number) {
            position--;
        }
        return position >= 0 && marks.get(position).number == mark.number ? position : -1;
    }

    private void takeBack(Undo step) {
        takenBack = true;
        writeCount++;
        // The write would have checked that nobody else wrote the document; what was read stays checked.
        if (tracking) {
            readSet.add(step.documentKey);
        }
        Held before = step.before;
        Held taken = before == null ? documents.remove(step.documentKey) : documents.put(step.documentKey, before);
        bytes += step.bytes() - (taken == null ? 0 : taken.change.bytes());
        undoBytes -= step.bytes();
        TreeMap<byte[], OwnEntry> own = entries;
        if (own != null) {
            replace(taken == null ? null : taken.change, before == null ? null : before.change, own);
        }
    }

    /** Reads from a later snapshot from now on, in which all documents are as they were. */
    void moveTo(StoreSnapshot later) {
        snapshot = later;
        committed = new AbsentKeys(later);
    }

    /** The changes of documents from {@code start} to {@code end}. */
    List<Change> changes(byte[] start, byte[] end) {
        return documents.subMap(start, true, end, false).values().stream()
                .map(Held::change)
                .toList();
    }

    /** Forgets the changes of documents from {@code start} to {@code end}, which nobody reads again. */
    void forget(byte[] start, byte[] end) {
        TreeMap<byte[], OwnEntry> own = entries;
        for (Change change : changes(start, end)) {
            documents.remove(change.documentKey);
            bytes -= change.bytes();
            if (own != null) { // which open cursors walk
                replace(change, null, own);
            }
        }
    }

    boolean hasChanges() {
        return !documents.isEmpty();
    }

    /** Adds all changes to a plan, and everything that was read to its preconditions. */
    void addTo(CommitPlan plan) {
        plan.putDistinct(documents.values().stream().map(Held::change).toList());
        readSet.addTo(plan.preconditions(), documents::containsKey);
    }

    /** Remembers the documents of entries that expire. */
    private final class ObservedEntries implements StoreCursor {
        private final IndexDef index;
        private final StoreCursor stored;

        ObservedEntries(IndexDef index, StoreCursor stored) {
            this.index = index;
            this.stored = stored;
        }

        @Override
        public boolean next() {
            if (!stored.next()) {
                return false;
            }
            if (stored.expireAt() != FlowRecord.NEVER) {
                observeDocument(index, stored.key(), stored.value(), stored.expireAt());
            }
            return true;
        }

        @Override
        public byte[] key() {
            return stored.key();
        }

        @Override
        public byte[] value() {
            return stored.value();
        }

        @Override
        public long seqno() {
            return stored.seqno();
        }

        @Override
        public long expireAt() {
            return stored.expireAt();
        }

        @Override
        public void close() {
            stored.close();
        }
    }
}
