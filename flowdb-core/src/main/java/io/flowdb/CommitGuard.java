package io.flowdb;

import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.memtable.Memtable;
import org.jspecify.annotations.Nullable;

/**
 * What must still hold when a batch commits. Asked once for the tables without a lock, then for the memtables under the
 * commit lock.
 */
interface CommitGuard {
    /** Nothing to check. */
    CommitGuard NONE = new CommitGuard() {
        @Override
        public long sinceSeqno() {
            return Long.MAX_VALUE;
        }

        @Override
        public @Nullable Violation check(Memtable memtable) {
            return null;
        }

        @Override
        public @Nullable Violation check(Sst table) {
            return null;
        }
    };

    /**
     * A change that breaks the guard.
     *
     * @param precondition position among the preconditions
     * @param seqno of the change
     */
    record Violation(int precondition, long seqno) {}

    /** Changes at or below this sequence number are known and allowed. */
    long sinceSeqno();

    /** A newer change in a memtable, or null. */
    @Nullable
    Violation check(Memtable memtable);

    /** A newer change in a table, or null. */
    @Nullable
    Violation check(Sst table);
}
