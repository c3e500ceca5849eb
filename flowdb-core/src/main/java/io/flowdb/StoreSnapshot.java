package io.flowdb;

/** One pinned state of an {@link OrderedStore}: unaffected by later commits, flushes and compactions. Close it soon. */
public interface StoreSnapshot extends StoreReader, AutoCloseable {

    /** Releases the state. Idempotent; later reads throw {@link io.flowdb.error.EngineClosedException}. */
    @Override
    void close();
}
