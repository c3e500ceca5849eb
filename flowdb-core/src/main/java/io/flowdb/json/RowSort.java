package io.flowdb.json;

import io.flowdb.StoreReader.StoredValue;
import io.flowdb.error.LimitExceededException;
import io.flowdb.internal.json.DocumentCodec;
import io.flowdb.internal.json.KeyTags;
import io.flowdb.internal.json.KeyWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Sorts the rows of a query. Of a row it keeps the sort key and the primary key, of the first MiB or so of documents
 * these as well; the others are read again as they are asked for. Threads: one. Errors: {@link LimitExceededException}
 * for more keys than a quarter of the heap holds.
 *
 * <p>Layout of a row: the sort keys, one behind the other, primary key, length of the sort keys (u32). Sort keys end by
 * themselves, so the order of rows is that of their bytes.
 */
final class RowSort {
    /** Text of documents that are kept beside their keys. */
    static final long MAX_KEPT_BYTES = 1 << 20;
    /** What a document takes in memory for each byte of its text, about. */
    private static final int TREE_FACTOR = 8;
    /** What a row takes beside its bytes. */
    private static final int ROW_BYTES = 32;
    /** So many rows beyond those that are wanted are gathered at least before they are sorted out. */
    private static final int LEAST_SURPLUS = 1_000;

    private final Reads reads;
    private final List<JsonQuery.Order> orders;
    /** How many of the first rows are wanted. */
    private final long wanted;

    /** Whether rows have all of their documents that is wanted, so that these may be kept. */
    private final boolean complete;

    private final long maxBytes;
    private final List<byte[]> rows = new ArrayList<>();
    private final Map<byte[], Kept> kept = new IdentityHashMap<>();
    private long bytes;
    private long keptBytes;
    /** The last row that can still be wanted; null as long as there are too few. */
    private byte @Nullable [] last;

    /** A document that is not read again, and the length of its text. */
    private record Kept(JsonNode document, int length) {}

    RowSort(Reads reads, List<JsonQuery.Order> orders, long wanted, boolean complete) {
        this(reads, orders, wanted, complete, HeapShare.BYTES);
    }

    RowSort(Reads reads, List<JsonQuery.Order> orders, long wanted, boolean complete, long maxBytes) {
        this.reads = reads;
        this.orders = orders;
        this.wanted = wanted;
        this.complete = complete;
        this.maxBytes = maxBytes;
    }

    void add(QueryRun.Row row) {
        byte[] sorted = sortKey(row);
        if (last != null && Arrays.compareUnsigned(sorted, last) > 0) {
            return;
        }
        rows.add(sorted);
        bytes += ROW_BYTES + sorted.length;
        // What the transaction has written may be written again before it is asked for.
        if (row.uncommitted() || complete && keptBytes + row.length() <= MAX_KEPT_BYTES) {
            kept.put(sorted, new Kept(row.document(), row.length()));
            keptBytes += row.length();
        }
        if (rows.size() - wanted >= Math.max(LEAST_SURPLUS, wanted / 2) || isLarger(maxBytes)) {
            cut();
            if (isLarger(maxBytes - maxBytes / 4)) { // else it would have to be sorted again soon, and again
                throw new LimitExceededException(
                        reads.def().name,
                        "sort bytes",
                        maxBytes,
                        bytes + TREE_FACTOR * keptBytes,
                        "an index on what is sorted by needs none, a limit fewer");
            }
        }
    }

    private boolean isLarger(long most) {
        return bytes + TREE_FACTOR * Math.max(0, keptBytes - MAX_KEPT_BYTES) > most;
    }

    /** Sorts, and forgets the rows behind those that are wanted. */
    private void cut() {
        rows.sort(Arrays::compareUnsigned);
        if (rows.size() < wanted) {
            return;
        }
        for (int i = rows.size() - 1; i >= wanted; i--) {
            byte[] row = rows.remove(i);
            bytes -= ROW_BYTES + row.length;
            Kept gone = kept.remove(row);
            keptBytes -= gone == null ? 0 : gone.length;
        }
        last = rows.isEmpty() ? null : rows.get(rows.size() - 1);
    }

    /** What is compared of a row. */
    byte[] sortKey(QueryRun.Row row) {
        KeyWriter writer = new KeyWriter();
        for (JsonQuery.Order order : orders) {
            int start = writer.length();
            JsonNode value = order.path().find(row.document());
            if (value == null) {
                writer.raw(KeyTags.NULL);
            } else if (!writer.addJson(value)) {
                writer.raw(KeyTags.ABOVE);
            }
            if (order.descending()) {
                writer.complement(start);
            }
        }
        int sortKeyLength = writer.length();
        writer.raw(row.documentKey(), reads.def().prefix.length, row.documentKey().length);
        return writer.raw(
                        ByteBuffer.allocate(Integer.BYTES).putInt(sortKeyLength).array())
                .toBytes();
    }

    /** The wanted rows, in order; nothing is added any more. */
    Pull<QueryRun.Row> sorted() {
        cut();
        return new Pull<>() {
            private int given;
            private int prefetched;

            @Override
            public QueryRun.@Nullable Row next() {
                if (given == rows.size()) {
                    return null;
                }
                if (given == prefetched) {
                    prefetch();
                }
                return rowAt(given++);
            }

            private void prefetch() {
                int end = Math.min(rows.size(), given + Reads.READ_AHEAD);
                List<byte[]> missing = rows.subList(given, end).stream()
                        .filter(row -> !kept.containsKey(row))
                        .map(RowSort.this::documentKey)
                        .toList();
                reads.view().prefetch(missing);
                prefetched = end;
            }

            @Override
            public void close() {}
        };
    }

    private QueryRun.Row rowAt(int position) {
        byte[] row = rows.get(position);
        byte[] documentKey = documentKey(row);
        Kept found = kept.get(row);
        if (found != null) {
            return new QueryRun.Row(documentKey, found.document, found.length, false);
        }
        StoredValue stored = Objects.requireNonNull(reads.view().committed(documentKey), "document of a pinned state");
        return new QueryRun.Row(documentKey, DocumentCodec.decode(stored.value()), stored.value().length, false);
    }

    private byte[] documentKey(byte[] row) {
        int end = row.length - Integer.BYTES;
        int start = ByteBuffer.wrap(row).getInt(end);
        return reads.def().documentKey(Arrays.copyOfRange(row, start, end));
    }
}
