package io.flowdb;

import io.flowdb.testing.FaultyFileSystem;

/** Opens an engine on a file system that tests control, for tests of the layers above. */
public final class EngineOnFiles {
    private EngineOnFiles() {}

    /** As {@link Engine#open}, on {@code files}. */
    public static Engine open(Config config, FaultyFileSystem files) {
        return EngineOpening.open(config, files);
    }
}
