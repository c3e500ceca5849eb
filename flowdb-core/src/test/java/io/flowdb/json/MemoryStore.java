package io.flowdb.json;

import io.flowdb.BatchContents;
import io.flowdb.CommitOutcome;
import io.flowdb.FlowRecord;
import io.flowdb.OrderedStore;
import io.flowdb.Preconditions;
import io.flowdb.StoreCursor;
import io.flowdb.StoreReader;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;
import io.flowdb.error.EngineClosedException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** An ordered store that keeps every version of every key in memory, with an injectable clock. */
final class MemoryStore implements OrderedStore {
    /** A value from {@code seqno} on; null for a delete. */
    private record Version(long seqno, byte[] value, long expireAt) {}

    private record DeletedRange(long seqno, byte[] start, byte[] end) {}

    private final NavigableMap<byte[], List<Version>> data = new ConcurrentSkipListMap<>(Arrays::compareUnsigned);
    private final List<DeletedRange> deletedRanges = new CopyOnWriteArrayList<>();
    private final LongSupplier clockMicros;
    private long nextSeqno = 1;
    private volatile long lastSeqno;
    final AtomicLong commits = new AtomicLong();
    final AtomicLong gets = new AtomicLong();
    final AtomicLong valuesRead = new AtomicLong();
    final AtomicLong keysWalked = new AtomicLong();
    final AtomicLong openSnapshots = new AtomicLong();
    final AtomicLong openWalks = new AtomicLong();
    volatile Runnable beforeCommit = () -> {};
    volatile Limits limits = new Limits(65_535, 256 << 20, 1L << 30);
    /** Told of each commit. */
    volatile Consumer<WriteBatch> committed = batch -> {};
    /** Runs when a walk begins. */
    volatile Runnable duringScan = () -> {};
    /** Runs at each step of a walk. */
    volatile Runnable duringStep = () -> {};

    MemoryStore() {
        this(() -> System.currentTimeMillis() * 1000);
    }

    MemoryStore(LongSupplier clockMicros) {
        this.clockMicros = clockMicros;
    }

    /** What a crash at this moment would leave. */
    synchronized MemoryStore image() {
        MemoryStore copy = new MemoryStore(clockMicros);
        data.forEach((key, versions) -> copy.data.put(key, new CopyOnWriteArrayList<>(versions)));
        copy.deletedRanges.addAll(deletedRanges);
        copy.nextSeqno = nextSeqno;
        copy.lastSeqno = lastSeqno;
        return copy;
    }

    @Override
    public StoreReader latest() {
        return new Reader(-1);
    }

    @Override
    public StoreSnapshot snapshot() {
        openSnapshots.incrementAndGet();
        return new Snapshot(lastSeqno);
    }

    @Override
    public CommitOutcome commit(WriteBatch batch, Preconditions preconditions, WriteOptions options) {
        beforeCommit.run();
        synchronized (this) {
            int failed = firstFailed(preconditions);
            if (failed >= 0) {
                return new CommitOutcome.Conflict(failed);
            }
            for (BatchContents.Operation operation : BatchContents.of(batch)) {
                apply(operation, nextSeqno++);
            }
            lastSeqno = nextSeqno - 1;
            commits.incrementAndGet();
            committed.accept(batch);
            return new CommitOutcome.Committed(lastSeqno);
        }
    }

    private int firstFailed(Preconditions preconditions) {
        int position = 0;
        for (byte[] key : preconditions.keys()) {
            long since = preconditions.sinceSeqno(position);
            List<Version> versions = data.getOrDefault(key, List.of());
            boolean written = versions.stream().anyMatch(v -> v.seqno > since);
            boolean cleared = deletedRanges.stream()
                    .anyMatch(d -> d.seqno > since
                            && Arrays.compareUnsigned(d.start, key) <= 0
                            && Arrays.compareUnsigned(key, d.end) < 0);
            if (written || cleared) {
                return position;
            }
            position++;
        }
        long since = preconditions.sinceSeqno();
        for (Preconditions.Range range : preconditions.ranges()) {
            boolean written = range(range.start(), range.end()).values().stream()
                    .anyMatch(versions -> versions.stream().anyMatch(v -> v.seqno > since));
            boolean cleared = deletedRanges.stream()
                    .anyMatch(d -> d.seqno > since
                            && (range.end() == null || Arrays.compareUnsigned(d.start, range.end()) < 0)
                            && Arrays.compareUnsigned(range.start(), d.end) < 0);
            if (written || cleared) {
                return position;
            }
            position++;
        }
        return -1;
    }

    private void apply(BatchContents.Operation operation, long seqno) {
        switch (operation.op()) {
            case PUT -> versions(operation.key()).add(new Version(seqno, operation.value(), operation.expireAt()));
            case DELETE -> versions(operation.key()).add(new Version(seqno, null, FlowRecord.NEVER));
            case DELETE_RANGE -> {
                deletedRanges.add(new DeletedRange(seqno, operation.key(), operation.value()));
                range(operation.key(), operation.value())
                        .values()
                        .forEach(versions -> versions.add(new Version(seqno, null, FlowRecord.NEVER)));
            }
        }
    }

    private List<Version> versions(byte[] key) {
        return data.computeIfAbsent(key, k -> new CopyOnWriteArrayList<>());
    }

    private NavigableMap<byte[], List<Version>> range(byte[] start, byte[] end) {
        NavigableMap<byte[], List<Version>> from = start == null ? data : data.tailMap(start, true);
        if (end == null) {
            return from;
        }
        return start != null && Arrays.compareUnsigned(start, end) >= 0
                ? new ConcurrentSkipListMap<>(Arrays::compareUnsigned)
                : from.headMap(end, false);
    }

    @Override
    public long lastSeqno() {
        return lastSeqno;
    }

    @Override
    public Limits limits() {
        return limits;
    }

    private class Reader implements StoreReader {
        private final long pinned;
        private final long pinnedMicros;

        Reader(long pinned) {
            this.pinned = pinned;
            this.pinnedMicros = clockMicros.getAsLong();
        }

        long nowMicros() {
            return pinned < 0 ? clockMicros.getAsLong() : pinnedMicros;
        }

        @Override
        public long seqno() {
            return pinned < 0 ? lastSeqno : pinned;
        }

        void check() {}

        @Override
        public StoredValue get(byte[] key) {
            check();
            gets.incrementAndGet();
            Version version = visible(data.getOrDefault(key, List.of()), seqno(), nowMicros());
            return version == null ? null : new StoredValue(version.value.clone(), version.seqno, version.expireAt);
        }

        @Override
        public StoreCursor scanAll(List<Range> ranges) {
            check();
            duringScan.run();
            return new Cursor(
                    ranges.stream()
                            .flatMap(r -> range(r.start(), r.end()).entrySet().stream())
                            .iterator(),
                    seqno(),
                    nowMicros());
        }

        @Override
        public StoreCursor scan(byte[] start, byte[] end, boolean reverse) {
            check();
            duringScan.run();
            NavigableMap<byte[], List<Version>> range = range(start, end);
            return new Cursor(
                    (reverse ? range.descendingMap() : range).entrySet().iterator(), seqno(), nowMicros());
        }
    }

    private static Version visible(List<Version> versions, long seqno, long nowMicros) {
        Version newest = null;
        for (Version version : versions) {
            if (version.seqno <= seqno) {
                newest = version;
            }
        }
        boolean alive = newest != null && newest.value != null && newest.expireAt > nowMicros;
        return alive ? newest : null;
    }

    private final class Snapshot extends Reader implements StoreSnapshot {
        private boolean closed;

        Snapshot(long seqno) {
            super(seqno);
        }

        @Override
        void check() {
            if (closed) {
                throw new EngineClosedException("snapshot");
            }
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openSnapshots.decrementAndGet();
            }
        }
    }

    private final class Cursor implements StoreCursor {
        private final Iterator<Map.Entry<byte[], List<Version>>> entries;
        private final long seqno;
        private final long nowMicros;
        private byte[] key;
        private Version version;
        private boolean closed;

        Cursor(Iterator<Map.Entry<byte[], List<Version>>> entries, long seqno, long nowMicros) {
            this.entries = entries;
            this.seqno = seqno;
            this.nowMicros = nowMicros;
            openWalks.incrementAndGet();
        }

        @Override
        public boolean next() {
            keysWalked.incrementAndGet();
            duringStep.run();
            while (entries.hasNext()) {
                Map.Entry<byte[], List<Version>> entry = entries.next();
                version = visible(entry.getValue(), seqno, nowMicros);
                if (version != null) {
                    key = entry.getKey();
                    return true;
                }
            }
            return false;
        }

        @Override
        public byte[] key() {
            return key.clone();
        }

        @Override
        public byte[] value() {
            valuesRead.incrementAndGet();
            return version.value.clone();
        }

        @Override
        public long seqno() {
            return version.seqno;
        }

        @Override
        public long expireAt() {
            return version.expireAt;
        }

        @Override
        public void close() {
            if (!closed) {
                closed = true;
                openWalks.decrementAndGet();
            }
        }
    }

    List<byte[]> keys() {
        List<byte[]> keys = new ArrayList<>();
        try (StoreCursor cursor = latest().scan(null, null, false)) {
            while (cursor.next()) {
                keys.add(cursor.key());
            }
        }
        return keys;
    }
}
