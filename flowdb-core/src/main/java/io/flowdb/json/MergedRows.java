package io.flowdb.json;

import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The rows of two sources, each in the order of some sort key, in that order. Threads: one. */
final class MergedRows implements Pull<QueryRun.Row> {
    private final Pull<QueryRun.Row> a;
    private final Pull<QueryRun.Row> b;
    private final Function<QueryRun.Row, byte[]> sortKey;
    /** What was taken from a source and not given yet. */
    private @Nullable Head headA;

    private @Nullable Head headB;

    /** The next row of a source. */
    private record Head(QueryRun.Row row, byte[] sortKey) {}

    MergedRows(Pull<QueryRun.Row> a, Pull<QueryRun.Row> b, Function<QueryRun.Row, byte[]> sortKey) {
        this.a = a;
        this.b = b;
        this.sortKey = sortKey;
    }

    private @Nullable Head nextOf(Pull<QueryRun.Row> source) {
        QueryRun.Row row = source.next();
        return row == null ? null : new Head(row, sortKey.apply(row));
    }

    @Override
    public QueryRun.@Nullable Row next() {
        Head x = headA == null ? nextOf(a) : headA;
        Head y = headB == null ? nextOf(b) : headB;
        boolean isFirst = y == null || (x != null && Arrays.compareUnsigned(x.sortKey, y.sortKey) <= 0);
        headA = isFirst ? null : x;
        headB = isFirst ? y : null;
        Head next = isFirst ? x : y;
        return next == null ? null : next.row;
    }

    @Override
    public void close() {
        a.close();
        b.close();
    }
}
