package io.flowdb.benchmarks.measure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Bytes this process has handed to write calls so far, native libraries included: log, flush and compaction of whatever
 * engine runs in it. Source: {@code wchar} in {@code /proc/self/io}; elsewhere than on Linux there is no figure.
 */
public final class WrittenBytes {
    private static final Path PROC_IO = Path.of("/proc/self/io");
    private static final String FIELD = "wchar: ";

    private WrittenBytes() {}

    /** The counter now, or empty where the system has none. */
    public static OptionalLong now() {
        try {
            for (String line : Files.readAllLines(PROC_IO)) {
                if (line.startsWith(FIELD)) {
                    return OptionalLong.of(Long.parseLong(line.substring(FIELD.length())));
                }
            }
            return OptionalLong.empty();
        } catch (NoSuchFileException e) {
            return OptionalLong.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
