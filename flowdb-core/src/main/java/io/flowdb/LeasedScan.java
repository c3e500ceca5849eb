package io.flowdb;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.EngineClosedException;
import io.flowdb.internal.base.ShownEntry;
import io.flowdb.internal.merge.VisibleScan;
import io.flowdb.internal.stats.OperationMeter;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A walk that holds the state it reads until it is closed. Threads: one at a time. */
final class LeasedScan implements RecordCursor {
    private final StateReader reader;
    private final @Nullable VisibleScan scan;
    private final ReadStates.@Nullable Lease lease;
    private final @Nullable Figures figures;
    private final long limit;
    private Iterator<StoreReader.Range> ranges = Collections.emptyIterator();
    private @Nullable ShownEntry entry; // the current record; null before the first one and once closed
    private boolean closed;
    private boolean counted;
    private long returned;
    private long returnedBytes;

    /**
     * The statistics to which a walk adds what it has read.
     *
     * @param counters of the engine
     * @param meter of the walk itself, or null if it is part of another operation
     * @param start what {@link OperationMeter#begin} said
     */
    record Figures(EngineCounters counters, @Nullable OperationMeter meter, long start) {}

    LeasedScan(StateReader reader, VisibleScan scan, ReadStates.Lease lease, long limit, Figures figures) {
        this.reader = reader;
        this.scan = scan;
        this.lease = lease;
        this.limit = limit;
        this.figures = figures;
    }

    private LeasedScan(StateReader reader) {
        this.reader = reader;
        this.scan = null;
        this.lease = null;
        this.limit = 0;
        this.figures = null;
    }

    /** A walk over nothing, which holds nothing. */
    static LeasedScan empty(StateReader reader) {
        return new LeasedScan(reader);
    }

    /** Walks these ranges only, which lie within the bounds of the walk; before the first entry is asked for. */
    void restrictTo(List<StoreReader.Range> within) {
        ranges = within.iterator();
        if (scan != null && ranges.hasNext()) {
            StoreReader.Range first = ranges.next();
            scan.moveTo(first.start(), first.end());
        }
    }

    private boolean advance(VisibleScan in) {
        while (!in.next()) {
            if (!ranges.hasNext()) {
                return false;
            }
            StoreReader.Range next = ranges.next();
            in.moveTo(next.start(), next.end());
        }
        return true;
    }

    /** Throws if the walk, or what it reads, is closed. */
    void checkOpen() {
        if (closed) {
            throw new EngineClosedException("scan");
        }
        reader.checkOpen();
    }

    @Override
    public boolean next() {
        checkOpen();
        if (scan != null && returned < limit && advance(scan)) {
            ShownEntry shown = scan.current();
            if (entry != shown) {
                entry = shown;
            }
            returned++;
            returnedBytes += (long) shown.keyLength() + shown.valueLength();
            return true;
        }
        count();
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
    public int keyLength() {
        return current().keyLength();
    }

    @Override
    public int valueLength() {
        return current().valueLength();
    }

    @Override
    public int copyKey(byte[] to, int at) {
        ShownEntry shown = current();
        return ArrayTarget.copy(shown.keyArray(), shown.keyOffset(), shown.keyLength(), to, at);
    }

    @Override
    public int copyValue(byte[] to, int at) {
        ShownEntry shown = current();
        return ArrayTarget.copy(shown.valueArray(), shown.valueOffset(), shown.valueLength(), to, at);
    }

    @Override
    public long ts() {
        return current().ts();
    }

    @Override
    public long seqno() {
        return current().seqno();
    }

    @Override
    public long expireAt() {
        return current().expireAt();
    }

    /** Ends a walk whose owner has looked at the current record and not given it out: it does not count as read. */
    void closeBeforeCurrent() {
        ShownEntry shown = entry;
        if (shown != null && !counted) {
            returned--;
            returnedBytes -= (long) shown.keyLength() + shown.valueLength();
        }
        close();
    }

    FlowRecord record() {
        ShownEntry shown = current();
        if (shown.keyLength() == 0) {
            throw new CorruptionException("a table", -1, "an entry has no key; verify() says in which");
        }
        return new FlowRecord(shown.key(), shown.ts(), shown.expireAt(), shown.value());
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            entry = null;
            count();
            if (scan != null && lease != null) {
                scan.close();
                lease.close();
            }
        }
    }

    /** Adds the walk to the statistics: once, when it has reached its end, or when it is closed before. */
    private void count() {
        if (!counted && scan != null && figures != null) {
            counted = true;
            if (scan.expiredCount() > 0) {
                figures.counters().recordsExpired.add(scan.expiredCount());
            }
            if (figures.meter() != null) {
                figures.meter().end(figures.start(), returned, returnedBytes);
            }
        }
    }

    private ShownEntry current() {
        ShownEntry shown = entry;
        if (shown == null) {
            throw noEntry();
        }
        return shown;
    }

    private RuntimeException noEntry() {
        return closed
                ? new EngineClosedException("scan")
                : new IllegalStateException("no current entry: call next() first");
    }
}
