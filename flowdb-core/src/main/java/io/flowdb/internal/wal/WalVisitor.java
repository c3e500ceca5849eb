package io.flowdb.internal.wal;

/** Receives the frames of a log in their order. */
@FunctionalInterface
public interface WalVisitor {

    /**
     * One frame.
     *
     * @param tag as given to {@link Wal#append}
     * @param payload the receiver may keep it
     * @param file where it was read, for messages
     * @param offset of the frame in that file
     */
    void frame(long tag, byte[] payload, String file, long offset);
}
