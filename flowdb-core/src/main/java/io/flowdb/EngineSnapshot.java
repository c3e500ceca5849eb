package io.flowdb;

import io.flowdb.error.EngineClosedException;

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
    public void close() {
        if (!closed) {
            closed = true;
            registry.unpin(pin);
        }
    }
}
