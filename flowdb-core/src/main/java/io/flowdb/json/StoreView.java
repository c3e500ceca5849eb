package io.flowdb.json;

import io.flowdb.OrderedStore;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.internal.json.KeyLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The committed state that a reader of the store below sees. Threads: any. */
final class StoreView implements View {
    /** Where nothing is copied to. */
    static final byte[] NOWHERE = {};

    private final OrderedStore store;
    private final StoreReader reader;

    StoreView(OrderedStore store, StoreReader reader) {
        this.store = store;
        this.reader = reader;
    }

    StoreReader reader() {
        return reader;
    }

    @Override
    public @Nullable StoredValue get(byte[] documentKey) {
        return reader.get(documentKey);
    }

    @Override
    public boolean exists(byte[] documentKey) {
        return reader.get(documentKey, NOWHERE) >= 0;
    }

    @Override
    public @Nullable StoredValue committed(byte[] documentKey) {
        return reader.get(documentKey);
    }

    @Override
    public void prefetch(List<byte[]> documentKeys) {
        reader.prefetch(documentKeys);
    }

    @Override
    public StoreCursor documents(byte[] start, byte[] end, boolean reverse) {
        return reader.scan(start, end, reverse);
    }

    @Override
    public StoreCursor entries(IndexDef index, byte[] start, byte[] end, boolean reverse) {
        return logical(index, reader.scan(start, end, reverse));
    }

    @Override
    public StoreCursor documents(List<Range> ranges) {
        return reader.scanAll(ranges);
    }

    @Override
    public StoreCursor entries(IndexDef index, List<Range> ranges) {
        return logical(index, reader.scanAll(ranges));
    }

    /** The entries that may be seen among the stored ones, in their logical form. */
    static StoreCursor logical(IndexDef index, StoreCursor stored) {
        StoreCursor logical = index.unique() ? new LogicalCursor(stored) : stored;
        return index.stale.isEmpty() ? logical : new FreshEntries(index, logical);
    }

    @Override
    public List<byte[]> holders(IndexDef index, byte[] key) {
        StoredValue stored = reader.get(key);
        return stored == null || index.isStale(key, stored.value(), stored.seqno())
                ? List.of()
                : List.of(stored.value());
    }

    @Override
    public boolean hasStill(StoreDef def, byte[] entry, byte[] documentKey) {
        return true;
    }

    @Override
    public long writeCount() {
        return 0;
    }

    @Override
    public boolean hasTakenBack() {
        return false;
    }

    @Override
    public boolean hasMarks(IndexDef index, int kind) {
        IndexDef.MarkMemory memory = kind == KeyLayout.MARK_ABSENT ? index.absent : index.arrays;
        if (memory.noneAt(reader.seqno())) {
            return false;
        }
        if (!memory.wasWritten()) {
            long seqno = store.lastSeqno();
            if (!hasMarks(store.latest(), index, kind)) {
                memory.noneSince(seqno);
            }
        }
        return hasMarks(reader, index, kind);
    }

    private static boolean hasMarks(StoreReader reader, IndexDef index, int kind) {
        try (StoreCursor cursor = reader.scan(index.at(kind), index.at(kind + 1), false)) {
            return cursor.next();
        }
    }

    @Override
    public StoreCursor committedKeys(List<Range> ranges) {
        return reader.scanAll(ranges);
    }

    /** Turns the entries of a unique index into logical ones. */
    static final class LogicalCursor implements StoreCursor {
        private final StoreCursor stored;

        LogicalCursor(StoreCursor stored) {
            this.stored = stored;
        }

        @Override
        public boolean next() {
            return stored.next();
        }

        @Override
        public byte[] key() {
            byte[] key = stored.key();
            byte[] value = stored.value();
            return value.length == 0 ? key : IndexEntry.logicalKey(key, value);
        }

        @Override
        public byte[] value() {
            return new byte[0];
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
