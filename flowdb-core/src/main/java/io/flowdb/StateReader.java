package io.flowdb;

import io.flowdb.internal.base.Keys;
import io.flowdb.internal.base.PointLookup;
import io.flowdb.internal.merge.ScanBounds;
import io.flowdb.internal.merge.VisibleScan;
import io.flowdb.internal.stats.OperationMeter;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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

    /**
     * Highest visible sequence number; asked after the state has been entered, and limited to
     * {@link ReadState#limit()}.
     */
    abstract long visibleSeqno();

    /** Moment at which expiry is judged; a walk asks once, when it is opened, if anything there expires. */
    abstract long nowMicros();

    @Override
    public long seqno() {
        checkOpen();
        return visibleSeqno();
    }

    @Override
    public @Nullable StoredValue get(byte[] key) {
        Keys.checkKey(key);
        PointLookup found = lookUp(key, 0);
        return found == null ? null : new StoredValue(found.value(), found.seqno(), found.expireAt());
    }

    /** As {@link Snapshot#get(byte[], long)}. */
    public Optional<FlowRecord> get(byte[] key, long ts) {
        Keys.checkKey(key);
        PointLookup found = lookUp(key, ts);
        return found == null
                ? Optional.empty()
                : Optional.of(new FlowRecord(key, found.ts(), found.expireAt(), found.value()));
    }

    @Override
    public int get(byte[] key, byte[] into) {
        return get(key, 0, into);
    }

    /** Copies the value of (key, ts) if there is room for it; its length, -1 if there is none. */
    public int get(byte[] key, long ts, byte[] into) {
        Keys.checkKey(key);
        Objects.requireNonNull(into, "into");
        PointLookup found = lookUp(key, ts);
        if (found == null) {
            return -1;
        }
        found.copyValue(into);
        return found.valueLength();
    }

    @Override
    public void prefetch(List<byte[]> keys) {
        Objects.requireNonNull(keys, "keys");
        checkOpen();
        Prefetch.of(states.current().ssts(), keys);
    }

    /** As {@link Snapshot#getLatest(byte[])}. */
    public Optional<FlowRecord> getLatest(byte[] key) {
        Keys.checkKey(key);
        checkOpen();
        long start = counters.reads.begin();
        PointLookup found = findLatestUnlessDead(key);
        if (found != null && found.seqno() == 0) {
            counters.reads.end(start, 0, 0);
            return Optional.empty();
        }
        if (found != null) {
            byte[] value = found.value();
            counters.reads.end(start, 0, key.length + value.length);
            return Optional.of(new FlowRecord(key, found.ts(), found.expireAt(), value));
        }
        /*
         * The version with the highest ts is deleted or expired, so an earlier one may be the latest alive. The walk
         * looks at all of them again: what was found before may be of another state.
         */
        try (LeasedScan scan = open(Query.key(key).reverse(), null)) {
            if (!scan.next()) {
                counters.reads.end(start, 0, 0);
                return Optional.empty();
            }
            FlowRecord record = scan.record();
            counters.reads.end(start, 0, key.length + record.value().length);
            return Optional.of(record);
        }
    }

    /** As {@link Snapshot#scan}. */
    public RecordScan scan(Query query) {
        return new QueryScan(open(Objects.requireNonNull(query, "query"), counters.scans));
    }

    /** As {@link Snapshot#cursor}. */
    public RecordCursor cursor(Query query) {
        return open(Objects.requireNonNull(query, "query"), counters.scans);
    }

    @Override
    public StoreCursor scan(byte @Nullable [] start, byte @Nullable [] end, boolean reverse) {
        return open(new ScanBounds(start, end, 0, 0, reverse), ReadOptions.DEFAULT, Long.MAX_VALUE, counters.scans);
    }

    @Override
    public StoreCursor scanAll(List<Range> ranges) {
        if (Objects.requireNonNull(ranges, "ranges").isEmpty()) {
            checkOpen();
            return overNothing(counters.scans);
        }
        Range first = Objects.requireNonNull(ranges.get(0), "range");
        byte[] start = first.start();
        byte[] end = first.end();
        for (Range range : ranges) {
            Objects.requireNonNull(range, "range");
            start = Arrays.compareUnsigned(range.start(), start) < 0 ? range.start() : start;
            end = Arrays.compareUnsigned(range.end(), end) > 0 ? range.end() : end;
        }
        LeasedScan scan =
                open(new ScanBounds(start, end, 0, 0, false), ReadOptions.DEFAULT, Long.MAX_VALUE, counters.scans);
        scan.restrictTo(ranges);
        return scan;
    }

    private LeasedScan open(Query query, @Nullable OperationMeter meter) {
        return open(query.bounds(), query.options(), query.limit(), meter);
    }

    /** {@code meter} counts the walk; null for a walk that is part of another operation. */
    private LeasedScan open(ScanBounds bounds, ReadOptions options, long limit, @Nullable OperationMeter meter) {
        checkOpen();
        if (bounds.startKey() != null
                && bounds.endKey() != null
                && Arrays.compareUnsigned(bounds.startKey(), bounds.endKey()) >= 0) {
            return overNothing(meter);
        }
        long start = meter == null ? 0 : meter.begin();
        ReadStates.Lease lease = states.lease();
        try {
            checkOpen();
            long snapshot = snapshotIn(lease.state());
            VisibleScan scan = Reads.scan(lease.state(), bounds, snapshot, momentOf(lease.state()), options);
            return new LeasedScan(this, scan, lease, limit, new LeasedScan.Figures(counters, meter, start));
        } catch (RuntimeException | Error e) {
            lease.close();
            throw e;
        }
    }

    /** The moment that a walk begins at. Reading the clock is a large part of a short walk: only if it matters. */
    private long momentOf(ReadState state) {
        return state.mayExpire() ? nowMicros() : Long.MIN_VALUE;
    }

    /** A walk like any other, also in the statistics. */
    private LeasedScan overNothing(@Nullable OperationMeter meter) {
        if (meter != null) {
            meter.end(meter.begin(), 0, 0);
        }
        return LeasedScan.empty(this);
    }

    /** The alive entry of (key, ts), or null. */
    private @Nullable PointLookup lookUp(byte[] key, long ts) {
        checkOpen();
        long start = counters.reads.begin();
        PointRead found = PointRead.begin(states);
        boolean alive = findAlive(found, key, ts);
        if (found.isOvertaken()) {
            found = PointRead.entered(states);
            alive = findAlive(found, key, ts);
        }
        counters.reads.end(start, 0, alive ? key.length + found.valueLength() : 0);
        return alive ? found : null;
    }

    /** Searches (key, ts); whether it is there and alive. Ends the read. */
    private boolean findAlive(PointRead read, byte[] key, long ts) {
        try (read) {
            checkOpen();
            ReadState state = read.state();
            long snapshot = snapshotIn(state);
            Reads.find(state, key, ts, snapshot, read);
            if (read.seqno() == 0 || read.isOvertaken()) {
                return false;
            }
            long now = nowFor(read);
            long hiddenUpTo = Reads.hiddenUpTo(state, key, snapshot);
            if (read.isAlive(now, hiddenUpTo)) {
                return true;
            }
            if (read.expireAt() <= now && read.seqno() > hiddenUpTo) {
                counters.recordsExpired.increment();
            }
            return false;
        }
    }

    /**
     * The entry with the highest ts. Its sequence number is 0 if the key has no version. Null if it is deleted, expired
     * or hidden: then an earlier version may be the latest alive.
     */
    private @Nullable PointLookup findLatestUnlessDead(byte[] key) {
        PointRead found = PointRead.begin(states);
        boolean dead = isLatestDead(found, key);
        if (found.isOvertaken()) {
            found = PointRead.entered(states);
            dead = isLatestDead(found, key);
        }
        return dead ? null : found;
    }

    /**
     * Searches the entry with the highest ts; whether there is one that is deleted, expired or hidden. Ends the read.
     */
    private boolean isLatestDead(PointRead read, byte[] key) {
        try (read) {
            checkOpen();
            ReadState state = read.state();
            long snapshot = snapshotIn(state);
            Reads.findLatest(state, key, snapshot, read);
            return read.seqno() != 0
                    && !read.isOvertaken()
                    && !read.isAlive(nowFor(read), Reads.hiddenUpTo(state, key, snapshot));
        }
    }

    private long snapshotIn(ReadState state) {
        return Math.min(visibleSeqno(), state.limit());
    }

    private long nowFor(PointRead read) {
        return read.expireAt() == FlowRecord.NEVER ? 0 : nowMicros();
    }
}
