package io.flowdb;

import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A walk as an iterator over records. Threads: one at a time. */
final class QueryScan implements RecordScan {
    private final LeasedScan scan;
    private @Nullable FlowRecord ahead;

    QueryScan(LeasedScan scan) {
        this.scan = scan;
    }

    @Override
    public boolean hasNext() {
        if (ahead != null) {
            scan.checkOpen();
        } else if (scan.next()) {
            ahead = scan.record();
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
        if (ahead != null) {
            ahead = null;
            scan.closeBeforeCurrent();
        } else {
            scan.close();
        }
    }
}
