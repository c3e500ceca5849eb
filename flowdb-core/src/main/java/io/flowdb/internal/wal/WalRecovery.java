package io.flowdb.internal.wal;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.frame.FileHeader;
import io.flowdb.internal.frame.Frame;
import io.flowdb.internal.frame.FrameReader;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.ReadableFile;
import io.flowdb.internal.io.WritableFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log at open. The frames form one chain of log positions over all segments; the chain ends where no whole
 * frame follows.
 *
 * <p>Rule for that end, at log position X: if any later frame was built when X had already been durable, bytes that
 * were on stable storage have changed, which is a {@link CorruptionException}. Otherwise X was never acknowledged, and
 * everything from X on is cut off, so that it cannot come back behind frames written later.
 */
final class WalRecovery {
    private static final int REWRITE_BYTES = 1 << 20;

    private final FileSystem fileSystem;
    private final Path directory;
    private final long firstSegment;
    private final WalVisitor visitor;
    private final List<SegmentInfo> segments = new ArrayList<>();
    private final List<Kept> kept = new ArrayList<>();
    /** What makes the files hold no more than was read, in an order that leaves a readable log after each step. */
    private final List<Runnable> repairs = new ArrayList<>();

    private long endLsn = -1;

    /** Some frame says that every byte before this log position was durable. */
    private long vouchedLsn;

    private long lastTag;

    /** A segment that stays, and the log positions of its first frame and behind its last one. */
    private record Kept(Path path, long baseLsn, long endLsn) {}

    /** What was found: the end of the chain, the next segment number, and the segments that hold frames. */
    record Result(long endLsn, long nextSegment, List<SegmentInfo> segments) {}

    WalRecovery(FileSystem fileSystem, Path directory, long firstSegment, WalVisitor visitor) {
        this.fileSystem = fileSystem;
        this.directory = directory;
        this.firstSegment = firstSegment;
        this.visitor = visitor;
    }

    /** Reads everything, and changes nothing. Once. */
    Result read() {
        return read(false);
    }

    /** The same beside a writer, which may have left the first segments behind since their number was read. */
    Result readBesideWriter() {
        return read(true);
    }

    private Result read(boolean firstMayBeGone) {
        List<Long> numbers = numbers(fileSystem, directory);
        for (long number : numbers) {
            if (number < firstSegment) {
                repairs.add(() -> fileSystem.delete(path(number)));
            }
        }
        numbers.removeIf(n -> n < firstSegment);
        if (!firstMayBeGone && !numbers.isEmpty() && numbers.get(0) != firstSegment) {
            throw new CorruptionException(
                    path(firstSegment).toString(), -1, "segment is missing, but segment " + numbers.get(0) + " exists");
        }
        boolean ended = false;
        for (int i = 0; i < numbers.size() && !ended; i++) {
            ended = readSegment(numbers, i);
        }
        long next = segments.isEmpty()
                ? firstSegment
                : segments.get(segments.size() - 1).number() + 1;
        return new Result(Math.max(0, endLsn), next, segments);
    }

    /** Removes what {@link #read} has not found part of the log, and makes the rest durable. */
    void repair() {
        repairs.forEach(Runnable::run);
        kept.forEach(this::makeDurable);
    }

    /** Reads one segment; true if the chain ends in it and later segments are to be ignored. */
    private boolean readSegment(List<Long> numbers, int index) {
        long number = numbers.get(index);
        Path path = path(number);
        try (ReadableFile file = fileSystem.open(path)) {
            FileHeader header = readHeader(file, number);
            if (header == null) {
                if (index + 1 < numbers.size()) {
                    throw new CorruptionException(file.name(), 0, "segment header is missing, later segments exist");
                }
                repairs.add(() -> drop(number));
                return true;
            }
            if (endLsn >= 0 && header.baseLsn() != endLsn) {
                throw new CorruptionException(
                        file.name(), 24, "segment begins at log position " + header.baseLsn() + ", expected " + endLsn);
            }
            FrameReader reader = new FrameReader(file, header);
            boolean any = readFrames(reader, file);
            endLsn = reader.lsn();
            boolean chainContinues = index + 1 < numbers.size() && baseLsnOf(numbers.get(index + 1)) == endLsn;
            if (!chainContinues) {
                checkNotDurable(reader, file, numbers, index);
                long end = reader.position();
                repairs.add(() -> cut(numbers, index, end));
            }
            if (any || chainContinues) {
                kept.add(new Kept(path, header.baseLsn(), endLsn));
                segments.add(new SegmentInfo(number, lastTag, reader.position()));
            } else {
                repairs.add(() -> drop(number));
            }
            return !chainContinues;
        }
    }

    private boolean readFrames(FrameReader reader, ReadableFile file) {
        boolean any = false;
        for (Frame frame = reader.peek(); frame != null; frame = reader.peek()) {
            if (frame.length() > 0) {
                visitor.frame(frame.tag(), reader.payload(frame), file.name(), reader.position());
            }
            lastTag = Math.max(lastTag, frame.tag());
            vouchedLsn = Math.max(vouchedLsn, frame.durableLsn());
            reader.skip(frame);
            any = true;
        }
        return any;
    }

    private void checkNotDurable(FrameReader reader, ReadableFile file, List<Long> numbers, int index) {
        long damagedAt = reader.position();
        boolean durable = reader.hasEvidenceOf(endLsn);
        for (int i = index + 1; i < numbers.size() && !durable; i++) {
            try (ReadableFile later = fileSystem.open(path(numbers.get(i)))) {
                FileHeader header = readHeader(later, numbers.get(i));
                durable = header != null && new FrameReader(later, header).hasEvidenceOf(endLsn);
            }
        }
        if (durable) {
            throw new CorruptionException(
                    file.name(), damagedAt, "no whole frame here, but later frames show that there was one");
        }
    }

    /**
     * Removes everything behind the end of the chain, in an order that leaves a readable log whenever it is
     * interrupted.
     */
    private void cut(List<Long> numbers, int index, long position) {
        for (int i = numbers.size() - 1; i > index; i--) {
            fileSystem.delete(path(numbers.get(i)));
        }
        fileSystem.syncDirectory(directory);
        try (WritableFile file = fileSystem.openForWrite(path(numbers.get(index)))) {
            if (file.size() > position) {
                file.truncate(position);
                file.sync();
            }
        }
    }

    /*
     * Frames written from now on will say that everything read here is durable, so it has to be. A sync alone is not
     * enough: if the last one failed, the system may have marked its pages clean without their being on the disk
     * (Rebello et al. 2020), and a later sync would pass over them. So the part that no frame vouches for is written
     * again.
     */
    private void makeDurable(Kept segment) {
        try (ReadableFile from = fileSystem.open(segment.path());
                WritableFile to = fileSystem.openForWrite(segment.path())) {
            long start = FileHeader.BYTES + Math.max(0, vouchedLsn - segment.baseLsn());
            long end = FileHeader.BYTES + segment.endLsn() - segment.baseLsn();
            for (long at = start; at < end; at += REWRITE_BYTES) {
                byte[] bytes = from.readExactly(at, (int) Math.min(REWRITE_BYTES, end - at));
                to.write(ByteBuffer.wrap(bytes), at);
            }
            to.sync();
        }
    }

    private void drop(long number) {
        fileSystem.delete(path(number));
        fileSystem.syncDirectory(directory);
    }

    private long baseLsnOf(long number) {
        try (ReadableFile file = fileSystem.open(path(number))) {
            FileHeader header = readHeader(file, number);
            return header == null ? -1 : header.baseLsn();
        }
    }

    /** The header, or null if the segment was being created when the process ended. */
    private static @Nullable FileHeader readHeader(ReadableFile file, long number) {
        return isBeingMade(file) ? null : header(file, number);
    }

    /** The header of a segment that has one. */
    static FileHeader header(ReadableFile file, long number) {
        byte[] bytes = file.readExactly(0, FileHeader.BYTES);
        FileHeader header = FileHeader.decode(bytes, SegmentWriter.MAGIC, SegmentWriter.FORMAT, file.name());
        if (header.number() != number) {
            throw new CorruptionException(file.name(), 16, "the header is that of segment " + header.number());
        }
        return header;
    }

    /** Whether a segment is as a crash leaves it that comes before its header is durable. */
    static boolean isBeingMade(ReadableFile file) {
        long size = file.size();
        return size < FileHeader.BYTES || size == FileHeader.BYTES && isZero(file.readExactly(0, FileHeader.BYTES));
    }

    private static boolean isZero(byte[] bytes) {
        for (byte b : bytes) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    /** Numbers of the segments there are, rising. */
    static List<Long> numbers(FileSystem fileSystem, Path directory) {
        List<Long> numbers = new ArrayList<>();
        for (String name : fileSystem.list(directory)) {
            if (name.matches("\\d{10,18}\\.wal")) {
                numbers.add(Long.parseLong(name.substring(0, name.length() - SegmentWriter.SUFFIX.length())));
            }
        }
        numbers.sort(null);
        return numbers;
    }

    private Path path(long number) {
        return directory.resolve(SegmentWriter.name(number));
    }
}
