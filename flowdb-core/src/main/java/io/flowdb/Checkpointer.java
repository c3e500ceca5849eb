package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.ManifestState;
import io.flowdb.internal.manifest.Sst;
import io.flowdb.internal.manifest.SstMeta;
import io.flowdb.internal.manifest.SstSet;
import io.flowdb.internal.storage.SstStorage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Makes a second directory that holds what some tables hold. Stateless but for the file system. */
final class Checkpointer {
    private final FileSystem fileSystem;
    private final Path source;

    Checkpointer(FileSystem fileSystem, Path source) {
        this.fileSystem = fileSystem;
        this.source = source;
    }

    /** The manifest is written last, so a directory without one is an unfinished checkpoint. */
    void copy(SstSet tables, long nextFileId, Path target) {
        check(fileSystem.isVacant(target), "target", target, "a missing or empty directory");
        SstStorage from = new SstStorage(fileSystem, source.resolve("sst"));
        SstStorage to = new SstStorage(fileSystem, target.resolve("sst"));
        fileSystem.createDurably(target);
        fileSystem.createDurably(target.resolve("sst"));
        List<SstMeta> metas = new ArrayList<>();
        long flushed = 0;
        for (Sst table : tables.tables()) {
            fileSystem.linkOrCopy(
                    from.path(table.meta().id()), to.path(table.meta().id()));
            metas.add(table.meta());
            flushed = Math.max(flushed, table.meta().properties().maxSeqno());
        }
        to.syncDirectory();
        ManifestEdit all = new ManifestEdit(metas, List.of(), 1, flushed, nextFileId);
        Manifest.write(fileSystem, target, ManifestState.EMPTY.apply(all));
    }
}
