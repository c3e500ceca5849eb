package io.flowdb;

import io.flowdb.internal.base.Keys;
import java.util.Optional;

/**
 * The engine's state at one moment: later commits, flushes, compactions and expiry do not change what it returns.
 * Records that had not expired when it was taken stay visible. Holds back the reclaiming of space: close it soon.
 * Threads: any.
 */
public interface Snapshot extends StoreSnapshot {

    /** The version (key, ts). */
    Optional<FlowRecord> get(byte[] key, long ts);

    /** As {@link Engine#get(byte[], long, byte[])}. */
    int get(byte[] key, long ts, byte[] into);

    /** The alive version of {@code key} with the highest ts. */
    Optional<FlowRecord> getLatest(byte[] key);

    /** The version (key, ts); the key is taken as UTF-8. */
    default Optional<FlowRecord> get(String key, long ts) {
        return get(Keys.utf8(key), ts);
    }

    /** As {@link Engine#get(byte[], long, byte[])}; the key is taken as UTF-8. */
    default int get(String key, long ts, byte[] into) {
        return get(Keys.utf8(key), ts, into);
    }

    /** The alive version of {@code key}, taken as UTF-8, with the highest ts. */
    default Optional<FlowRecord> getLatest(String key) {
        return getLatest(Keys.utf8(key));
    }

    /** A lazy walk; close it. */
    RecordScan scan(Query query);

    /** The same walk without an object for each record; close it. */
    RecordCursor cursor(Query query);
}
