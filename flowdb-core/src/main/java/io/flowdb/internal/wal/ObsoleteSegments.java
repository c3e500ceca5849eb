package io.flowdb.internal.wal;

import io.flowdb.error.StorageException;
import io.flowdb.internal.io.FileSystem;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Segments that the manifest has left behind, until their files are gone. Threads: one at a time. */
final class ObsoleteSegments {
    private final FileSystem fileSystem;
    private final Path directory;
    private final List<Long> numbers = new ArrayList<>();

    ObsoleteSegments(FileSystem fileSystem, Path directory) {
        this.fileSystem = fileSystem;
        this.directory = directory;
    }

    void add(long number) {
        numbers.add(number);
    }

    /** Deletes their files. What cannot be deleted is tried again by the next call. */
    void delete() {
        @Nullable StorageException failed = null;
        for (Iterator<Long> rest = numbers.iterator(); rest.hasNext(); ) {
            try {
                fileSystem.delete(directory.resolve(SegmentWriter.name(rest.next())));
                rest.remove();
            } catch (StorageException e) {
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
