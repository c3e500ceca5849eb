package io.flowdb.internal.io;

import io.flowdb.error.DatabaseLockedException;
import io.flowdb.error.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.HashSet;
import java.util.Objects;
import java.util.Properties;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * The lock of one data directory: an operating system lock, which ends with the process however it ends, and an entry
 * in a registry of this JVM, as such locks do not exclude a second holder in the same process.
 *
 * <p>The file holds {@code pid=<number>\nsince=<ISO-8601>\n} for the message that others get; its content decides
 * nothing.
 */
final class DirectoryLock implements AutoCloseable {
    /*
     * On POSIX systems closing any channel of a file ends this process's locks on it, whoever took them. So a directory
     * held in this process must be recognised before its lock file is opened, also by a second copy of this class in
     * another class loader: the registry is the system properties, which hold texts only. A directory can have several
     * real paths, as by a bind mount or a new name, so the lock file has an entry of its own, by what the volume knows
     * it by. Where that still does not tell, the channel stays open as long as the other holder's.
     */
    private static final Properties HELD = System.getProperties();
    private static final String PROPERTY_PREFIX = "flowdb.locked.";

    /** Channels of lock files that others hold in this JVM: open until one is used to take the lock, and released. */
    private static final Queue<Stranded> STRANDED = new ConcurrentLinkedQueue<>();

    private final Claims claims;
    private final @Nullable String file;
    private final FileChannel channel;
    private final FileLock lock;

    private record Stranded(String file, FileChannel channel) {}

    private DirectoryLock(Claims claims, @Nullable String file, FileChannel channel, FileLock lock) {
        this.claims = claims;
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    static DirectoryLock acquire(Path lockFile) {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try {
                    return tryAcquire(lockFile);
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Throws {@link ClosedByInterruptException}, with nothing held, if it has to be tried again. */
    private static DirectoryLock tryAcquire(Path lockFile) throws ClosedByInterruptException {
        Path directory = Objects.requireNonNull(lockFile.toAbsolutePath().getParent(), "lock file has no directory");
        String content = "pid=" + ProcessHandle.current().pid() + "\nsince=" + Instant.now() + "\n";
        Claims claims = new Claims(directory, content);
        boolean held = false;
        try {
            claims.add(directory.toRealPath().toString());
            String file = fileKey(lockFile);
            FileChannel stranded = null;
            if (file != null) {
                claims.add(file);
                stranded = takeStranded(file);
            }
            DirectoryLock lock = lock(lockFile, directory, stranded != null ? stranded : open(lockFile), claims);
            held = true;
            return lock;
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw NioFile.failure("lock", lockFile, e);
        } finally {
            if (!held) {
                claims.release();
            }
        }
    }

    private static FileChannel open(Path lockFile) throws IOException {
        return FileChannel.open(
                lockFile,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                NioFileSystem.ownerOnly(lockFile, "rw-------"));
    }

    private static DirectoryLock lock(Path lockFile, Path directory, FileChannel channel, Claims claims)
            throws IOException {
        boolean mine = false;
        boolean held = false;
        String file = null;
        try {
            file = fileKey(lockFile);
            if (file != null) {
                claims.add(file); // that of a file just made, by this opening or by another
            }
            FileLock lock = channel.tryLock();
            mine = true;
            if (lock == null) {
                throw locked(directory, readContent(lockFile));
            }
            channel.truncate(0);
            channel.write(ByteBuffer.wrap(claims.content.getBytes(StandardCharsets.US_ASCII)), 0);
            held = true;
            return new DirectoryLock(claims, file, channel, lock);
        } catch (OverlappingFileLockException e) {
            throw locked(directory, "pid=" + ProcessHandle.current().pid());
        } finally {
            if (!mine && file != null) {
                STRANDED.add(new Stranded(file, channel));
            } else if (!held) {
                closeQuietly(channel);
            }
        }
    }

    /** Says which file this is, by whatever name; null if there is none or the volume gives no such key. */
    private static @Nullable String fileKey(Path file) throws IOException {
        try {
            Object key = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
            return key == null ? null : "file." + key;
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    /** A channel to use again, by who has the claim on the file; null if there is none. */
    private static @Nullable FileChannel takeStranded(String file) {
        for (Stranded stranded : STRANDED) {
            if (stranded.file.equals(file) && STRANDED.remove(stranded) && stranded.channel.isOpen()) {
                return stranded.channel;
            }
        }
        return null;
    }

    /** Called by who has the claim on the file and has just released its lock, so nobody here has one. */
    private static void closeStranded(String file) {
        for (FileChannel channel = takeStranded(file); channel != null; channel = takeStranded(file)) {
            closeQuietly(channel);
        }
    }

    @Override
    public void close() {
        try (channel) {
            lock.release();
        } catch (IOException e) {
            throw new StorageException("Cannot release lock of " + claims.directory + ": " + e, e);
        } finally {
            if (file != null) {
                closeStranded(file);
            }
            claims.release();
        }
    }

    /** The entries of the registry that one opening has. Threads: one. */
    private static final class Claims {
        private final Path directory;
        private final String content;
        private final Set<String> keys = new HashSet<>();

        Claims(Path directory, String content) {
            this.directory = directory;
            this.content = content;
        }

        /** Throws {@link DatabaseLockedException} if another opening has this entry. */
        void add(String name) {
            String key = PROPERTY_PREFIX + name;
            if (!keys.contains(key)) {
                Object holder = HELD.putIfAbsent(key, content);
                if (holder != null) {
                    throw locked(directory, holder.toString());
                }
                keys.add(key);
            }
        }

        void release() {
            keys.forEach(HELD::remove);
        }
    }

    private static DatabaseLockedException locked(Path directory, String content) {
        long pid = -1;
        String since = "unknown";
        for (String line : content.split("\n")) {
            if (line.matches("pid=\\d{1,18}")) {
                pid = Long.parseLong(line.substring(4));
            } else if (line.startsWith("since=")) {
                since = line.substring(6);
            }
        }
        return new DatabaseLockedException(directory.toString(), pid, since);
    }

    private static String readContent(Path lockFile) {
        try {
            return Files.readString(lockFile, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /* Only on the way to another exception, which must not be hidden. */
    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            return;
        }
    }
}
