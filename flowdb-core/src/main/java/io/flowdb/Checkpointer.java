package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.error.StorageException;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.ManifestState;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstMeta;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.storage.SstStorage;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
     * The manifest is written last, so a directory without one is an unfinished checkpoint. One that fails takes away
     * what it has made.
     *
     * @param flushedSeqno the tables hold all commits up to there, which may have left nothing in them; the copy gives
     *     none of these numbers again
     */
    void copy(SstSet tables, long flushedSeqno, long nextFileId, Path target) {
        check(fileSystem.isVacant(target), "target", target, "a missing or empty directory");
        Deque<Path> made = new ArrayDeque<>(); // the last one first
        try {
            make(tables, flushedSeqno, nextFileId, target, made);
        } catch (RuntimeException | Error e) {
            remove(made, e);
            throw e;
        }
    }

    private void make(SstSet tables, long flushedSeqno, long nextFileId, Path target, Deque<Path> made) {
        SstStorage from = new SstStorage(fileSystem, source.resolve("sst"));
        Path directory = target.resolve("sst");
        SstStorage to = new SstStorage(fileSystem, directory);
        fileSystem.createDurably(target);
        made.push(directory);
        fileSystem.createDurably(directory);
        List<SstMeta> metas = new ArrayList<>();
        long flushed = flushedSeqno;
        for (Sst table : tables.tables()) {
            Path file = to.path(table.meta().id());
            fileSystem.linkOrCopy(from.path(table.meta().id()), file);
            made.push(file); // not before: one that is there already is another's
            metas.add(table.meta());
            flushed = Math.max(flushed, table.meta().properties().maxSeqno());
        }
        to.syncDirectory();
        ManifestEdit all = new ManifestEdit(metas, List.of(), 1, flushed, nextFileId);
        Manifest.names().forEach(name -> made.push(target.resolve(name)));
        Manifest.write(fileSystem, target, ManifestState.EMPTY.apply(all));
    }

    /**
     * Links to tables would keep their space after the database has dropped them, and the target could not be used
     * again.
     */
    private void remove(Deque<Path> made, Throwable cause) {
        for (Path path : made) {
            try {
                fileSystem.delete(path);
            } catch (StorageException e) {
                cause.addSuppressed(e);
            }
        }
    }
}
