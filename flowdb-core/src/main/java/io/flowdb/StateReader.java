package io.flowdb;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.merge.ScanBounds;
import io.flowdb.internal.merge.VisibleScan;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the engine as of some sequence number and moment, which subclasses choose. Threads: any. */
abstract class StateReader implements StoreReader {
    private final ReadStates states;
    private final EngineCounters counters;

    StateReader(ReadStates states, EngineCounters counters) {
        this.states = states;
        this.counters = counters;
    }

    /** Throws if the reader may not be used. */
    abstract void checkOpen();

    /** Highest visible sequence number; asked after the state has been entered, and limited to {@link ReadState#limit()}. */
    abstract long visibleSeqno();

    /** Moment at which expiry is judged. */
    abstract long nowMicros();

    @Override
    public long seqno() {
        checkOpen();
        return visibleSeqno();
    }

    @Override
    public @Nullable StoredValue get(byte[] key) {
        PointLookup found = lookUp(key, 0);
        return found == null ? null : new StoredValue(found.value(), found.seqno(), found.expireAt());
    }

    Optional<FlowRecord> getRecord(byte[] key, long ts) {
        Keys.checkKey(key);
        PointLookup found = lookUp(key, ts);
        return found == null
                ? Optional.empty()
                : Optional.of(new FlowRecord(key, found.ts(), found.expireAt(), found.value()));
    }

    Optional<FlowRecord> latestRecord(byte[] key) {
        Keys.checkKey(key);
        Query newestFirst = Query.key(key).reverse();
        try (LeasedScan scan = open(newestFirst)) {
            return scan.next() ? Optional.of(scan.record()) : Optional.empty();
        }
    }

    RecordScan scanRecords(Query query) {
        return new QueryScan(open(query), query.limit());
    }

    @Override
    public StoreCursor scan(byte @Nullable [] start, byte @Nullable [] end, boolean reverse) {
        return open(new ScanBounds(start, end, 0, 0, reverse), ReadOptions.DEFAULT);
    }

    private LeasedScan open(Query query) {
        ScanBounds bounds =
                new ScanBounds(query.startKey(), query.endKey(), query.minTs(), query.maxTs(), query.reversed());
        return open(bounds, query.options());
    }

    private LeasedScan open(ScanBounds bounds, ReadOptions options) {
        checkOpen();
        if (bounds.startKey() != null
                && bounds.endKey() != null
                && Arrays.compareUnsigned(bounds.startKey(), bounds.endKey()) >= 0) {
            return LeasedScan.empty(this);
        }
        ReadStates.Lease lease = states.lease();
        try {
            checkOpen();
            long snapshot = Math.min(visibleSeqno(), lease.state().limit());
            VisibleScan scan = Reads.scan(lease.state(), bounds, snapshot, nowMicros(), options);
            return new LeasedScan(this, scan, lease, counters);
        } catch (RuntimeException | Error e) {
            lease.close();
            throw e;
        }
    }

    /** The alive entry of (key, ts), with its value still in the source's array, or null. */
    private @Nullable PointLookup lookUp(byte[] key, long ts) {
        checkOpen();
        counters.recordsRead.increment();
        ReadState state = states.enter();
        try {
            checkOpen();
            long snapshot = Math.min(visibleSeqno(), state.limit());
            PointLookup found = Reads.find(state, key, ts, snapshot);
            if (found.seqno() == 0) {
                return null;
            }
            long now = found.expireAt() == FlowRecord.NEVER ? 0 : nowMicros();
            if (found.isAlive(now, Reads.hiddenUpTo(state, key, snapshot))) {
                return found;
            }
            if (found.expireAt() <= now) {
                counters.recordsExpired.increment();
            }
            return null;
        } finally {
            state.leave();
        }
    }
}
