package io.flowdb.internal.io;

import io.flowdb.error.CorruptionException;
import java.nio.ByteBuffer;

/** A file open for positional reads. Threads: any, at the same time. */
public interface ReadableFile extends AutoCloseable {

    /**
     * Reads into {@code target} from {@code position} until it is full or the file ends; returns the number of bytes
     * read.
     */
    int read(ByteBuffer target, long position);

    /** Reads exactly {@code length} bytes; a shorter file is a {@link CorruptionException}. */
    default byte[] readExactly(long position, int length) {
        byte[] bytes = new byte[length];
        int read = read(ByteBuffer.wrap(bytes), position);
        if (read != length) {
            throw new CorruptionException(name(), position, "expected " + length + " bytes, file ends after " + read);
        }
        return bytes;
    }

    /** Length in bytes. */
    long size();

    /** Name for messages. */
    String name();

    @Override
    void close();
}
