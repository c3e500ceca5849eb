package io.flowdb.benchmarks.spring.jpa;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.EnumSet;
import java.util.Set;
import org.h2.store.fs.FilePathWrapper;

/**
 * Files of H2 whose writes have reached the disk when they return ({@code O_DSYNC}). A database in one is named by
 * {@code jdbc:h2:forced:/path}, after {@code FilePath.register(new ForcedFilePath())}.
 */
public final class ForcedFilePath extends FilePathWrapper {
    /*
     * H2 2.4 itself forces nothing at a commit. With WRITE_DELAY=0 a commit writes one chunk in the committing thread,
     * by one write call, and does not sync it; ACCESS_MODE_DATA is not obeyed by its MVStore, which opens its file as
     * "rw" always (h2database issue 2599). CHECKPOINT SYNC would force it, but is a statement of its own after each
     * commit. A write that forces itself is the least that a durable commit can cost here.
     */

    /** Scheme of the names. */
    public static final String SCHEME = "forced";

    private static final Set<StandardOpenOption> WRITE = EnumSet.of(
            StandardOpenOption.READ, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.DSYNC);

    @Override
    public String getScheme() {
        return SCHEME;
    }

    @Override
    public FileChannel open(String mode) throws IOException {
        Path file = Path.of(unwrap().toString());
        return mode.equals("r") ? FileChannel.open(file, StandardOpenOption.READ) : FileChannel.open(file, WRITE);
    }
}
