package io.flowdb;

import io.flowdb.error.EngineClosedException;
import java.util.Optional;

/** A {@link Snapshot} of an {@link Engine}: a pinned sequence number and moment. */
final class EngineSnapshot extends StateReader implements Snapshot {
    private final Engine engine;
    private final SnapshotRegistry registry;
    private final SnapshotRegistry.Pin pin;
    private volatile boolean closed; // set once

    EngineSnapshot(Engine engine, EngineParts parts) {
        super(parts.states(), parts.counters());
        this.engine = engine;
        this.registry = parts.snapshots();
        this.pin = registry.pin();
    }

    @Override
    void checkOpen() {
        engine.checkOpen();
        if (closed) {
            throw new EngineClosedException("snapshot");
        }
    }

    @Override
    long visibleSeqno() {
        return pin.seqno();
    }

    @Override
    long nowMicros() {
        return pin.nowMicros();
    }

    @Override
    public Optional<FlowRecord> get(byte[] key, long ts) {
        return getRecord(key, ts);
    }

    @Override
    public int get(byte[] key, long ts, byte[] into) {
        return getInto(key, ts, into);
    }

    @Override
    public Optional<FlowRecord> getLatest(byte[] key) {
        return latestRecord(key);
    }

    @Override
    public RecordScan scan(Query query) {
        return scanRecords(query);
    }

    @Override
    public RecordCursor cursor(Query query) {
        return cursorOver(query);
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            registry.unpin(pin);
        }
    }
}
