package io.flowdb.testing;

import io.flowdb.Config;
import io.flowdb.SyncMode;
import java.nio.file.Path;

/**
 * Settings with which a few operations make log segments, tables and blocks enough to be cut anywhere. Nothing runs in
 * the background.
 */
public final class TinyFiles {
    private TinyFiles() {}

    public static Config.Builder in(Path directory, SyncMode mode) {
        return Config.builder()
                .dataDir(directory)
                .walSyncMode(mode)
                .memtableSize(64 << 10)
                .maxFrozenMemtables(64)
                .walSegmentSize(64 << 10)
                .blockSize(2048)
                .blockCacheCapacity(64 << 10)
                .autoBackground(false);
    }
}
