package io.flowdb;

import java.util.Optional;

/**
 * The engine's state at one moment: later commits, flushes, compactions and expiry do not change what it returns. Records that
 * had not expired when it was taken stay visible. Holds back the reclaiming of space: close it soon. Threads: any.
 */
public interface Snapshot extends StoreSnapshot {

    /** The version (key, ts). */
    Optional<FlowRecord> get(byte[] key, long ts);

    /** The alive version of {@code key} with the highest ts. */
    Optional<FlowRecord> getLatest(byte[] key);

    /** A lazy walk; close it. */
    RecordScan scan(Query query);
}
