package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreReader.StoredValue;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** One execution of a query. Threads: one. */
final class QueryRun {
    /** So few sorted rows are read again, when all are sorted and these are known. */
    private static final int FEW_ROWS = 1_000;

    private final Reads reads;
    private final JsonQuery.Spec spec;
    private final KeyConditions keyConditions;
    private RowReader reader;
    private Planner.Plan plan;
    private long skip;
    private long rest;
    private long entriesRead;
    private long documentsRead;
    private long rows;

    /**
     * A document that was found.
     *
     * @param document with the properties that the query returns, and perhaps others
     * @param length of what is stored of it
     * @param uncommitted whether the transaction that reads it has written it
     */
    record Row(byte[] documentKey, JsonNode document, int length, boolean uncommitted) {}

    QueryRun(Reads reads, JsonQuery.Spec spec) {
        this(reads, spec, false);
    }

    /** {@code firstRows} prefers the order of an index to sorting all rows, as perhaps not all are wanted. */
    QueryRun(Reads reads, JsonQuery.Spec spec, boolean firstRows) {
        this.reads = reads;
        this.spec = spec;
        List<Condition> conditions = new Condition.All(spec.conditions()).flat();
        this.keyConditions = new KeyConditions(reads.def().keyPath, conditions);
        this.reader = new RowReader(keyConditions.others(), spec.properties());
        this.plan = new Planner(reads, spec.orders(), spec.wanted(), firstRows).plan(conditions);
        this.skip = spec.offset();
        this.rest = spec.limit();
    }

    long entriesRead() {
        return entriesRead;
    }

    long documentsRead() {
        return documentsRead;
    }

    long rows() {
        return rows;
    }

    Planner.Plan plan() {
        return plan;
    }

    /** Gives every row to {@code sink}, its key and its document, in order. */
    void run(BiConsumer<byte[], JsonNode> sink) {
        try (Pull<Row> rows = open()) {
            for (Row row = rows.next(); row != null; row = rows.next()) {
                sink.accept(row.documentKey, row.document);
            }
        }
    }

    /** The rows, in order. Read as they are asked for, unless they have to be sorted. */
    Pull<Row> open() {
        if (rest == 0) {
            return Pull.of(Collections.<Row>emptyIterator());
        }
        Pull<Row> found = candidates();
        return new Pull<>() {
            @Override
            public @Nullable Row next() {
                Row row = rest == 0 ? null : found.next();
                for (; row != null && skip > 0; skip--) {
                    row = found.next();
                }
                if (row != null) {
                    rows++;
                    rest--;
                }
                return row;
            }

            @Override
            public void close() {
                found.close();
            }
        };
    }

    /** All rows, also those that offset leaves out, in order; those behind the limit may be missing. */
    private Pull<Row> candidates() {
        Planner.Attempt attempt = plan.attempt();
        if (attempt != null) {
            Planner.Plan otherwise = plan;
            plan = attempt.plan();
            List<Row> first = firstRows(attempt.mostKeys());
            if (first != null) {
                return Pull.of(first.iterator());
            }
            plan = otherwise;
        }
        Access access = plan.accesses().get(0);
        if (plan.ordered()) {
            return access.index() == null ? walkDocuments(access) : ordered(access, orderedKeys(access));
        }
        return spec.orders().isEmpty() ? inPrimaryKeyOrder() : sort();
    }

    /** The rows that documents in the wanted order are, and those of documents without an entry among them. */
    private Pull<Row> ordered(Access access, Pull<byte[]> documentKeys) {
        Pull<Row> rows = fetch(documentKeys, access.exact());
        Access aside = plan.aside();
        if (aside == null) {
            return rows;
        }
        try {
            RowSort sort = new RowSort(reads, spec.orders(), spec.wanted(), true);
            List<byte[]> marked = new ArrayList<>();
            walkEntries(aside, marked::add);
            addAll(fetch(prefetched(marked), false), sort);
            return new MergedRows(
                    sort.sorted(), rows, sort::sortKey, reads.view(), row -> fetch(row.documentKey, false));
        } catch (RuntimeException | Error e) {
            rows.close();
            throw e;
        }
    }

    /**
     * All wanted rows, if a walk in their order finds them among the first {@code mostKeys} entries, and they are small
     * together.
     */
    private @Nullable List<Row> firstRows(long mostKeys) {
        Access access = plan.accesses().get(0);
        BoundedKeys keys = new BoundedKeys(orderedKeys(access), mostKeys);
        List<Row> found = new ArrayList<>();
        long bytes = 0;
        try (Pull<Row> rows = ordered(access, keys)) {
            while (found.size() < spec.wanted() && bytes <= RowSort.MAX_KEPT_BYTES) {
                Row row = rows.next();
                if (keys.exceeded()) {
                    return null;
                }
                if (row == null) {
                    return found;
                }
                found.add(row);
                bytes += row.length;
            }
        }
        return found.size() < spec.wanted() ? null : found;
    }

    /** Number of rows; reads no documents if the conditions are answered by keys alone. */
    long count() {
        if (!indexOnly()) {
            run((key, document) -> {});
            return rows;
        }
        Access access = plan.accesses().get(0);
        try (StoreCursor cursor = access.index() == null
                ? reads.view().documents(access.ranges())
                : reads.view().entries(access.index(), access.ranges())) {
            IndexDef index = access.index();
            while (rows < spec.wanted() && cursor.next()) {
                entriesRead++;
                rows += keyConditions.areNone() || keyMatches(index, cursor.key()) ? 1 : 0;
            }
        }
        rows = Math.max(0, Math.min(rows - skip, rest));
        return rows;
    }

    /** Whether keys alone decide which documents are found. */
    boolean indexOnly() {
        Access access = plan.accesses().get(0);
        boolean decided = access.index() == null ? keyConditions.others().isEmpty() : access.exact();
        return plan.accesses().size() == 1 && decided && !access.repeats();
    }

    /** Whether the primary key in the key of a document, or in an entry of {@code index}, satisfies what it decides. */
    private boolean keyMatches(@Nullable IndexDef index, byte[] key) {
        return keyConditions.test(key, index == null ? reads.def().prefix.length : index.primaryKeyAt(key));
    }

    /** Matching documents in key order, or against it. */
    private Pull<Row> walkDocuments(Access access) {
        View view = reads.view();
        StoreCursor cursor = plan.reverse()
                ? new RangesCursor(backward(access), range -> view.documents(range.start(), range.end(), true))
                : view.documents(access.ranges());
        DocumentBuffer buffer = new DocumentBuffer();
        return new Pull<>() {
            @Override
            public @Nullable Row next() {
                while (cursor.next()) {
                    if (!keyConditions.areNone() && !keyMatches(null, cursor.key())) {
                        entriesRead++;
                        continue;
                    }
                    documentsRead++;
                    boolean uncommitted = cursor.seqno() == View.UNCOMMITTED;
                    JsonNode document = reader.read(buffer.copy(cursor), buffer.length(), uncommitted, false);
                    if (document != null) {
                        return new Row(cursor.key(), document, buffer.length(), uncommitted);
                    }
                }
                return null;
            }

            @Override
            public void close() {
                cursor.close();
            }
        };
    }

    private static List<Range> backward(Access access) {
        List<Range> ranges = new ArrayList<>(access.ranges());
        Collections.reverse(ranges);
        return ranges;
    }

    /** Document keys that are known without reading on, some of them prefetched. */
    private Pull<byte[]> prefetched(Collection<byte[]> primaryKeys) {
        Iterator<byte[]> keys = primaryKeys.iterator();
        List<byte[]> ahead = new ArrayList<>();
        return Pull.of(new Iterator<>() {
            private int given;

            @Override
            public boolean hasNext() {
                return given < ahead.size() || keys.hasNext();
            }

            @Override
            public byte[] next() {
                if (given == ahead.size()) {
                    ahead.clear();
                    given = 0;
                    while (ahead.size() < Reads.READ_AHEAD && keys.hasNext()) {
                        ahead.add(reads.def().documentKey(keys.next()));
                    }
                    reads.view().prefetch(ahead);
                }
                return ahead.get(given++);
            }
        });
    }

    /** Reads documents that an index has led to, and leaves out those that do not match. */
    private Pull<Row> fetch(Pull<byte[]> documentKeys, boolean exact) {
        return new Pull<>() {
            @Override
            public @Nullable Row next() {
                for (byte[] documentKey = documentKeys.next(); documentKey != null; documentKey = documentKeys.next()) {
                    Row row = fetch(documentKey, exact);
                    if (row != null) {
                        return row;
                    }
                }
                return null;
            }

            @Override
            public void close() {
                documentKeys.close();
            }
        };
    }

    private @Nullable Row fetch(byte[] documentKey, boolean exact) {
        StoredValue stored = keyMatches(null, documentKey) ? reads.view().get(documentKey) : null;
        if (stored == null) {
            return null;
        }
        documentsRead++;
        byte[] value = stored.value();
        boolean uncommitted = stored.seqno() == View.UNCOMMITTED;
        // What the transaction has written, or taken back, may be so only since the index led to it.
        boolean asFound = exact && !uncommitted && !reads.view().hasTakenBack();
        JsonNode document = reader.read(value, value.length, uncommitted, asFound);
        return document == null ? null : new Row(documentKey, document, value.length, uncommitted);
    }

    /** The entries of a walk. */
    private Pull<byte[]> counted(StoreCursor entries) {
        return new Pull<>() {
            @Override
            public byte @Nullable [] next() {
                if (!entries.next()) {
                    return null;
                }
                entriesRead++;
                return entries.key();
            }

            @Override
            public void close() {
                entries.close();
            }
        };
    }

    /** Keys of the documents that entries lead to, in their order. */
    private Pull<byte[]> documentKeys(IndexDef index, Pull<byte[]> entries) {
        return new Pull<>() {
            @Override
            public byte @Nullable [] next() {
                byte[] entry = entries.next();
                return entry == null ? null : reads.def().documentKey(index.primaryKey(entry));
            }

            @Override
            public void close() {
                entries.close();
            }
        };
    }

    /** Document keys from an index in the wanted order; those whose order is equal are put into their own order. */
    private Pull<byte[]> orderedKeys(Access access) {
        IndexDef index = Objects.requireNonNull(access.index());
        View view = reads.view();
        StoreCursor cursor = plan.reverse()
                ? new RangesCursor(backward(access), range -> view.entries(index, range.start(), range.end(), true))
                : view.entries(index, access.ranges());
        boolean alreadySorted = !plan.reverse() && plan.groupPaths() == index.paths.length;
        Pull<byte[]> entries = counted(cursor);
        return alreadySorted ? documentKeys(index, entries) : new GroupedKeys(reads, index, plan.groupPaths(), entries);
    }

    private Pull<Row> inPrimaryKeyOrder() {
        boolean single = plan.accesses().size() == 1;
        Access first = plan.accesses().get(0);
        boolean exact = single && first.exact();
        IndexDef index = first.index();
        if (single && index != null && first.inPrimaryKeyOrder() && !(index.unique() && first.allPoints())) {
            return fetch(documentKeys(index, counted(reads.view().entries(index, first.ranges()))), exact);
        }
        return fetch(prefetched(primaryKeys()), exact);
    }

    /** Primary keys of all candidates, sorted, each once. */
    private Collection<byte[]> primaryKeys() {
        boolean repeats = plan.accesses().size() > 1 || plan.accesses().get(0).repeats();
        if (repeats) {
            TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
            plan.accesses().forEach(access -> walkEntries(access, keys::add));
            return keys;
        }
        List<byte[]> keys = new ArrayList<>();
        walkEntries(plan.accesses().get(0), keys::add);
        keys.sort(Arrays::compareUnsigned);
        return keys;
    }

    private void walkEntries(Access access, Consumer<byte[]> to) {
        IndexDef index = access.index();
        if (index == null) {
            try (StoreCursor cursor = reads.view().documents(access.ranges())) {
                while (cursor.next()) {
                    to.accept(reads.def().primaryKey(cursor.key()));
                }
            }
            return;
        }
        List<Range> toWalk = access.walked();
        if (index.unique() && access.allPoints()) {
            toWalk = new ArrayList<>();
            for (Range range : access.walked()) {
                if (!index.isExclusive(range.start())) {
                    toWalk.add(range);
                    continue;
                }
                for (byte[] holder : reads.view().holders(index, range.start())) {
                    entriesRead++;
                    to.accept(holder);
                }
            }
        }
        walkEntries(index, toWalk, to);
    }

    private void walkEntries(IndexDef index, List<Range> ranges, Consumer<byte[]> to) {
        try (StoreCursor cursor = reads.view().entries(index, ranges)) {
            while (cursor.next()) {
                entriesRead++;
                to.accept(index.primaryKey(cursor.key()));
            }
        }
    }

    /** The matching rows, sorted; as many of the first ones as are wanted. */
    private Pull<Row> sort() {
        boolean whole = spec.properties() != null || spec.wanted() > FEW_ROWS;
        if (!whole) {
            reader = new RowReader(keyConditions.others(), spec.sortedProperties());
        }
        RowSort sort = new RowSort(reads, spec.orders(), spec.wanted(), whole);
        Access first = plan.accesses().get(0);
        boolean single = plan.accesses().size() == 1;
        addAll(
                single && first.index() == null
                        ? walkDocuments(first)
                        : fetch(prefetched(primaryKeys()), single && first.exact()),
                sort);
        return sort.sorted();
    }

    private static void addAll(Pull<Row> rows, RowSort to) {
        try (rows) {
            for (Row row = rows.next(); row != null; row = rows.next()) {
                to.add(row);
            }
        }
    }
}
