package io.flowdb.internal.sstable;

/** Entries do not come in internal order: what they were read from is damaged, though its checksums are right. */
public final class EntriesOutOfOrderException extends IllegalStateException {

    private static final long serialVersionUID = 1L;

    EntriesOutOfOrderException(long seqno) {
        super("entries are out of order at sequence number " + seqno);
    }
}
