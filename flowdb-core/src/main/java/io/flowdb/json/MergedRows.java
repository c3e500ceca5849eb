package io.flowdb.json;

import java.util.Arrays;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The rows that were sorted before and those of a walk, which are in the same order, in that order. Threads: one.
 */
final class MergedRows implements Pull<QueryRun.Row> {
    private final Pull<QueryRun.Row> sorted;
    private final Pull<QueryRun.Row> walk;
    private final Function<QueryRun.Row, byte[]> sortKey;
    private final View view;
    private final UnaryOperator<QueryRun.@Nullable Row> again;
    /** What was taken from a source and not given yet. */
    private @Nullable Head headOfSorted;

    private @Nullable Head headOfWalk;
    /** The writes in the view when the row of the walk was read. */
    private long writeCount;

    /** The next row of a source. */
    private record Head(QueryRun.Row row, byte[] sortKey) {}

    /** {@code again} reads a row of the walk once more, as it is now; null if it is not found any more. */
    MergedRows(
            Pull<QueryRun.Row> sorted,
            Pull<QueryRun.Row> walk,
            Function<QueryRun.Row, byte[]> sortKey,
            View view,
            UnaryOperator<QueryRun.@Nullable Row> again) {
        this.sorted = sorted;
        this.walk = walk;
        this.sortKey = sortKey;
        this.view = view;
        this.again = again;
    }

    private @Nullable Head head(QueryRun.@Nullable Row row) {
        return row == null ? null : new Head(row, sortKey.apply(row));
    }

    /** The next row of the walk. It may have been written since it was read: then it is given where it is now. */
    private @Nullable Head nextOfWalk() {
        Head held = headOfWalk;
        if (held != null && writeCount == view.writeCount()) {
            return held;
        }
        writeCount = view.writeCount();
        Head now = held == null ? null : head(again.apply(held.row));
        boolean stays = held != null && now != null && Arrays.equals(held.sortKey, now.sortKey);
        return stays ? now : head(walk.next());
    }

    @Override
    public QueryRun.@Nullable Row next() {
        Head x = headOfSorted == null ? head(sorted.next()) : headOfSorted;
        Head y = nextOfWalk();
        boolean isSorted = y == null || (x != null && Arrays.compareUnsigned(x.sortKey, y.sortKey) <= 0);
        headOfSorted = isSorted ? null : x;
        headOfWalk = isSorted ? y : null;
        Head next = isSorted ? x : y;
        return next == null ? null : next.row;
    }

    @Override
    public void close() {
        sorted.close();
        walk.close();
    }
}
