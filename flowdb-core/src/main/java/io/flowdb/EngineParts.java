package io.flowdb;

import io.flowdb.error.FlowDbException;
import io.flowdb.error.StorageException;
import io.flowdb.internal.compaction.TableStore;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.wal.Wal;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;

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

    /** Makes durable what the log was handed, and counts it if there was anything. */
    void syncLog() {
        long start = System.nanoTime();
        if (wal.sync()) {
            counters.synced(System.nanoTime() - start);
        }
    }

    /**
     * Records an edit that makes the tables {@code made} live; it is durable on return. After a failure, if the
     * manifest is known not to name the tables (a full disk, for one), they are deleted. If that is not known, they are
     * closed and stay for the next open to judge, and {@code onManifestFailure} is called, which must stop all writes.
     */
    void record(ManifestEdit edit, List<Sst> made, Consumer<FlowDbException> onManifestFailure) {
        try {
            manifest.apply(edit);
        } catch (FlowDbException e) {
            if (manifest.hasFailed()) {
                onManifestFailure.accept(e);
                made.forEach(t -> t.reader().close());
            } else {
                tables.discard(made);
            }
            throw e;
        }
    }

    /**
     * Changes the read state as an edit of the manifest says; {@code change} returns the state it replaced. If it
     * fails, for want of memory, no later edit may be made: it would be made from the tables that readers see and leave
     * the others live, whose deleted records would be back at the next open.
     */
    void show(Supplier<ReadState> change, Consumer<FlowDbException> onManifestFailure) {
        StorageException lost = new StorageException("Readers do not see what the manifest records", null);
        ReadState replaced = null;
        try {
            replaced = change.get();
        } finally {
            if (replaced == null) {
                manifest.fail(lost);
                onManifestFailure.accept(lost);
            }
        }
        replaced.retire();
    }

    /**
     * After a change of the set of tables: decides anew which indexes, locators and filters are kept in memory, and
     * reads what is missing.
     */
    void shareIndexMemory() {
        try (ReadStates.Lease lease = states.lease()) {
            tables.settle(lease.state().ssts());
        }
    }
}
