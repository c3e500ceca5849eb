package io.flowdb;

import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstMeta;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.storage.SstStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes a copy of a database: a directory with links to, or copies of, given tables and a manifest that names them.
 * Stateless but for the file system.
 */
final class Checkpointer {
    private final FileSystem fileSystem;
    private final Path source;

    Checkpointer(FileSystem fileSystem, Path source) {
        this.fileSystem = fileSystem;
        this.source = source;
    }

    /**
     * One that fails takes away what it has made.
     *
     * @param flushedSeqno the tables hold all commits up to there, which may have left nothing in them; the copy gives
     *     none of these numbers again
     */
    void copy(SstSet tables, long flushedSeqno, long nextFileId, Path target) {
        CopyTarget copy = CopyTarget.claim(fileSystem, target);
        try {
            copy(tables, flushedSeqno, nextFileId, copy);
        } catch (RuntimeException | Error e) {
            copy.remove(e);
            throw e;
        }
    }

    private void copy(SstSet tables, long flushedSeqno, long nextFileId, CopyTarget target) {
        SstStorage from = new SstStorage(fileSystem, source.resolve(EngineOpening.TABLES));
        List<SstMeta> metas = new ArrayList<>();
        long flushed = flushedSeqno;
        for (Sst table : tables.tables()) {
            long id = table.meta().id();
            fileSystem.linkOrCopy(from.path(id), target.table(id));
            metas.add(table.meta());
            flushed = Math.max(flushed, table.meta().properties().maxSeqno());
        }
        target.finish(new ManifestEdit(metas, List.of(), 1, flushed, nextFileId));
    }
}
