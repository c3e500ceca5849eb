package io.flowdb.internal.io;

import java.nio.ByteBuffer;

/** A file open for writing. Threads: any; writes to overlapping places must be ordered by the caller. */
public interface WritableFile extends AutoCloseable {

    /** Writes the remaining bytes of {@code source} at {@code position}, all of them. */
    void write(ByteBuffer source, long position);

    /**
     * Forces written bytes, and the file's length, to stable storage.
     *
     * @return false if an interrupt broke off the operation and it was repeated: an I/O error of the first try may have been
     *     swallowed, so the caller must write what it needs durable once more and sync again
     */
    boolean sync();

    /** Cuts the file to {@code bytes}. */
    void truncate(long bytes);

    /** Current length in bytes. */
    long size();

    @Override
    void close();
}
