package io.flowdb;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.FlowDbException;
import io.flowdb.internal.base.KeyHash;
import io.flowdb.internal.base.RangeTombstone;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.memtable.Memtable;
import io.flowdb.internal.merge.RetainedCursor;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Turns frozen memtables into tables, oldest first. A failed flush changes nothing: memtable and log stay, and it is tried again.
 * Threads: any; one flush at a time.
 */
final class Flusher {
    private final EngineParts parts;
    private final Consumer<FlowDbException> onManifestFailure;
    private final ReentrantLock flushLock = new ReentrantLock(); // rank 5, docs/concurrency.md

    @GuardedBy("flushLock")
    private @Nullable FlowDbException lastFailure;

    private volatile boolean healthy = true; // mirrors lastFailure for readers without the lock

    /** {@code onManifestFailure} must stop all writes: what the manifest says on disk is then unknown. */
    Flusher(EngineParts parts, Consumer<FlowDbException> onManifestFailure) {
        this.parts = parts;
        this.onManifestFailure = onManifestFailure;
    }

    /** Flushes the oldest frozen memtable; false if there is none. */
    boolean flushOldest() {
        flushLock.lock();
        try {
            List<Memtable> frozen = parts.states().current().frozen();
            if (frozen.isEmpty()) {
                return false;
            }
            try {
                flush(frozen.get(frozen.size() - 1));
                lastFailure = null;
                healthy = true;
                return true;
            } catch (FlowDbException e) {
                lastFailure = e;
                healthy = false;
                throw e;
            }
        } finally {
            flushLock.unlock();
        }
    }

    /** Why the last try failed, or null if it succeeded. */
    @Nullable
    FlowDbException lastFailure() {
        if (healthy) {
            return null;
        }
        flushLock.lock();
        try {
            return lastFailure;
        } finally {
            flushLock.unlock();
        }
    }

    @GuardedBy("flushLock")
    private void flush(Memtable memtable) {
        long start = System.nanoTime();
        Sst table;
        try (ReadStates.Lease lease = parts.states().lease()) {
            OlderTables older = new OlderTables(lease.state().ssts());
            RetainedCursor entries = new RetainedCursor(
                    memtable.cursor(), memtable.tombstones(), parts.snapshots().retention(), older);
            table = parts.tables().write(entries, 0);
            parts.counters().recordsExpired.add(entries.expiredCount());
        }
        List<Sst> added = table == null ? List.of() : List.of(table);
        try {
            record(added, memtable.maxSeqno());
        } catch (FlowDbException e) {
            onManifestFailure.accept(e);
            /* The manifest may or may not name the table now, so its file stays; the next open decides. */
            added.forEach(t -> t.reader().close());
            throw e;
        }
        parts.states().flushed(memtable, added);
        parts.wal().deleteUpTo(memtable.maxSeqno());
        parts.counters().flushed(table == null ? 0 : table.meta().fileBytes(), System.nanoTime() - start);
    }

    private void record(List<Sst> added, long flushedSeqno) {
        parts.manifest()
                .apply(new ManifestEdit(
                        added.stream().map(Sst::meta).toList(),
                        List.of(),
                        parts.wal().firstSegmentAfter(flushedSeqno),
                        flushedSeqno,
                        parts.tables().nextId()));
    }

    /** All tables are older than a memtable that is being flushed: the oldest one goes first. */
    private record OlderTables(SstSet ssts) implements RetainedCursor.OlderData {
        @Override
        public boolean mayExist(byte[] key, int offset, int length) {
            byte[] exact = Arrays.copyOfRange(key, offset, offset + length);
            long hash = KeyHash.of(exact, 0, exact.length);
            for (Sst table : ssts.tables()) {
                if (Reads.contains(table.meta().properties(), exact)
                        && table.reader().mayContainKey(exact, hash)) {
                    return true;
                }
            }
            return false;
        }

        @Override
        public boolean mayExist(RangeTombstone range) {
            return !ssts.overlapping(range.start(), range.end()).isEmpty();
        }
    }
}
