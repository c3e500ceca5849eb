package io.flowdb.internal.manifest;

import io.flowdb.internal.sstable.SstReader;
import io.flowdb.internal.storage.SstStorage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open table that several {@link SstSet}s may share. The file is closed when no set holds it any more, and deleted then if the
 * manifest has dropped it. Threads: any.
 */
public final class Sst {
    private final SstMeta meta;
    private final SstReader reader;
    private final SstStorage storage;
    private final AtomicInteger references = new AtomicInteger();
    private volatile boolean obsolete; // set once, before the last reference goes

    /** An open table that nothing holds yet. */
    public Sst(SstMeta meta, SstReader reader, SstStorage storage) {
        this.meta = meta;
        this.reader = reader;
        this.storage = storage;
    }

    /** What the manifest knows of it. */
    public SstMeta meta() {
        return meta;
    }

    /** Reads it; only while a set that holds the table is held. */
    public SstReader reader() {
        return reader;
    }

    /** Says that the manifest has dropped the table. */
    public void markObsolete() {
        obsolete = true;
    }

    void retain() {
        references.incrementAndGet();
    }

    void release() {
        if (references.decrementAndGet() == 0) {
            reader.close();
            if (obsolete) {
                storage.delete(meta.id());
            }
        }
    }
}
