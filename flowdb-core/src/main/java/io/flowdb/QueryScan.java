package io.flowdb;

import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A walk as an iterator over records, with a limit. Threads: one at a time. */
final class QueryScan implements RecordScan {
    private final LeasedScan scan;
    private long left;
    private @Nullable FlowRecord ahead;

    QueryScan(LeasedScan scan, long limit) {
        this.scan = scan;
        this.left = limit;
    }

    @Override
    public boolean hasNext() {
        if (ahead == null && left > 0 && scan.next()) {
            ahead = scan.record();
            left--;
        }
        return ahead != null;
    }

    @Override
    public FlowRecord next() {
        if (!hasNext() || ahead == null) {
            throw new NoSuchElementException("the scan has ended");
        }
        FlowRecord record = ahead;
        ahead = null;
        return record;
    }

    @Override
    public void close() {
        scan.close();
    }
}
