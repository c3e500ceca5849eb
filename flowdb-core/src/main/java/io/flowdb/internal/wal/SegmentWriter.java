package io.flowdb.internal.wal;

import io.flowdb.error.StorageException;
import io.flowdb.internal.frame.FileHeader;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.WritableFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Writes one WAL segment: a {@link FileHeader}, then frames.
 *
 * <p>The file is extended with zeros ahead of the frames if asked to, so that a sync need not record a new length.
 * Threads: one writer; {@link #sync} may run beside it. Errors: {@link io.flowdb.error.StorageException}. Source:
 * docs/format/wal.md, format 1.
 */
final class SegmentWriter implements AutoCloseable {
    /** "FlowWAL" and a zero byte. */
    static final long MAGIC = 0x004c_4157_776f_6c46L;

    static final int FORMAT = 1;
    static final String SUFFIX = ".wal";

    /* Doubling keeps small databases small and the share of commits that pay for zeros low. */
    private static final int MIN_EXTENT_BYTES = 128 << 10;
    private static final int MAX_EXTENT_BYTES = 4 << 20;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(128 << 10).asReadOnlyBuffer();

    private final WritableFile file;
    private final long number;
    private final boolean preallocate;
    private long position = FileHeader.BYTES;
    private long allocatedBytes = FileHeader.BYTES;

    private SegmentWriter(WritableFile file, long number, boolean preallocate) {
        this.file = file;
        this.number = number;
        this.preallocate = preallocate;
    }

    /** Creates the segment; its header and name are durable on return, so a later broken header is damage. */
    static SegmentWriter create(FileSystem fileSystem, Path directory, FileHeader header, boolean preallocate) {
        Path path = directory.resolve(name(header.number()));
        WritableFile file = fileSystem.create(path);
        try {
            file.write(ByteBuffer.wrap(header.encode(MAGIC, FORMAT)), 0);
            file.sync();
            fileSystem.syncDirectory(directory);
        } catch (RuntimeException | Error e) {
            try {
                file.close();
                fileSystem.delete(path); // its number is taken again if the log goes on
            } catch (StorageException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        return new SegmentWriter(file, header.number(), preallocate);
    }

    static String name(long number) {
        return String.format(Locale.ROOT, "%010d%s", number, SUFFIX);
    }

    long number() {
        return number;
    }

    /** Length of header and frames, without the zeros behind them. */
    long sizeBytes() {
        return position;
    }

    /** Hands whole frames to the operating system. */
    void write(List<ByteBuffer> frames) {
        long end = position;
        for (ByteBuffer frame : frames) {
            end += frame.remaining();
        }
        if (preallocate && end > allocatedBytes) {
            allocate(end);
        }
        long at = position;
        for (ByteBuffer frame : frames) {
            int length = frame.remaining();
            file.write(frame, at);
            at += length;
        }
        position = at;
    }

    /**
     * Takes away what a failed {@link #write} may have left behind the frames, durably: the first frames of a group may
     * be whole, and recovery takes them for written.
     */
    void cutToWritten() {
        file.truncate(position);
        allocatedBytes = position;
        sync();
    }

    /** Makes everything written durable. */
    void sync() {
        file.sync();
    }

    /** Cuts off the zeros and closes the file. */
    @Override
    public void close() {
        try (file) {
            if (allocatedBytes > position) {
                file.truncate(position);
            }
        }
    }

    /**
     * Closes all the files, as they are but for that of {@code whole}. The first that cannot be closed says why when
     * the others are.
     */
    static void closeAll(List<SegmentWriter> segments, @Nullable SegmentWriter whole) {
        RuntimeException failed = null;
        for (SegmentWriter segment : segments) {
            try {
                if (segment == whole) {
                    segment.close();
                } else {
                    segment.file.close();
                }
            } catch (RuntimeException e) {
                failed = failed == null ? e : failed;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private void allocate(long needed) {
        long extent = Math.max(MIN_EXTENT_BYTES, Math.min(MAX_EXTENT_BYTES, allocatedBytes));
        long target = Math.max(needed, allocatedBytes + extent);
        for (long at = allocatedBytes; at < target; ) {
            ByteBuffer zeros = ZEROS.duplicate();
            zeros.limit((int) Math.min(zeros.capacity(), target - at));
            file.write(zeros, at);
            at += zeros.limit();
        }
        allocatedBytes = target;
    }
}
