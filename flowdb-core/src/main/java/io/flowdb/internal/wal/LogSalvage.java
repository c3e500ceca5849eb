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
import java.util.List;
import java.util.function.Consumer;
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
    private final Consumer<String> problems;
    private long lastNumber;

    /** The end of the last frame so far, and where it stands in its segment; -1 before there is one. */
    private End end = new End(0, -1, 0);

    /** Frames that are gone if any follow them: without these they are the torn end. */
    private @Nullable String gap;

    private LogSalvage(FileSystem fileSystem, Path directory, WalVisitor visitor, Consumer<String> problems) {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.visitor = visitor;
        this.problems = problems;
    }

    /**
     * Hands the frames of all segments from number {@code firstSegment} on to {@code visitor}, in their order, and a
     * line for each damage, with file and offset, to {@code problems}. A number of 0 stands for the oldest segment that
     * there is.
     *
     * @throws UnsupportedFormatException if a segment is of a newer format
     */
    public static void read(
            FileSystem fileSystem, Path directory, long firstSegment, WalVisitor visitor, Consumer<String> problems) {
        LogSalvage salvage = new LogSalvage(fileSystem, directory, visitor, problems);
        List<Long> numbers = WalRecovery.numbers(fileSystem, directory);
        numbers.removeIf(number -> number < firstSegment);
        if (numbers.isEmpty()) {
            return;
        }
        salvage.lastNumber = numbers.get(numbers.size() - 1);
        if (firstSegment != 0 && numbers.get(0) != firstSegment) {
            salvage.problem(firstSegment, -1, "segment is missing, but segment " + numbers.get(0) + " exists");
        }
        numbers.forEach(salvage::readSegment);
    }

    /** A frame that is not empty, and where it stands. */
    private record Found(Frame frame, byte[] payload, long offset) {}

    /** A place behind a frame. */
    private record End(long number, long lsn, long offset) {}

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
            for (Found found = next(reader, number); found != null; found = next(reader, number)) {
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
            problems.accept(String.valueOf(e.getMessage()));
            return null;
        }
    }

    private @Nullable FrameReader reader(ReadableFile file, long number) {
        long baseLsn = baseLsn(file, number);
        if (baseLsn < 0) {
            return null;
        }
        if (end.lsn >= 0 && baseLsn != end.lsn && gap == null) {
            boolean whole = number > end.number + 1; // what is gone are the segments behind it
            gap = line(
                    whole ? end.number + 1 : end.number,
                    whole ? -1 : end.offset,
                    "frames from log position " + end.lsn + " to " + baseLsn + " are gone");
        }
        return new FrameReader(file, new FileHeader(number, baseLsn));
    }

    private @Nullable Found next(FrameReader reader, long number) {
        return readable(() -> {
            do {
                for (Frame frame = reader.peek(); frame != null; frame = reader.peek()) {
                    Found found = new Found(frame, reader.payload(frame), reader.position());
                    reader.skip(frame);
                    tellGap();
                    if (frame.length() > 0) {
                        return found;
                    }
                }
                end = new End(number, reader.lsn(), reader.position());
            } while (passOverDamage(reader, number));
            return null;
        });
    }

    private void tellGap() {
        if (gap != null) {
            problems.accept(gap);
            gap = null;
        }
    }

    /** Log position of the first frame; -1 if the segment holds none. */
    private long baseLsn(ReadableFile file, long number) {
        if (WalRecovery.isBeingMade(file)) {
            if (number < lastNumber) {
                problem(number, 0, "segment header is missing, later segments exist");
            }
            return -1;
        }
        FileHeader header = readable(() -> FileHeader.decode(
                file.readExactly(0, FileHeader.BYTES), SegmentWriter.MAGIC, SegmentWriter.FORMAT, file.name()));
        if (header != null && header.number() == number) {
            return header.baseLsn();
        }
        if (header != null) {
            problem(number, 16, "the header is that of segment " + header.number());
        }
        return FrameReader.baseLsnOf(file);
    }

    private boolean passOverDamage(FrameReader reader, long number) {
        long from = reader.position();
        if (!reader.toNextWhole()) {
            return false;
        }
        problem(number, from, "no whole frame from here to " + reader.position());
        return true;
    }

    private void problem(long number, long offset, String detail) {
        problems.accept(line(number, offset, detail));
    }

    private String line(long number, long offset, String detail) {
        String file = directory.resolve(SegmentWriter.name(number)).toString();
        return String.valueOf(new CorruptionException(file, offset, detail).getMessage());
    }
}
