package io.flowdb.internal.io;

import io.flowdb.error.StorageException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The real file system, through {@code java.nio}. */
public final class NioFileSystem implements FileSystem {
    /** For a directory that is this process's own. */
    public static final NioFileSystem INSTANCE = new NioFileSystem(NioFile.Mode.READ);

    /** For reading in a directory whose files another process may delete; those that are open can be read on. */
    public static final NioFileSystem BESIDE_WRITER = new NioFileSystem(NioFile.Mode.READ_NAMELESS);

    private final NioFile.Mode readMode;

    private NioFileSystem(NioFile.Mode readMode) {
        this.readMode = readMode;
    }

    @Override
    public WritableFile create(Path file) {
        return NioFile.open(file, NioFile.Mode.CREATE);
    }

    @Override
    public WritableFile openForWrite(Path file) {
        return NioFile.open(file, NioFile.Mode.WRITE);
    }

    @Override
    public ReadableFile open(Path file) {
        return NioFile.open(file, readMode);
    }

    @Override
    public boolean exists(Path path) {
        return Files.exists(path);
    }

    @Override
    public boolean isVacant(Path path) {
        if (!Files.isDirectory(path)) {
            return !Files.exists(path, LinkOption.NOFOLLOW_LINKS);
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        } catch (UncheckedIOException e) {
            throw NioFile.failure("list", path, Objects.requireNonNull(e.getCause()));
        } catch (IOException e) {
            throw NioFile.failure("list", path, e);
        }
    }

    @Override
    public boolean isWithin(Path path, Path directory) {
        if (path.startsWith(directory)) {
            return true;
        }
        Path known = path.toAbsolutePath();
        while (known != null && !Files.exists(known)) {
            known = known.getParent();
        }
        if (known == null || !Files.exists(directory)) {
            return false;
        }
        try {
            for (Path above = known.toRealPath(); above != null; above = above.getParent()) {
                if (Files.isSameFile(above, directory)) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw NioFile.failure("look at", path, e);
        }
    }

    @Override
    public List<String> list(Path directory) {
        if (!Files.isDirectory(directory)) {
            if (Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw new StorageException("Cannot list " + directory + ": no directory, or out of reach", null);
            }
            return List.of();
        }
        try (Stream<Path> entries = Files.list(directory)) {
            /*
             * A file that cannot be looked at is there all the same: left out, it would be a part of the log that
             * nobody misses.
             */
            return entries.filter(p -> !Files.isDirectory(p))
                    .map(p -> p.getFileName().toString())
                    .collect(Collectors.toList());
        } catch (UncheckedIOException e) {
            throw NioFile.failure("list", directory, Objects.requireNonNull(e.getCause())); // it broke off
        } catch (IOException e) {
            throw NioFile.failure("list", directory, e);
        }
    }

    @Override
    public void delete(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw new StorageException("Cannot delete " + file + ": " + e, e);
        }
    }

    @Override
    public void renameDurably(Path from, Path to) {
        Path directory = Objects.requireNonNull(to.toAbsolutePath().getParent(), "a root has no other name");
        /* Opened before anything is renamed, as that is what may find too many files open. */
        try (AsynchronousFileChannel opened = openDirectory(directory)) {
            move(from, to);
            if (opened != null) {
                opened.force(false);
            }
        } catch (IOException e) {
            throw new StorageException("Cannot sync directory " + directory + ": " + e, e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new StorageException("Volume of " + to + " cannot rename in one step, which FlowDB needs", e);
        } catch (IOException e) {
            throw NioFile.failure("rename " + from + " to", to, e);
        }
    }

    @Override
    public void linkOrCopy(Path from, Path to) {
        try {
            Files.createLink(to, from);
        } catch (FileAlreadyExistsException e) {
            throw new StorageException("Cannot link " + to + ": it exists", e);
        } catch (IOException | UnsupportedOperationException noLinks) {
            copy(from, to);
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to);
        } catch (IOException e) {
            throw NioFile.failure("copy " + from + " to", to, e);
        }
        try (NioFile copied = NioFile.open(to, NioFile.Mode.WRITE)) {
            copied.sync();
        }
    }

    @Override
    public void createDirectories(Path directory) {
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectories(directory, ownerOnly(directory, "rwx------"));
            }
        } catch (IOException e) {
            throw NioFile.failure("create directory", directory, e);
        }
    }

    @Override
    public void syncDirectory(Path directory) {
        try (AsynchronousFileChannel opened = openDirectory(directory)) {
            if (opened != null) {
                opened.force(false);
            }
        } catch (IOException e) {
            throw NioFile.failure("sync directory", directory, e);
        }
    }

    /* Windows cannot open a directory as a file; NTFS journals directory changes itself. */
    private static @Nullable AsynchronousFileChannel openDirectory(Path directory) {
        try {
            return isWindows() ? null : AsynchronousFileChannel.open(directory, StandardOpenOption.READ);
        } catch (IOException e) {
            throw NioFile.failure("open directory", directory, e);
        }
    }

    @Override
    public long usableBytes(Path directory) {
        try {
            return Files.getFileStore(directory).getUsableSpace();
        } catch (IOException e) {
            return Long.MAX_VALUE;
        }
    }

    @Override
    public AutoCloseable lock(Path lockFile) {
        return DirectoryLock.acquire(lockFile);
    }

    /** Permissions for a new file or directory; none where the volume has no POSIX permissions. */
    static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
        if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return new FileAttribute<?>[0];
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    private static boolean isWindows() {
        return java.io.File.separatorChar == '\\';
    }
}
