package io.flowdb.internal.manifest;

import io.flowdb.internal.sstable.SstReader;
import io.flowdb.internal.storage.SstStorage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An open table that several {@link SstSet}s may share. The file is closed when no set holds it any more, and deleted
 * then if the manifest has dropped it. Threads: any.
 */
public final class Sst {
    private final SstMeta meta;
    private final Shared shared;

    /** The open file: one for all tables that stand for it, on whatever level. */
    private static final class Shared {
        private final SstReader reader;
        private final SstStorage storage;
        private final AtomicInteger references = new AtomicInteger();
        private volatile boolean obsolete; // set once, before the last reference goes

        Shared(SstReader reader, SstStorage storage) {
            this.reader = reader;
            this.storage = storage;
        }
    }

    /** An open table that nothing holds yet. */
    public Sst(SstMeta meta, SstReader reader, SstStorage storage) {
        this(meta, new Shared(reader, storage));
    }

    private Sst(SstMeta meta, Shared shared) {
        this.meta = meta;
        this.shared = shared;
    }

    /**
     * The same file as a table of another level. It is closed, and deleted if it is obsolete, when nothing holds
     * either.
     */
    public Sst atLevel(int level) {
        return new Sst(new SstMeta(meta.id(), level, meta.fileBytes(), meta.properties()), shared);
    }

    /** What the manifest knows of it. */
    public SstMeta meta() {
        return meta;
    }

    /** Reads it; only while a set that holds the table is held. */
    public SstReader reader() {
        return shared.reader;
    }

    /** Says that the manifest has dropped the file. */
    public void markObsolete() {
        shared.obsolete = true;
    }

    void retain() {
        shared.references.incrementAndGet();
    }

    void release() {
        if (shared.references.decrementAndGet() == 0) {
            shared.reader.close();
            if (shared.obsolete) {
                shared.storage.discard(meta.id());
            }
        }
    }
}
