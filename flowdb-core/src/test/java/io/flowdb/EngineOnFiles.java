package io.flowdb;

import io.flowdb.testing.FaultyFileSystem;
import java.nio.file.Path;
import java.util.function.BiFunction;

/** Opens, and salvages, on a file system that tests control, for tests of the layers above. */
public final class EngineOnFiles {
    private EngineOnFiles() {}

    /** As {@link Engine#open}, on {@code files}. */
    public static Engine open(Config config, FaultyFileSystem files) {
        return EngineOpening.open(config, files);
    }

    /** As {@link Salvage#mended}, on {@code files}. */
    public static <R> R salvage(
            FaultyFileSystem files, Path damaged, Path target, BiFunction<Engine, SalvageReport, R> step) {
        return Salvage.mended(files, damaged, target, step);
    }
}
