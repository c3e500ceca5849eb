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
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Objects;
import java.util.Properties;
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
     * another class loader: the registry is the system properties, which hold texts only.
     */
    private static final Properties HELD = System.getProperties();
    private static final String PROPERTY_PREFIX = "flowdb.locked.";

    private final String key;
    private final FileChannel channel;
    private final FileLock lock;

    private DirectoryLock(String key, FileChannel channel, FileLock lock) {
        this.key = key;
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
        String key;
        try {
            key = PROPERTY_PREFIX + directory.toRealPath();
        } catch (IOException e) {
            throw new StorageException("Cannot resolve " + directory + ": " + e, e);
        }
        Object holder = HELD.putIfAbsent(key, content);
        if (holder != null) {
            throw locked(directory, holder.toString());
        }
        boolean held = false;
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    lockFile,
                    java.util.Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE),
                    NioFileSystem.ownerOnly(lockFile, "rw-------"));
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw locked(directory, readContent(lockFile));
            }
            ByteBuffer bytes = ByteBuffer.wrap(content.getBytes(StandardCharsets.US_ASCII));
            channel.truncate(0);
            channel.write(bytes, 0);
            held = true;
            return new DirectoryLock(key, channel, lock);
        } catch (OverlappingFileLockException e) {
            throw locked(directory, readContent(lockFile));
        } catch (ClosedByInterruptException e) {
            throw e;
        } catch (IOException e) {
            throw NioFile.failure("lock", lockFile, e);
        } finally {
            if (!held) {
                HELD.remove(key, content);
                closeQuietly(channel);
            }
        }
    }

    @Override
    public void close() {
        try (channel) {
            lock.release();
        } catch (IOException e) {
            throw new StorageException("Cannot release lock " + key + ": " + e, e);
        } finally {
            HELD.remove(key);
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
    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                return;
            }
        }
    }
}
