package io.flowdb;

/** Per-call settings of a write. */
public enum WriteOptions {
    /** As {@code Config.walSyncMode} says. */
    DEFAULT,
    /** Return only after the write is on stable storage, whatever the sync mode. */
    SYNC,
    /**
     * Return once the operating system has the bytes; with {@link SyncMode#always()} a later synced write covers it.
     */
    NO_SYNC
}
