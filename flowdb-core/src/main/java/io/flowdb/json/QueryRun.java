package io.flowdb.json;

import io.flowdb.StoreCursor;
import io.flowdb.StoreReader.Range;
import io.flowdb.StoreReader.StoredValue;
import io.flowdb.internal.base.Keys;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.KeyLayout;
import io.flowdb.internal.json.KeyReader;
import io.flowdb.internal.json.KeyTags;
import io.flowdb.internal.json.KeyWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/** One execution of a query. Threads: one. */
final class QueryRun {
    /** Up to here the best rows are kept in a heap; more are sorted as a whole. */
    private static final long MAX_HEAP = 100_000;

    private final Reads reads;
    private final JsonQuery.Spec spec;
    private final List<Condition> conditions;
    private final Planner.Plan plan;
    private Sink sink = (key, document) -> false;
    private long skip;
    private long rest;
    private long entriesRead;
    private long documentsRead;
    private long rows;

    /** Receives the rows. */
    @FunctionalInterface
    interface Sink {
        /** Takes a row; false if no more are wanted. */
        boolean accept(byte[] documentKey, JsonNode document);
    }

    /** A row that waits to be sorted. */
    private record Row(byte[] sortKey, byte[] documentKey, JsonNode document) {
        static final Comparator<Row> ORDER = Comparator.comparing(Row::sortKey, Arrays::compareUnsigned)
                .thenComparing(Row::documentKey, Arrays::compareUnsigned);
    }

    QueryRun(Reads reads, JsonQuery.Spec spec) {
        this.reads = reads;
        this.spec = spec;
        this.conditions = new Condition.All(spec.conditions()).flat();
        this.plan = new Planner(reads, spec.orders(), spec.limit() != Long.MAX_VALUE).plan(conditions);
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

    /** Gives every row to {@code sink}, in order. */
    void run(Sink sink) {
        this.sink = sink;
        if (rest == 0) {
            return;
        }
        Access access = plan.accesses().get(0);
        if (plan.ordered()) {
            if (access.index() == null) {
                walkDocuments(access, this::emit);
            } else {
                walkGroups(access);
            }
        } else if (spec.orders().isEmpty()) {
            inPrimaryKeyOrder();
        } else {
            sort();
        }
    }

    /** Number of rows; reads no documents if the conditions are answered by keys alone. */
    long count() {
        if (!indexOnly()) {
            run((key, document) -> true);
            return rows;
        }
        Access access = plan.accesses().get(0);
        try (StoreCursor cursor = access.index() == null
                ? reads.view().documents(access.ranges())
                : reads.view().entries(access.index(), access.ranges())) {
            while (rows < rest + skip && cursor.next()) {
                rows++;
                entriesRead++;
            }
        }
        rows = Math.max(0, Math.min(rows - skip, rest));
        return rows;
    }

    boolean indexOnly() {
        Access access = plan.accesses().get(0);
        boolean all = conditions.isEmpty() && access.index() == null;
        return spec.limit() <= Long.MAX_VALUE - spec.offset()
                && plan.accesses().size() == 1
                && (all || access.exact())
                && !access.repeats();
    }

    private boolean emit(byte[] documentKey, JsonNode document) {
        if (skip > 0) {
            skip--;
            return true;
        }
        rows++;
        rest--;
        return sink.accept(documentKey, document) && rest > 0;
    }

    private boolean matches(JsonNode document) {
        for (Condition condition : conditions) {
            if (!condition.test(document)) {
                return false;
            }
        }
        return true;
    }

    /** Gives matching documents in key order, or against it. */
    private void walkDocuments(Access access, Sink to) {
        View view = reads.view();
        try (StoreCursor cursor = plan.reverse()
                ? new RangesCursor(backward(access), range -> view.documents(range.start(), range.end(), true))
                : view.documents(access.ranges())) {
            while (cursor.next()) {
                documentsRead++;
                JsonNode document = DocumentCodec.decode(cursor.value());
                if (matches(document) && !to.accept(cursor.key(), document)) {
                    return;
                }
            }
        }
    }

    private static List<Range> backward(Access access) {
        List<Range> ranges = new ArrayList<>(access.ranges());
        Collections.reverse(ranges);
        return ranges;
    }

    /** Reads a document that an index has led to and gives it on if it matches. */
    private boolean fetch(byte[] primaryKey, boolean exact, Sink to) {
        byte[] documentKey = reads.def().documentKey(primaryKey);
        StoredValue stored = reads.view().get(documentKey);
        if (stored == null) {
            return true;
        }
        documentsRead++;
        JsonNode document = DocumentCodec.decode(stored.value());
        return (!exact && !matches(document)) || to.accept(documentKey, document);
    }

    /** Walks an index in the wanted order; documents whose order is equal are put into primary key order. */
    private void walkGroups(Access access) {
        IndexDef index = Objects.requireNonNull(access.index());
        boolean alreadySorted = !plan.reverse() && plan.groupPaths() == index.paths.length;
        List<byte[]> group = new ArrayList<>();
        byte[] groupKey = {};
        View view = reads.view();
        try (StoreCursor cursor = plan.reverse()
                ? new RangesCursor(backward(access), range -> view.entries(index, range.start(), range.end(), true))
                : view.entries(index, access.ranges())) {
            while (cursor.next()) {
                entriesRead++;
                byte[] entry = cursor.key();
                byte[] primaryKey = primaryKey(index, entry);
                if (alreadySorted) {
                    if (!fetch(primaryKey, access.exact(), this::emit)) {
                        return;
                    }
                    continue;
                }
                if (!startsWith(entry, groupKey)) {
                    if (!emitGroup(group, access)) {
                        return;
                    }
                    groupKey = groupKey(index, entry);
                }
                group.add(primaryKey);
            }
        }
        emitGroup(group, access);
    }

    private boolean emitGroup(List<byte[]> group, Access access) {
        group.sort(Arrays::compareUnsigned);
        for (byte[] primaryKey : group) {
            if (!fetch(primaryKey, access.exact(), this::emit)) {
                return false;
            }
        }
        group.clear();
        return true;
    }

    private byte[] groupKey(IndexDef index, byte[] entry) {
        KeyReader reader = new KeyReader(entry, index.prefix.length);
        for (int i = 0; i < plan.groupPaths(); i++) {
            reader.skip();
        }
        return Arrays.copyOf(entry, reader.position());
    }

    private static boolean startsWith(byte[] entry, byte[] prefix) {
        return prefix.length > 0 && entry.length >= prefix.length && Keys.equal(entry, 0, prefix, 0, prefix.length);
    }

    private static byte[] primaryKey(IndexDef index, byte[] entry) {
        return Arrays.copyOfRange(entry, index.primaryKeyAt(entry), entry.length);
    }

    private void inPrimaryKeyOrder() {
        boolean single = plan.accesses().size() == 1;
        Access first = plan.accesses().get(0);
        boolean exact = single && first.exact();
        if (single && first.inPrimaryKeyOrder()) {
            walkEntries(first, primaryKey -> fetch(primaryKey, exact, this::emit));
            return;
        }
        for (byte[] primaryKey : primaryKeys()) {
            if (!fetch(primaryKey, exact, this::emit)) {
                return;
            }
        }
    }

    /** Receives primary keys. */
    @FunctionalInterface
    private interface KeySink {
        boolean accept(byte[] primaryKey);
    }

    /** Primary keys of all candidates, sorted, each once. */
    private Collection<byte[]> primaryKeys() {
        boolean repeats = plan.accesses().size() > 1 || plan.accesses().get(0).repeats();
        if (repeats) {
            TreeSet<byte[]> keys = new TreeSet<>(Arrays::compareUnsigned);
            plan.accesses()
                    .forEach(access -> walkEntries(access, primaryKey -> {
                        keys.add(primaryKey);
                        return true;
                    }));
            return keys;
        }
        List<byte[]> keys = new ArrayList<>();
        walkEntries(plan.accesses().get(0), keys::add);
        keys.sort(Arrays::compareUnsigned);
        return keys;
    }

    private void walkEntries(Access access, KeySink to) {
        IndexDef index = access.index();
        if (index == null) {
            try (StoreCursor cursor = reads.view().documents(access.ranges())) {
                while (cursor.next()) {
                    if (!to.accept(reads.def().primaryKey(cursor.key()))) {
                        return;
                    }
                }
            }
            return;
        }
        List<Range> ranges = new ArrayList<>(access.ranges());
        if (access.absentMarks()) {
            ranges.add(marks(index, KeyLayout.MARK_ABSENT));
        }
        if (access.arrayMarks()) {
            ranges.add(marks(index, KeyLayout.MARK_ARRAY));
        }
        List<Range> toWalk = ranges;
        if (index.unique() && access.allPoints()) {
            toWalk = new ArrayList<>();
            for (Range range : ranges) {
                if (!isWholeKey(index, range.start())) {
                    toWalk.add(range);
                    continue;
                }
                byte[] holder = reads.view().holder(index, range.start());
                entriesRead += holder == null ? 0 : 1;
                if (holder != null && !to.accept(holder)) {
                    return;
                }
            }
        }
        walkEntries(index, toWalk, to);
    }

    private void walkEntries(IndexDef index, List<Range> ranges, KeySink to) {
        try (StoreCursor cursor = reads.view().entries(index, ranges)) {
            while (cursor.next()) {
                entriesRead++;
                if (!to.accept(primaryKey(index, cursor.key()))) {
                    return;
                }
            }
        }
    }

    /** Whether a key is an index key without a null, under which a unique index stores at most one entry. */
    private static boolean isWholeKey(IndexDef index, byte[] key) {
        if ((key[index.prefix.length] & 0xff) < KeyTags.NULL) {
            return false;
        }
        KeyReader reader = new KeyReader(key, index.prefix.length);
        for (int i = 0; i < index.paths.length; i++) {
            if (key[reader.position()] == KeyTags.NULL) {
                return false;
            }
            reader.skip();
        }
        return reader.position() == key.length;
    }

    private static Range marks(IndexDef index, int kind) {
        return new Range(index.at(kind), index.at(kind + 1));
    }

    /** Sorts all matching rows, or keeps the first ones in a heap. */
    private void sort() {
        long wanted = rest > MAX_HEAP ? Long.MAX_VALUE : rest + skip;
        Collection<Row> rowsToSort = wanted <= MAX_HEAP ? new PriorityQueue<>(Row.ORDER.reversed()) : new ArrayList<>();
        Sink collect = (documentKey, document) -> {
            rowsToSort.add(new Row(sortKey(document), documentKey, document));
            if (rowsToSort instanceof PriorityQueue<Row> heap && heap.size() > wanted) {
                heap.poll();
            }
            return true;
        };
        Access first = plan.accesses().get(0);
        if (plan.accesses().size() == 1 && first.index() == null) {
            walkDocuments(first, collect);
        } else {
            boolean exact = plan.accesses().size() == 1 && first.exact();
            for (byte[] primaryKey : primaryKeys()) {
                fetch(primaryKey, exact, collect);
            }
        }
        List<Row> sorted = new ArrayList<>(rowsToSort);
        sorted.sort(Row.ORDER);
        for (Row row : sorted) {
            if (!emit(row.documentKey(), row.document())) {
                return;
            }
        }
    }

    /** Bytes whose order is the wanted one. */
    private byte[] sortKey(JsonNode document) {
        KeyWriter writer = new KeyWriter();
        for (JsonQuery.Order order : spec.orders()) {
            int start = writer.length();
            JsonNode value = order.path().find(document);
            if (value == null) {
                writer.raw(KeyTags.NULL);
            } else if (!writer.addJson(value)) {
                writer.raw(KeyTags.ABOVE);
            }
            if (order.descending()) {
                writer.complement(start);
            }
        }
        return writer.toBytes();
    }
}
