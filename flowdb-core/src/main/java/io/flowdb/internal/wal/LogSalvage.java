package io.flowdb.internal.wal;

import io.flowdb.error.CorruptionException;
import io.flowdb.error.FlowDbException;
import io.flowdb.error.UnsupportedFormatException;
import io.flowdb.internal.frame.FileHeader;
import io.flowdb.internal.frame.Frame;
import io.flowdb.internal.frame.FrameReader;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.ReadableFile;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads every whole frame of a damaged log, also behind the damage. What is torn at the very end of the log is no
 * damage: a crash leaves that. Changes no file. Threads: one.
 */
public final class LogSalvage {
    private final FileSystem fileSystem;
    private final Path directory;
    private final WalVisitor visitor;
    private final List<String> problems = new ArrayList<>();
    private long endLsn = -1;

    private LogSalvage(FileSystem fileSystem, Path directory, WalVisitor visitor) {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.visitor = visitor;
    }

    /**
     * Hands the frames of all segments from number {@code firstSegment} on to {@code visitor}, in their order.
     *
     * @return a line for each damage, with file and offset
     * @throws UnsupportedFormatException if a segment is of a newer format
     */
    public static List<String> read(FileSystem fileSystem, Path directory, long firstSegment, WalVisitor visitor) {
        LogSalvage salvage = new LogSalvage(fileSystem, directory, visitor);
        for (long number : WalRecovery.numbers(fileSystem, directory)) {
            if (number >= firstSegment) {
                salvage.readSegment(number);
            }
        }
        return salvage.problems;
    }

    /** A frame that is not empty, and where it stands. */
    private record Found(Frame frame, byte[] payload, long offset) {}

    /** What the visitor throws is no damage. */
    private void readSegment(long number) {
        ReadableFile opened = readable(() -> fileSystem.open(directory.resolve(SegmentWriter.name(number))));
        if (opened == null) {
            return;
        }
        try (ReadableFile file = opened) {
            FrameReader reader = readable(() -> reader(file, number));
            if (reader == null) {
                return;
            }
            for (Found found = next(reader, file); found != null; found = next(reader, file)) {
                visitor.frame(found.frame.tag(), found.payload, file.name(), found.offset);
            }
        }
    }

    /** What a step reads, or null if that is damaged. */
    private <T> @Nullable T readable(Supplier<@Nullable T> step) {
        try {
            return step.get();
        } catch (UnsupportedFormatException e) {
            throw e;
        } catch (FlowDbException e) {
            if (e.retryable()) {
                throw e; // too many open files, which says nothing of the bytes
            }
            problems.add(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable FrameReader reader(ReadableFile file, long number) {
        long baseLsn = baseLsn(file, number);
        if (baseLsn < 0) {
            return null;
        }
        if (endLsn >= 0 && baseLsn != endLsn) {
            problem(file, FileHeader.BYTES, "frames from log position " + endLsn + " to " + baseLsn + " are gone");
        }
        return new FrameReader(file, new FileHeader(number, baseLsn));
    }

    private @Nullable Found next(FrameReader reader, ReadableFile file) {
        return readable(() -> {
            do {
                for (Frame frame = reader.peek(); frame != null; frame = reader.peek()) {
                    Found found = new Found(frame, reader.payload(frame), reader.position());
                    reader.skip(frame);
                    if (frame.length() > 0) {
                        return found;
                    }
                }
                endLsn = reader.lsn();
            } while (passOverDamage(reader, file));
            return null;
        });
    }

    /** Log position of the first frame; -1 if the segment holds none. */
    private long baseLsn(ReadableFile file, long number) {
        if (file.size() <= FileHeader.BYTES) {
            return -1; // it was being made
        }
        FileHeader header = readable(() -> FileHeader.decode(
                file.readExactly(0, FileHeader.BYTES), SegmentWriter.MAGIC, SegmentWriter.FORMAT, file.name()));
        if (header != null && header.number() == number) {
            return header.baseLsn();
        }
        if (header != null) {
            problem(file, 16, "the header is that of segment " + header.number());
        }
        return FrameReader.baseLsnOf(file);
    }

    private boolean passOverDamage(FrameReader reader, ReadableFile file) {
        long from = reader.position();
        if (!reader.toNextWhole()) {
            return false;
        }
        problem(file, from, "no whole frame from here to " + reader.position());
        return true;
    }

    private void problem(ReadableFile file, long offset, String detail) {
        problems.add(String.valueOf(new CorruptionException(file.name(), offset, detail).getMessage()));
    }
}
