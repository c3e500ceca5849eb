package io.flowdb.internal.wal;

import io.flowdb.error.CorruptionException;
import io.flowdb.internal.frame.Frame;
import io.flowdb.internal.frame.FrameReader;
import io.flowdb.internal.io.FileSystem;
import io.flowdb.internal.io.ReadableFile;
import java.nio.file.Path;

/** Reads segments whose length is known, and may be written behind it meanwhile. Stateless. */
final class SegmentCheck {
    private SegmentCheck() {}

    /**
     * Checks the header and every frame up to the segment's length, and hands the frames that are not empty to
     * {@code visitor}.
     */
    static void read(FileSystem fileSystem, Path directory, SegmentInfo segment, WalVisitor visitor) {
        try (ReadableFile file = fileSystem.open(directory.resolve(SegmentWriter.name(segment.number())))) {
            FrameReader reader = new FrameReader(file, WalRecovery.header(file, segment.number()));
            while (reader.position() < segment.sizeBytes()) {
                Frame frame = reader.peek();
                if (frame == null) {
                    throw new CorruptionException(
                            file.name(), reader.position(), "no whole frame here, but one was written");
                }
                if (frame.length() > 0) {
                    visitor.frame(frame.tag(), reader.payload(frame), file.name(), reader.position());
                }
                reader.skip(frame);
            }
        }
    }
}
