package io.flowdb;

/** What became of a conditional commit. */
public sealed interface CommitOutcome {

    /**
     * The batch is committed.
     *
     * @param seqno of the last operation of the batch; for an empty batch the newest visible number
     */
    record Committed(long seqno) implements CommitOutcome {}

    /**
     * Something was written after the preconditions' sequence number; nothing was stored.
     *
     * @param precondition position of the failed one, counted over keys first, then ranges, in the order they were
     *     added
     */
    record Conflict(int precondition) implements CommitOutcome {}
}
