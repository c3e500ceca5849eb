package io.flowdb.internal.io;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import io.flowdb.error.EngineClosedException;
import io.flowdb.error.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A file that survives interrupts. The JDK closes a {@link FileChannel} when a thread is interrupted inside it; here
 * the channel is opened again and the operation repeated, with the interrupt kept for the caller; where the file may
 * have lost its name, a second channel reads on.
 *
 * <p>Threads: any. Positional operations only, so repeating one is harmless.
 */
final class NioFile implements WritableFile, ReadableFile {
    /*
     * A sync must not be repeated. One that has failed, unseen as its channel was closed meanwhile, may have taken the
     * error with it: the system marks the pages clean and tells each descriptor once, so the next sync succeeds with
     * nothing on the disk (Rebello et al. 2020). The JDK's asynchronous channel is closed by no interrupt, and its
     * force() works in the thread of the caller. It is opened with the file, so no error of a write since is missed,
     * and a sync never is what finds too many files open.
     */
    /* Larger transfers are cut, as the JDK keeps one direct buffer of the largest size a thread has used. */
    private static final int MAX_TRANSFER_BYTES = 1 << 20;

    /** How a file is opened. */
    enum Mode {
        READ,
        /** For reading, also when its name is gone: others may delete it. */
        READ_NAMELESS,
        WRITE,
        CREATE
    }

    /** One operation on the open channel. */
    private interface ChannelOperation<T> {
        T run(FileChannel channel) throws IOException;
    }

    private final Path path;
    private final Mode mode;
    private final ReentrantLock reopenLock = new ReentrantLock(); // rank 90, docs/concurrency.md

    private volatile FileChannel channel; // replaced after an interrupt; read without the lock

    /** For syncs, and for reads of a file that could not be opened again; null if there are none. */
    private final @Nullable AsynchronousFileChannel lastingChannel;

    @GuardedBy("reopenLock")
    private boolean closed;

    private NioFile(Path path, Mode mode, FileChannel channel, @Nullable AsynchronousFileChannel lastingChannel) {
        this.path = path;
        this.mode = mode;
        this.channel = channel;
        this.lastingChannel = lastingChannel;
    }

    /** Opens, or creates, a file; one that cannot be opened for syncs as well is not left behind. */
    static NioFile open(Path path, Mode mode) {
        FileChannel channel = openChannel(
                path,
                mode == Mode.CREATE
                        ? Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW)
                        : reopenOptions(mode));
        try {
            return new NioFile(path, mode, channel, mode == Mode.READ ? null : openLastingChannel(path, mode));
        } catch (IOException e) {
            StorageException failure = failure("open", path, e);
            try (channel) {
                if (mode == Mode.CREATE) {
                    Files.delete(path);
                }
            } catch (IOException suppressed) {
                failure.addSuppressed(suppressed);
            }
            throw failure;
        }
    }

    private static AsynchronousFileChannel openLastingChannel(Path path, Mode mode) throws IOException {
        return AsynchronousFileChannel.open(
                path, mode == Mode.READ_NAMELESS ? StandardOpenOption.READ : StandardOpenOption.WRITE);
    }

    @Override
    public void write(ByteBuffer source, long position) {
        int start = source.position();
        int end = source.limit();
        run("write to", c -> {
            source.limit(end).position(start);
            long at = position;
            while (source.position() < end) {
                source.limit(source.isDirect() ? end : Math.min(end, source.position() + MAX_TRANSFER_BYTES));
                at += c.write(source, at);
            }
            return at;
        });
    }

    @Override
    public int read(ByteBuffer target, long position) {
        int start = target.position();
        int end = target.limit();
        return run("read", c -> {
            target.limit(end).position(start);
            while (target.position() < end) {
                target.limit(Math.min(end, target.position() + MAX_TRANSFER_BYTES));
                if (read(c, target, position + target.position() - start) < 0) {
                    break;
                }
            }
            target.limit(end);
            return target.position() - start;
        });
    }

    /**
     * What to read from where an interrupt has closed the channel and the name may be gone; null if the channel serves.
     */
    private @Nullable AsynchronousFileChannel lastingInsteadOf(FileChannel broken) {
        return mode == Mode.READ_NAMELESS && !broken.isOpen() ? lastingChannel : null;
    }

    private int read(FileChannel from, ByteBuffer target, long position) throws IOException {
        AsynchronousFileChannel lasting = lastingInsteadOf(from);
        return lasting == null ? from.read(target, position) : readLasting(lasting, target, position);
    }

    /** Slower, as another thread reads, but no interrupt closes the channel. */
    private static int readLasting(AsynchronousFileChannel from, ByteBuffer target, long position) throws IOException {
        Future<Integer> read = from.read(target, position);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return read.get();
                } catch (InterruptedException e) {
                    interrupted = true; // the buffer is still being filled
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException cause ? cause : new IOException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public void sync() {
        try {
            Objects.requireNonNull(lastingChannel, "opened for reading").force(false);
        } catch (ClosedChannelException e) {
            throw new EngineClosedException("file " + path);
        } catch (IOException e) {
            throw failure("sync", path, e);
        }
    }

    @Override
    public void truncate(long bytes) {
        run("truncate", c -> c.truncate(bytes));
    }

    @Override
    public long size() {
        return run("get the size of", c -> {
            AsynchronousFileChannel lasting = lastingInsteadOf(c);
            return lasting == null ? c.size() : lasting.size();
        });
    }

    @Override
    public String name() {
        return path.toString();
    }

    @Override
    public void close() {
        reopenLock.lock();
        try {
            closed = true;
            try (AsynchronousFileChannel both = lastingChannel) {
                channel.close();
            }
        } catch (IOException e) {
            throw new StorageException("Cannot close " + path + ": " + e, e);
        } finally {
            reopenLock.unlock();
        }
    }

    private <T> T run(String what, ChannelOperation<T> operation) {
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                FileChannel current = channel;
                try {
                    return operation.run(current);
                } catch (ClosedChannelException e) {
                    reopen(current);
                } catch (IOException e) {
                    throw failure(what, path, e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** What an operation that failed is reported as. */
    static StorageException failure(String what, Path path, IOException cause) {
        String message = "Cannot " + what + " " + path + ": " + cause;
        if (isTooManyFiles(cause, () -> canOpen(path.toAbsolutePath().getRoot()))) {
            return StorageException.tooManyFiles(message, cause);
        }
        Path directory = path.toAbsolutePath().getParent();
        boolean full = isDiskFull(
                cause, () -> directory == null ? Long.MAX_VALUE : NioFileSystem.INSTANCE.usableBytes(directory));
        return new StorageException(message, cause, full);
    }

    /*
     * The JDK has no type for it. These are the texts of the C library (EMFILE, ENFILE) in English. Where they are in
     * another language, it is an error without a type of its own, and a directory that always exists cannot be opened
     * either.
     */
    static boolean isTooManyFiles(IOException e, BooleanSupplier canOpenAnything) {
        return String.valueOf(e.getMessage()).contains("Too many open files")
                || e.getClass() == FileSystemException.class && !canOpenAnything.getAsBoolean();
    }

    private static boolean canOpen(@Nullable Path directory) {
        if (directory == null) {
            return true;
        }
        try (FileChannel opened = FileChannel.open(directory, StandardOpenOption.READ)) {
            return opened.isOpen();
        } catch (IOException e) {
            return e.getClass() != FileSystemException.class; // Windows opens no directories, and says so by a type
        }
    }

    /*
     * The JDK has no type for it; these are the texts of the C library (ENOSPC, EDQUOT) and of Windows. Both speak the
     * language of the user: then the volume is asked, unless a type says what it was.
     */
    static boolean isDiskFull(IOException e, LongSupplier usableBytes) {
        String text = String.valueOf(e.getMessage());
        if (text.contains("No space left on device")
                || text.contains("Disk quota exceeded")
                || text.contains("not enough space on the disk")) {
            return true;
        }
        boolean known = e instanceof FileSystemException && e.getClass() != FileSystemException.class;
        return !known && !text.contains("Input/output error") && usableBytes.getAsLong() < MAX_TRANSFER_BYTES;
    }

    private void reopen(FileChannel broken) {
        reopenLock.lock();
        try {
            if (closed) {
                throw new EngineClosedException("file " + path);
            }
            if (channel == broken && mode != Mode.READ_NAMELESS) {
                channel = openChannel(path, reopenOptions(mode));
            }
        } finally {
            reopenLock.unlock();
        }
    }

    private static FileChannel openChannel(Path path, Set<? extends OpenOption> options) {
        try {
            return FileChannel.open(path, options, NioFileSystem.ownerOnly(path, "rw-------"));
        } catch (IOException e) {
            throw failure("open", path, e); // a new file may be what finds the disk full
        }
    }

    private static Set<? extends OpenOption> reopenOptions(Mode mode) {
        return Set.of(
                mode == Mode.READ || mode == Mode.READ_NAMELESS ? StandardOpenOption.READ : StandardOpenOption.WRITE);
    }
}
