package io.flowdb.json;

import io.flowdb.CommitOutcome;
import io.flowdb.Engine;
import io.flowdb.OrderedStore;
import io.flowdb.Preconditions;
import io.flowdb.StoreReader;
import io.flowdb.StoreSnapshot;
import io.flowdb.WriteBatch;
import io.flowdb.WriteOptions;

/** Passes everything on to an engine, as a store does that counts or traces calls. Threads: any. */
class PassThroughStore implements OrderedStore {
    private final Engine engine;

    PassThroughStore(Engine engine) {
        this.engine = engine;
    }

    @Override
    public StoreReader latest() {
        return engine.latest();
    }

    @Override
    public StoreSnapshot snapshot() {
        return engine.snapshot();
    }

    @Override
    public CommitOutcome commit(WriteBatch batch, Preconditions preconditions, WriteOptions options) {
        return engine.commit(batch, preconditions, options);
    }

    @Override
    public long lastSeqno() {
        return engine.lastSeqno();
    }

    @Override
    public Limits limits() {
        return engine.limits();
    }

    @Override
    public Capabilities capabilities() {
        return engine.capabilities();
    }

    @Override
    public Object identity() {
        return engine.identity();
    }
}
