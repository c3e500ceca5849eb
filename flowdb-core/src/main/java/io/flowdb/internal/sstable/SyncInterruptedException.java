package io.flowdb.internal.sstable;

/** An interrupt has broken off the sync of a new table. Whether the disk took what it covered is unknown, so the table must be written anew. */
public final class SyncInterruptedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SyncInterruptedException(long fileId) {
        super("sync of new table " + fileId);
    }
}
