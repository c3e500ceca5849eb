package io.flowdb;

import io.flowdb.internal.compaction.TableStore;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.wal.Wal;

/**
 * What flush, compaction and maintenance work on.
 *
 * @param states what readers see
 * @param tables makes and opens tables
 * @param manifest records which tables are live
 * @param wal the log
 * @param snapshots what readers still need
 * @param counters statistics
 */
record EngineParts(
        ReadStates states,
        TableStore tables,
        Manifest manifest,
        Wal wal,
        SnapshotRegistry snapshots,
        EngineCounters counters) {

    /** After a change of the set of tables: decides anew which indexes, locators and filters are kept in memory, and reads what is missing. */
    void shareIndexMemory() {
        try (ReadStates.Lease lease = states.lease()) {
            tables.settle(lease.state().ssts());
        }
    }
}
