package io.flowdb.internal.io;

import java.nio.ByteBuffer;

/** A file open for writing. Threads: any; writes to overlapping places must be ordered by the caller. */
public interface WritableFile extends AutoCloseable {

    /** Writes the remaining bytes of {@code source} at {@code position}, all of them. */
    void write(ByteBuffer source, long position);

    /** Forces written bytes, and the file's length, to stable storage. An interrupt does not break it off. */
    void sync();

    /** Cuts the file to {@code bytes}. */
    void truncate(long bytes);

    /** Current length in bytes. */
    long size();

    @Override
    void close();
}
