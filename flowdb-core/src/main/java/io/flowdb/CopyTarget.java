package io.flowdb;

import static io.flowdb.internal.base.Arguments.check;

import io.flowdb.error.StorageException;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.WritableFile;
import io.flowdb.internal.manifest.Manifest;
import io.flowdb.internal.manifest.ManifestEdit;
import io.flowdb.internal.manifest.ManifestState;
import io.flowdb.internal.storage.SstStorage;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The directory that a checkpoint or a salvage fills, and what it has made there.
 *
 * <p>It belongs to one call at a time: who creates the file {@code COPYING} in it, and then the directory of the
 * tables. Other calls find one of the two and make, and delete, nothing; no engine opens it, but that of the call
 * itself. The manifest gets its name last, and then the file is taken away, so a directory without a manifest is
 * unfinished. Threads: one.
 */
final class CopyTarget {
    static final String CLAIM = "COPYING";

    private static final String VACANT = "a missing or empty directory";

    private final FileSystem fileSystem;
    private final Path directory;
    private final SstStorage tables;
    private final Deque<Path> made = new ArrayDeque<>(); // the last one first

    /** Whether the directory may have a manifest, or what an engine has made there. */
    private boolean finishing;

    private CopyTarget(FileSystem fileSystem, Path directory) {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.tables = new SstStorage(fileSystem, directory.resolve(EngineOpening.TABLES));
    }

    /**
     * Takes a directory, missing or empty, for this call alone, and makes that of the tables in it.
     *
     * @throws IllegalArgumentException if it is not vacant, or another call fills it
     */
    static CopyTarget claim(FileSystem fileSystem, Path directory) {
        check(fileSystem.isVacant(directory), "target", directory, VACANT);
        fileSystem.createDurably(directory);
        CopyTarget target = new CopyTarget(fileSystem, directory);
        Path claim = directory.resolve(CLAIM);
        try {
            try (WritableFile file = create(fileSystem, directory, claim)) {
                target.made.push(claim);
            }
            target.createTables();
            return target;
        } catch (RuntimeException | Error e) {
            target.remove(e);
            throw e;
        }
    }

    /** Refuses a directory that another call fills, or filled until a crash. */
    static void checkNone(FileSystem fileSystem, Path directory) {
        if (!Manifest.exists(fileSystem, directory) && fileSystem.exists(directory.resolve(CLAIM))) {
            throw new StorageException(
                    directory + " is being filled by a checkpoint or a salvage, or by one that a crash has ended: "
                            + "then delete it, and make the copy again",
                    null);
        }
    }

    private static WritableFile create(FileSystem fileSystem, Path directory, Path claim) {
        try {
            return fileSystem.create(claim);
        } catch (StorageException e) {
            check(fileSystem.isVacant(directory), "target", directory, VACANT);
            throw e;
        }
    }

    private void createTables() {
        Path path = directory.resolve(EngineOpening.TABLES);
        boolean alone = fileSystem.list(directory).size() == 1 && !fileSystem.exists(path);
        check(alone, "target", directory, VACANT);
        fileSystem.createDurably(path);
        made.push(path);
    }

    /** Where the table of this id is to be made; it is taken away if the call fails. */
    Path table(long id) {
        Path path = tables.path(id);
        made.push(path);
        return path;
    }

    /** Takes away what was made of a table. */
    void deleteTable(long id) {
        tables.delete(id);
    }

    /** Starts the file of a table. */
    WritableFile createTable(long id) {
        return fileSystem.create(table(id));
    }

    /** Makes what is there a database. */
    void finish(ManifestEdit all) {
        finishing = true;
        tables.syncDirectory();
        Manifest.write(fileSystem, directory, ManifestState.EMPTY.apply(all));
        fileSystem.delete(directory.resolve(CLAIM));
    }

    /** Makes what is there a database once the step has had it in an engine; gives what the step gives. */
    <R extends @Nullable Object> R finish(ManifestEdit all, Config config, Function<Engine, R> step) {
        finishing = true;
        tables.syncDirectory();
        Manifest.writeUnfinished(fileSystem, directory, ManifestState.EMPTY.apply(all));
        R result;
        try (Engine engine = EngineOpening.openUnfinished(config, fileSystem)) {
            result = step.apply(engine);
        }
        Manifest.finish(fileSystem, directory);
        fileSystem.delete(directory.resolve(CLAIM));
        return result;
    }

    /**
     * Takes away all that was made: links to tables would keep their space after the database has dropped them, and the
     * directory could not be used again. One that an engine has opened by then stays, as it is that engine's.
     */
    void remove(Throwable cause) {
        try {
            if (finishing) {
                if (Manifest.exists(fileSystem, directory) && !takeBack()) {
                    return;
                }
                Manifest.delete(fileSystem, directory);
                pushAllOf(EngineOpening.LOG);
                pushAllOf(EngineOpening.TABLES);
            }
        } catch (Exception e) {
            cause.addSuppressed(e);
            return;
        }
        for (Path path : made) {
            try {
                fileSystem.delete(path);
            } catch (StorageException e) {
                cause.addSuppressed(e);
            }
        }
    }

    /** Takes the manifest away again, which anyone may have found; false if an engine has. */
    private boolean takeBack() throws Exception {
        Path lockFile = directory.resolve(EngineOpening.LOCK);
        if (fileSystem.exists(lockFile)) {
            return false;
        }
        try (AutoCloseable lock = fileSystem.lock(lockFile)) {
            made.push(lockFile);
            Manifest.delete(fileSystem, directory);
            fileSystem.syncDirectory(directory); // a power cut must not leave it without the rest
        }
        return true;
    }

    private void pushAllOf(String part) {
        Path path = directory.resolve(part);
        made.push(path);
        fileSystem.list(path).forEach(name -> made.push(path.resolve(name)));
    }
}
