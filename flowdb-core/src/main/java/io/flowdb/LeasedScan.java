package io.flowdb;

import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.merge.VisibleScan;
import org.jspecify.annotations.Nullable;

/** A walk that holds the state it reads until it is closed. Threads: one at a time. */
final class LeasedScan implements StoreCursor {
    private final StateReader reader;
    private final @Nullable VisibleScan scan;
    private final ReadStates.@Nullable Lease lease;
    private final @Nullable EngineCounters counters;
    private boolean closed;
    private long returned;

    LeasedScan(StateReader reader, VisibleScan scan, ReadStates.Lease lease, EngineCounters counters) {
        this.reader = reader;
        this.scan = scan;
        this.lease = lease;
        this.counters = counters;
    }

    private LeasedScan(StateReader reader) {
        this.reader = reader;
        this.scan = null;
        this.lease = null;
        this.counters = null;
    }

    /** A walk over nothing, which holds nothing. */
    static LeasedScan empty(StateReader reader) {
        return new LeasedScan(reader);
    }

    @Override
    public boolean next() {
        if (closed) {
            throw new EngineClosedException("scan");
        }
        reader.checkOpen();
        if (scan != null && scan.next()) {
            returned++;
            return true;
        }
        return false;
    }

    @Override
    public byte[] key() {
        return current().key();
    }

    @Override
    public byte[] value() {
        return current().value();
    }

    @Override
    public long seqno() {
        return current().seqno();
    }

    @Override
    public long expireAt() {
        return current().expireAt();
    }

    FlowRecord record() {
        VisibleScan current = current();
        return new FlowRecord(current.key(), current.ts(), current.expireAt(), current.value());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            if (scan != null && lease != null && counters != null) {
                counters.recordsRead.add(returned);
                counters.recordsExpired.add(scan.expiredCount());
                scan.close();
                lease.close();
            }
        }
    }

    private VisibleScan current() {
        if (scan == null || returned == 0) {
            throw new IllegalStateException("no current entry: call next() first");
        }
        return scan;
    }
}
