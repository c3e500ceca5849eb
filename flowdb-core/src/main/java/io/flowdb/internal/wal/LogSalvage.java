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

    private void readSegment(long number) {
        try (ReadableFile file = fileSystem.open(directory.resolve(SegmentWriter.name(number)))) {
            long baseLsn = baseLsn(file, number);
            if (baseLsn < 0) {
                return;
            }
            if (endLsn >= 0 && baseLsn != endLsn) {
                problem(file, FileHeader.BYTES, "frames from log position " + endLsn + " to " + baseLsn + " are gone");
            }
            FrameReader reader = new FrameReader(file, new FileHeader(number, baseLsn));
            do {
                readFrames(reader, file);
                endLsn = reader.lsn();
            } while (passOverDamage(reader, file));
        } catch (UnsupportedFormatException e) {
            throw e;
        } catch (FlowDbException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
    }

    /** Log position of the first frame; -1 if the segment holds none. */
    private long baseLsn(ReadableFile file, long number) {
        if (file.size() <= FileHeader.BYTES) {
            return -1; // it was being made
        }
        try {
            FileHeader header = FileHeader.decode(
                    file.readExactly(0, FileHeader.BYTES), SegmentWriter.MAGIC, SegmentWriter.FORMAT, file.name());
            if (header.number() == number) {
                return header.baseLsn();
            }
            problem(file, 16, "the header is that of segment " + header.number());
        } catch (UnsupportedFormatException e) {
            throw e;
        } catch (FlowDbException e) {
            problems.add(String.valueOf(e.getMessage()));
        }
        return FrameReader.baseLsnOf(file);
    }

    private void readFrames(FrameReader reader, ReadableFile file) {
        for (Frame frame = reader.peek(); frame != null; frame = reader.peek()) {
            if (frame.length() > 0) {
                visitor.frame(frame.tag(), reader.payload(frame), file.name(), reader.position());
            }
            reader.skip(frame);
        }
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
